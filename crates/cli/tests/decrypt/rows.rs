//! What ingest stores of a capture: the rows of all its sessions.

use super::captures::Captured;
use dissect::Operation;
use store::{Columns, OutputFolder, SessionFile};

/// The rows of a capture in the home of `captured`, by their numbers.
pub(super) fn of(captured: &Captured, capture: &str, options: &[&str]) -> Vec<Operation> {
    let told = captured.home.json(&[&["ingest", capture, "--force"], options].concat());
    let output = OutputFolder::at(captured.home.path().join(".tracer").join(capture));
    let mut rows = Vec::new();
    for file in told["sessions"].as_array().unwrap() {
        let file = SessionFile::open(&output.session_file(file.as_str().unwrap())).unwrap();
        rows.extend(file.operations(Columns::All).map(Result::unwrap));
    }
    rows.sort_by_key(|row| row.op);
    rows
}

/// The rows of a capture with its keys.
pub(super) fn with_keys(captured: &Captured) -> Vec<Operation> {
    of(captured, &captured.name, &captured.with_keys(&[]))
}
