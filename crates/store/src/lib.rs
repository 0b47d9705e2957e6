//! What lies on disk: case folders, session files and their metadata, recorded runs, the configuration file.
//!
//! A trace is ingested ([`ingest()`]) into a folder of its own ([`layout`]): one Parquet file a session
//! ([`schema`], [`writer`], [`reader`]) and `session_metadata.json` ([`metadata`]). Replays are recorded beside it
//! ([`runs`]), and what they and setups changed on live shares ([`changes`]). What the user configured is in [`config`].
//!
//! ```
//! use smbreplay_store::{Columns, IngestRequest, OutputFolder, SessionFile, TracePlace, ingest};
//! use std::sync::atomic::AtomicBool;
//!
//! let folder = tempfile::tempdir()?;
//! let output = OutputFolder::at(folder.path().join("office"));
//! let place = TracePlace { trace: "../../tests/data/office.pcap".into(), case_id: None, output: output.clone() };
//! let report = ingest(&IngestRequest::new(place), &mut |_| (), &AtomicBool::new(false))?;
//! let session = SessionFile::open(&output.session_file(&report.sessions[0]))?;
//! for operation in session.operations(Columns::Meaning) {
//!     assert!(operation?.request_frame.is_some());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//! - Nothing is half-written: folders and files are written under a temporary name and renamed when they are complete;
//!   an error or an interrupt leaves the earlier result as it was.
//! - Files carry `schema_version` major.minor. A newer major and a foreign layout are refused with a sentence, never
//!   misread, and never overwritten unless forced.
//! - Memory is bounded whatever the number of sessions, their size, and the size of a file that is read.
//! - Files may have been cut, edited or damaged by others: they give errors, never panics.
//! - A password is never shown, logged or serialised. This crate knows no sockets.

#![forbid(unsafe_code)]

mod backlog;
mod bounded_pages;
pub mod changes;
mod column_chunk;
pub mod config;
pub mod decrypted;
#[cfg(test)]
mod fixture;
pub mod folder;
pub mod ingest;
pub mod layout;
mod lock;
pub mod metadata;
mod packed;
mod parquet_file;
mod parquet_writer;
pub mod reader;
mod removal;
pub mod runs;
pub mod schema;
mod staged;
mod stored_column;
pub mod version;
pub mod writer;

/// The crates whose types occur in those of this one.
pub use {arrow, dissect};

pub use config::{Config, ConfigError, ConfigFile, Key, Source};
pub use ingest::{IngestError, IngestProgress, IngestReport, IngestRequest, ingest, ingest_stream};
pub use layout::{Gathered, Layout, OutputFolder, TracePlace};
pub use metadata::{Payload, SessionMetadata};
pub use reader::{
    Columns, FileIdentity, Left, Page, ReadError, RowChoice, RowGroupBounds, RowNumbers, Selection, SessionFile,
};
pub use removal::RemovalError;
pub use staged::StagedError;
pub use writer::SessionsWriter;

/// What is written into files as the program that made them.
pub const CREATED_BY: &str = concat!("smbreplay ", env!("CARGO_PKG_VERSION"));
