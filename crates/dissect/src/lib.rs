//! From transport PDUs to operations: the state of connections, sessions, trees and opens over captured messages.
//!
//! # Invariants
//! - Sans-I/O: PDUs and times come in, operations come out. No files, no sockets, no clock.
//! - Broken input is data: a malformed message is a row with its reason, never an abort and never a silent skip.
//! - Nothing is invented: what the capture does not show is `None`.
//! - Every table that input can grow has a bound and a counter for what it dropped.

pub mod operation;
pub mod summary;

pub use operation::{Closed, Kind, Operation, SignatureState};
pub use summary::{ConnectionSummary, SessionSummary};
