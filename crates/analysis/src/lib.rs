//! What people ask of captured operations: which of them are of interest ([`filter`]), what a message says field by field
//! ([`details`]), what they add up to ([`statistics`]) and how that is spread over time ([`timeline`]). The forms in which every face
//! of the program gives them to programs are here too: rows ([`row`]), operations in full ([`details::InFull`]), sessions
//! ([`listing`]), what an ingest found ([`summary`], [`counters`]).
//!
//! ```
//! use smbreplay_analysis::filter::Filter;
//!
//! let filter = Filter::parse("smb2.cmd == CREATE && smb2.nt_status != 0", None)?;
//! assert_eq!(filter.fields().len(), 2);
//! let error = Filter::parse("smb2.cmd == ", None).unwrap_err();
//! assert_eq!(error.range, 12..12);
//! # Ok::<(), smbreplay_analysis::filter::FilterError>(())
//! ```
//!
//! # Invariants
//! - Works on what the store has: batches of columns for questions about many rows, whole rows for one.
//! - Answers are data, not text for a terminal or a page: every face of the program shows the same ones.
//! - Nothing is invented: what the capture does not show is left out, and said to be.
//! - No sockets, no live server, no terminal.

#![forbid(unsafe_code)]

pub mod counters;
pub mod details;
pub mod filter;
pub mod listing;
mod outcome;
pub mod row;
pub mod statistics;
pub mod summary;
pub mod timeline;
pub mod units;

pub use outcome::Outcome;
