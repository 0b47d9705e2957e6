//! From transport PDUs to operations: the state of connections, sessions, trees and opens over captured messages.
//!
//! [`Dissector`] takes in what a capture shows, event by event, and hands out [`Operation`]s.
//!
//! ```
//! use smbreplay_dissect::capture::Trace;
//! use smbreplay_dissect::smb2::Command;
//! use smbreplay_dissect::Dissector;
//!
//! let mut trace = Trace::open("../../tests/data/office.pcap".as_ref())?;
//! let mut dissector = Dissector::new();
//! let mut creates = 0;
//! loop {
//!     match trace.next_event()? {
//!         Some(event) => dissector.handle(event),
//!         None => break dissector.finish(),
//!     }
//!     while let Some(operation) = dissector.poll() {
//!         creates += u32::from(operation.command == Some(Command::CREATE));
//!     }
//! }
//! assert!(creates > 0 && !dissector.sessions().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//! - Sans-I/O: PDUs and times come in, operations come out. No files, no sockets, no clock.
//! - Broken input is data: a malformed message is a row with its reason, never an abort and never a silent skip.
//! - Nothing is invented: what the capture does not show is `None`.
//! - Every table that input can grow has a bound and a counter for what it dropped.

#![forbid(unsafe_code)]

mod acknowledgement;
mod bounded;
mod chain;
mod connection;
pub mod counters;
pub mod dissector;
mod handshake;
mod keys;
mod known_keys;
mod live;
mod logon;
mod meaning;
mod message;
mod missing_key;
mod notification;
mod open;
pub mod operation;
mod pairing;
mod pipe;
mod protection;
mod request;
mod response;
pub mod secrets;
mod session;
mod state;
pub mod summary;
mod ticket;
mod tree;
mod unwrapping;

/// The crates whose types occur in those of this one.
pub use {capture, smb2};

pub use counters::Counters;
pub use dissector::Dissector;
pub use known_keys::KnownKeys;
pub use operation::{Closed, Kind, Operation, SignatureState};
pub use secrets::{SecretError, Secrets};
pub use summary::{ConnectionSummary, SessionSummary};
