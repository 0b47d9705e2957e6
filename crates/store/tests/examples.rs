//! The examples, on the project's own capture.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../examples/ingest_to_arrow.rs"]
mod ingest_to_arrow;

use std::path::Path;

#[test]
fn record_batches_have_the_requests_that_the_ingest_counted() {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
    let mut told = Vec::new();
    ingest_to_arrow::run(&capture, &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    let figures = |command: &str| {
        let line = told.lines().find(|line| line.starts_with(&format!("{command}: "))).expect(command);
        line.split(|character: char| !character.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    };
    let create: Vec<u64> = figures("CREATE");
    let close: Vec<u64> = figures("CLOSE");
    let [creates, refused, nanoseconds] = create.as_slice() else { panic!("{told}") };
    assert!(*refused > 0 && refused < creates && *nanoseconds > 0, "{told}");
    assert_eq!(close.first().copied(), Some(creates - refused), "what is opened is closed: {told}");
}
