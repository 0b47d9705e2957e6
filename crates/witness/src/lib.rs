//! The independent witness of a replay.
//!
//! Given the capture, a recording of the replay's live traffic that somebody else made (tcpdump), and the run's
//! `operations.parquet`, [`compare()`] tells whether every captured client request reached the live server, per
//! connection and in order, and whether the live bytes equal the captured ones outside the ranges that the run
//! declares as patched. [`Snapshot`] tells whether two shares hold the same tree.
//!
//! # Invariants
//! - No code is shared with the crates whose work is checked: this one reads captures, reassembles TCP, splits chains and
//!   reads Parquet by itself, and depends on none of them.
//! - What the run claims is believed only where the wire shows it. Each live request must be explained by exactly one
//!   row, and each row that claims a sent request must be on the wire.
//! - A recording that is not complete proves nothing: each hole, cut packet or unreadable frame is a fault.
//!
//! It reads what the project's own tests record: classic pcap, Ethernet, plain (unencrypted) SMB over direct TCP. That
//! keeps it small enough to be believed.

#![forbid(unsafe_code)]

pub mod compare;
pub mod message;
mod packet;
mod patches;
mod pcap;
pub mod recording;
mod rules;
pub mod run;
pub mod share;
mod status;
mod stream;
pub mod verdict;

pub use compare::compare;
pub use message::Message;
pub use recording::{Close, Connection, Recording, RecordingError, Side};
pub use run::{Patch, Row, RunError, RunRows};
pub use share::Snapshot;
pub use verdict::Verdict;
