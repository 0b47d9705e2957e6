//! Ingests a capture, and reads its sessions as record batches of Arrow: what DataFusion, Polars and others compute with.
//!
//! ```text
//! cargo run --package smbreplay-store --example ingest_to_arrow -- tests/data/office.pcap
//! ```

#![forbid(unsafe_code)]

use smbreplay_store::arrow::array::{Array, AsArray};
use smbreplay_store::arrow::compute::cast;
use smbreplay_store::arrow::datatypes::{DataType, UInt32Type, UInt64Type};
use smbreplay_store::arrow::record_batch::RecordBatch;
use smbreplay_store::{IngestRequest, OutputFolder, SessionFile, TracePlace, ingest};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

#[allow(dead_code, reason = "a test runs the example without it")]
fn main() -> Result<(), Box<dyn Error>> {
    let capture = PathBuf::from(std::env::args_os().nth(1).ok_or("name a capture")?);
    run(&capture, &mut std::io::stdout().lock())
}

/// The commands of all sessions of `capture`: how many there were, how many failed, and how long the server took.
pub(crate) fn run(capture: &Path, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // Without a case, and in a folder that goes again; the program itself has `.tracer` beside the capture.
    let folder = tempfile::tempdir()?;
    let place =
        TracePlace { trace: capture.to_owned(), case_id: None, output: OutputFolder::at(folder.path().join("trace")) };
    let report = ingest(&IngestRequest::new(place.clone()), &mut |_progress| (), &AtomicBool::new(false))?;

    let mut commands: BTreeMap<String, Figures> = BTreeMap::new();
    for name in &report.sessions {
        let session = SessionFile::open(&place.output.session_file(name))?;
        // docs/schema.md has all columns. Only these are read.
        for batch in session.batches(&["command", "status", "latency_ns"]) {
            add(&batch?, &mut commands)?;
        }
    }
    for (command, Figures { count, failed, nanoseconds }) in commands {
        writeln!(out, "{command}: {count} requests, {failed} failed, {} µs", nanoseconds / 1000)?;
    }
    Ok(())
}

#[derive(Default)]
struct Figures {
    count: u64,
    failed: u64,
    nanoseconds: u64,
}

fn add(batch: &RecordBatch, commands: &mut BTreeMap<String, Figures>) -> Result<(), Box<dyn Error>> {
    let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("no column {name}"));
    // Text that repeats is a dictionary.
    let command = cast(column("command")?, &DataType::Utf8)?;
    let status = column("status")?.as_primitive::<UInt32Type>();
    let latency = column("latency_ns")?.as_primitive::<UInt64Type>();
    for (row, command) in command.as_string::<i32>().iter().enumerate() {
        // Rows without a command are connects and closes; those without a status have no answer.
        let Some(command) = command else { continue };
        let figures = commands.entry(command.to_owned()).or_default();
        figures.count = figures.count.saturating_add(1);
        let is_error = status.is_valid(row) && status.value(row) >> 30 == 3;
        figures.failed = figures.failed.saturating_add(is_error.into());
        let took = if latency.is_valid(row) { latency.value(row) } else { 0 };
        figures.nanoseconds = figures.nanoseconds.saturating_add(took);
    }
    Ok(())
}
