//! From packet captures to SMB transport PDUs: file formats, link layers, IP, TCP reassembly, framing.
//!
//! # Invariants
//! - Input is hostile and often broken. Nothing panics; what is damaged is read as far as it can be, and everything
//!   dropped, guessed or repaired is counted.
//! - Missing bytes are declared ([`Hole`]), never invented and never silently skipped.
//! - This crate knows nothing of SMB2 bodies: it frames, and looks at the ProtocolId and the response flag only.

pub mod pdu;

pub use pdu::{CloseKind, Direction, Endpoints, Event, Hole, Mark, Pdu, Timestamp};
