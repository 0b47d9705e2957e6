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

use capture::Hole;
use dissect::{Dissector, Kind, Operation};
use smb2::Command;
use smbreplay_store::layout::{OutputFolder, TracePlace, is_capture};
use smbreplay_store::{Columns, IngestError, IngestReport, IngestRequest, Payload, SessionFile, ingest};
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
    ingest_with(trace, output, Payload::Full)
}

fn ingest_with(trace: &Path, output: &OutputFolder, payload: Payload) -> Result<IngestReport, IngestError> {
    let place = TracePlace { trace: trace.to_owned(), case_id: None, output: output.clone() };
    let request = IngestRequest { budget: 64 << 10, payload, ..IngestRequest::new(place) };
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

/// The rows of a trace, in order.
fn stored(output: &OutputFolder, report: &IngestReport) -> Vec<Operation> {
    let files = report.sessions.iter().map(|file| SessionFile::open(&output.session_file(file)).unwrap());
    let mut rows: Vec<Operation> = files.flat_map(|file| file.operations(Columns::All)).map(Result::unwrap).collect();
    rows.sort_by_key(|row| row.op);
    rows
}

/// Which bytes of a message are not missing.
fn known(message: &[u8], holes: &[Hole]) -> Vec<bool> {
    let mut known = vec![true; message.len()];
    holes.iter().for_each(|hole| known[hole.offset as usize..(hole.offset + hole.length) as usize].fill(false));
    known
}

#[test]
fn without_payload_rows_are_as_dissected_but_for_the_data_of_reads_and_writes() {
    let office = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
    let mut data = 0_u64;
    for (trace, payload) in captures("")
        .into_iter()
        .chain([office])
        .flat_map(|trace| [Payload::Hash, Payload::None].map(|payload| (trace.clone(), payload)))
    {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let report = ingest_with(&trace, &output, payload).unwrap();
        let rows = stored(&output, &report);
        let expected = dissected(&trace);
        assert_eq!(rows.len(), expected.len());
        for (mut row, expected) in rows.into_iter().zip(expected) {
            let what = format!("{} of {}: {expected:?}", row.op, trace.display());
            for (message, holes, was, had) in [
                (&row.request, &row.request_holes, &expected.request, &expected.request_holes),
                (&row.response, &row.response_holes, &expected.response, &expected.response_holes),
            ] {
                let (Some(message), Some(was)) = (message, was) else {
                    assert_eq!(message, was, "{what}");
                    continue;
                };
                assert_eq!(message.len(), was.len(), "{what}");
                let (is_known, was_known) = (known(message, holes), known(was, had));
                for (at, byte) in message.iter().enumerate() {
                    assert!(was_known[at] || !is_known[at], "{what}");
                    assert_eq!(*byte, if is_known[at] { was[at] } else { 0 }, "{what}");
                }
                let lost =
                    was_known.iter().filter(|known| **known).count() - is_known.iter().filter(|known| **known).count();
                let is_data = expected.payload_length.unwrap_or(0) as usize >= lost;
                let is_unreadable = expected.kind == Kind::Encrypted || expected.malformed.is_some();
                assert!(is_data || is_unreadable, "{what}");
                data += lost as u64;
            }
            if let Some((start, length)) = expected.payload_offset.zip(expected.payload_length) {
                let message = if expected.command == Some(Command::WRITE) { &row.request } else { &row.response };
                let there = &message.as_ref().unwrap()[start as usize..][..length as usize];
                assert!(there.iter().all(|byte| *byte == 0), "{what}");
            }
            let hash = expected.payload_hash.filter(|_| payload == Payload::Hash);
            assert_eq!(row.payload_hash, hash, "{what}");
            row.payload_hash = expected.payload_hash;
            (row.request, row.response) = (expected.request.clone(), expected.response.clone());
            (row.request_holes, row.response_holes) = (expected.request_holes.clone(), expected.response_holes.clone());
            assert_eq!(shown(row), shown(expected), "{}", trace.display());
        }
    }
    assert!(data > 0);
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
