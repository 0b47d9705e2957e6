//! From packet captures to SMB transport PDUs: file formats, link layers, IP, TCP reassembly, framing; and back again.
//!
//! ```
//! use smbreplay_capture::{Direction, Event, Trace};
//!
//! let mut trace = Trace::open("../../tests/data/office.pcap".as_ref())?;
//! let mut requests = 0;
//! while let Some(event) = trace.next_event()? {
//!     if let Event::Pdu(pdu) = event {
//!         requests += u32::from(pdu.direction == Direction::ClientToServer);
//!     }
//! }
//! assert!(requests > 0 && trace.counters().packets > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//! - Input is hostile and often broken. Nothing panics; what is damaged is read as far as it can be, and everything
//!   dropped, guessed or repaired is counted.
//! - Missing bytes are declared ([`Hole`]), never invented and never silently skipped.
//! - Damage ends no file: reading goes on where records follow each other again, and the bytes between are counted and located.
//! - What was captured twice (mirror ports, both sides of an address translation) is read once where it is proven to be the
//!   same, and counted.
//! - This crate knows nothing of SMB2 bodies: it frames, and looks at what tells a header from other bytes and a request from a
//!   response only.
//! - Only [`PacketReader`], [`PacketFiles`], [`Trace`] and [`split_set`] read files; an [`Assembler`] is given packets, and
//!   [`writing`] is given what it writes to.
//! - Memory is bounded by [`Limits`], whatever the trace.

#![forbid(unsafe_code)]

mod assembler;
mod counters;
pub mod format;
mod fragments;
mod framing;
mod limits;
mod link;
mod merge;
mod network;
mod packet_files;
pub mod pdu;
mod segment;
pub mod split_set;
mod tcp;
mod trace;
mod tunnel;
pub mod writing;

pub use assembler::Assembler;
pub use counters::Counters;
pub use format::{Damage, EmbeddedKeys, FileFacts, LinkType, OpenError, Packet, PacketReader, ReadError};
pub use limits::Limits;
pub use merge::FileRead;
pub use packet_files::PacketFiles;
pub use pdu::{CloseKind, Direction, Endpoints, Event, Hole, Mark, Pdu, Timestamp};
pub use trace::Trace;
