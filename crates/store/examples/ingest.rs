//! Ingests a capture into a folder that goes again, and says what it found: what `cargo xtask instructions` counts.
//!
//! ```text
//! cargo run --release --package smbreplay-store --example ingest -- tests/data/office.pcap
//! ```

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use smbreplay_store::layout::{OutputFolder, TracePlace};
use smbreplay_store::{IngestRequest, ingest};
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

fn main() -> Result<(), Box<dyn Error>> {
    let trace = PathBuf::from(std::env::args_os().nth(1).ok_or("name a capture")?);
    let folder = tempfile::tempdir()?;
    let place = TracePlace { trace, case_id: None, output: OutputFolder::at(folder.path()) };
    let report = ingest(&IngestRequest::new(place), &mut |_| (), &AtomicBool::new(false))?;
    println!("{} messages in {} sessions", report.smb2_messages, report.session_count);
    Ok(())
}
