//! The examples, on the project's own capture and the embedded lab server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

#[path = "../examples/custom_verdict.rs"]
mod custom_verdict;
#[path = "../examples/replay_from_code.rs"]
mod replay_from_code;

use custom_verdict::{Judgement, judge};
use smbreplay_replay::ReplayedOperation;
use smbreplay_replay::store::OutputFolder;
use smbreplay_replay::store::dissect::capture::Timestamp;
use smbreplay_replay::store::dissect::smb2::NtStatus;
use smbreplay_replay::store::dissect::{Kind, Operation};
use smbreplay_replay::store::runs::{Run, RunRow, Verdict};
use std::path::Path;

#[test]
fn a_replay_from_code_is_recorded_and_judged_anew() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path().join("trace"));
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
    let mut told = Vec::new();
    let report = replay_from_code::run(&capture, &output, &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    let first = format!(
        "{} operations ended: {} match, {} diverge\n",
        report.total_operations,
        report.matched,
        report.diverged()
    );
    assert!(told.starts_with(&first) && report.matched > 0, "{told}");
    assert_eq!(told.lines().filter(|line| line.contains(" x, first in frame ")).count(), report.roots.len(), "{told}");
    assert!(told.contains("CREATE: another file_attributes, ") && told.contains(" instead of STATUS_"), "{told}");

    let run = Run::find(&output, &report.run).unwrap();
    let mut told = Vec::new();
    custom_verdict::judge_anew(&output, &run, &mut told).unwrap();
    let told = String::from_utf8(told).unwrap();
    let count = |verdict: &str| -> u64 {
        let of_verdict = told.lines().filter(|line| line.starts_with(&format!("{verdict} -> ")));
        of_verdict.map(|line| line.rsplit(": ").next().unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!((count("match"), count("status")), (report.matched, report.status_diverged), "{told}");
}

/// A CREATE that the captured server answered in a millisecond, and the live one in `milliseconds`.
fn create(verdict: Verdict, captured: NtStatus, live: NtStatus, milliseconds: i64) -> ReplayedOperation {
    let mut operation = Operation::new(0, Kind::Exchange, 0);
    (operation.status, operation.latency_ns) = (Some(captured.0), Some(1_000_000));
    let mut row = RunRow::new(verdict);
    (row.live_status, row.sent_time) = (Some(live.0), Some(Timestamp(5)));
    row.response_time = Some(Timestamp(5 + milliseconds * 1_000_000));
    ReplayedOperation { row: 0, captured: Some(operation), live: row }
}

#[test]
fn the_rule_forgives_another_error_of_the_same_kind_and_no_delay() {
    let (name, path, denied) =
        (NtStatus::OBJECT_NAME_NOT_FOUND, NtStatus::OBJECT_PATH_NOT_FOUND, NtStatus::ACCESS_DENIED);
    assert_eq!(judge(&create(Verdict::Match, name, name, 8)), Judgement::Good);
    assert_eq!(judge(&create(Verdict::Match, name, name, 9)), Judgement::Slow);
    assert_eq!(judge(&create(Verdict::Status, name, path, 1)), Judgement::Good);
    assert_eq!(judge(&create(Verdict::Status, name, denied, 1)), Judgement::Bad);
    assert_eq!(judge(&create(Verdict::Skipped, name, name, 1)), Judgement::Open);
    let extra = ReplayedOperation { captured: None, ..create(Verdict::Match, name, name, 1) };
    assert_eq!(judge(&extra), Judgement::Open);
}
