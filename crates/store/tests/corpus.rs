//! Real captures: what is read back from the session files is what the dissector found.
//!
//! The captures are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout. Without them the test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

use dissect::{Dissector, Operation};
use smbreplay_store::layout::{OutputFolder, TracePlace, is_capture};
use smbreplay_store::{Columns, IngestError, IngestReport, IngestRequest, SessionFile, ingest};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

fn captures(folder: &str) -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let corpus = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let entries = std::fs::read_dir(corpus.join(folder)).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file() && is_capture(path));
    files.sort();
    if files.is_empty() {
        eprintln!("NOT RUN: no captures in {}; name their folder in SMBREPLAY_CORPUS", corpus.join(folder).display());
    }
    files
}

/// Ingests with a budget so small that most sessions are spilled.
fn ingest_into(trace: &Path, output: &OutputFolder) -> Result<IngestReport, IngestError> {
    let place = TracePlace { trace: trace.to_owned(), case_id: None, output: output.clone() };
    let request = IngestRequest { budget: 64 << 10, ..IngestRequest::new(place) };
    ingest(&request, &mut |_| (), &AtomicBool::new(false))
}

fn dissected(trace: &Path) -> Vec<Operation> {
    let mut trace = capture::Trace::open(trace).unwrap();
    let mut dissector = Dissector::new();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
    }
    dissector.finish();
    let mut rows: Vec<Operation> = std::iter::from_fn(|| dissector.poll()).map(|row| *row).collect();
    rows.sort_by_key(|row| row.op);
    rows
}

/// A row as text; the session is not a column.
fn shown(mut row: Operation) -> String {
    row.session = None;
    format!("{row:?}")
}

#[test]
fn rows_come_back_as_they_were_dissected() {
    for trace in captures("") {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let report = ingest_into(&trace, &output).unwrap_or_else(|error| panic!("{error}"));
        let mut stored = Vec::new();
        for file in &report.sessions {
            let file = SessionFile::open(&output.session_file(file)).unwrap();
            let rows: Vec<Operation> = file.operations(Columns::All).map(Result::unwrap).collect();
            assert!(rows.is_sorted_by_key(|row| row.op), "{}", file.path().display());
            stored.extend(rows);
        }
        stored.sort_by_key(|row| row.op);
        let expected = dissected(&trace);
        assert_eq!(stored.len(), expected.len(), "{}", trace.display());
        for (stored, expected) in stored.into_iter().zip(expected) {
            assert_eq!(shown(stored), shown(expected), "{}", trace.display());
        }
    }
}

#[test]
fn hostile_captures_are_read_or_refused_in_one_line() {
    for trace in captures("negative") {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path().join("out"));
        match ingest_into(&trace, &output) {
            Ok(report) => assert!(report.session_count > 0, "{}", trace.display()),
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains(trace.to_str().unwrap()) && !message.contains('\n'), "{message}");
                assert!(!output.path().exists(), "{message}");
            }
        }
    }
}
