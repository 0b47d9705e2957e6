//! Captures, ingested.

#![allow(dead_code, reason = "each test file uses its part")]

use smbreplay_analysis::statistics::{self, FileOrder, Statistics, Tally};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use store::layout::{OutputFolder, TracePlace, is_capture};
use store::{IngestRequest, SessionFile, ingest};
use tempfile::TempDir;

/// The captures that are not part of the project.
pub(crate) fn captures() -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let corpus = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let entries = std::fs::read_dir(&corpus).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file() && is_capture(path));
    files.sort();
    if files.is_empty() {
        eprintln!("NOT RUN: no captures in {}; name their folder in SMBREPLAY_CORPUS", corpus.display());
    }
    files
}

/// The project's own capture.
pub(crate) fn office() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap")
}

/// The session files of a trace.
pub(crate) struct Ingested {
    _folder: TempDir,
    pub(crate) files: Vec<SessionFile>,
}

impl Ingested {
    pub(crate) fn new(trace: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let place = TracePlace { trace: trace.to_owned(), case_id: None, output: output.clone() };
        let report = ingest(&IngestRequest::new(place), &mut |_| (), &AtomicBool::new(false)).unwrap();
        let files = report.sessions.iter().map(|file| SessionFile::open(&output.session_file(file)).unwrap()).collect();
        Self { _folder: folder, files }
    }

    /// What all of them add up to.
    pub(crate) fn statistics(&self, top: usize) -> Statistics {
        let mut tally = Tally::new(top);
        for batch in self.files.iter().flat_map(|file| file.batches(statistics::COLUMNS)) {
            tally.add(&batch.unwrap()).unwrap();
        }
        tally.finish(FileOrder::Bytes)
    }
}
