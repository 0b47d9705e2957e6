//! The first operation of each group of root divergences, in a run whose verdicts were edited.

use crate::replayed::{outcome, run_of};
use crate::scene::Outcome;
use smb2::{Command, Header};
use smbreplay_replay::in_full::{Bounds, First, InFullError, Meaning, firsts};
use smbreplay_replay::report::Root;
use smbreplay_replay::{Recorded, Report};
use std::sync::atomic::AtomicBool;
use store::runs::{Run, RunRow, Verdict};

/// STATUS_ACCESS_DENIED.
const DENIED: u32 = 0xc000_0022;
const BOUNDS: Bounds = Bounds { groups: 9, lines: 9000 };

fn command(row: &RunRow) -> Option<Command> {
    Header::parse(row.live_request.as_ref()?).ok().map(|header| header.command).filter(|_| row.op.is_some())
}

/// A run in which every CREATE and CLOSE was denied, and a report that knows of a group of others too.
fn denied(outcome: &Outcome) -> (Run, Report) {
    let rows = outcome.rows.iter().cloned().map(|row| match command(&row) {
        Some(Command::CREATE | Command::CLOSE) => RunRow { verdict: Verdict::Status, live_status: Some(DENIED), ..row },
        _ => row,
    });
    let root = |command: &str| Root {
        command: command.into(),
        captured_status: "STATUS_SUCCESS".into(),
        live_status: "STATUS_ACCESS_DENIED".into(),
        ..Root::default()
    };
    let roots = ["CLOSE", "LOGOFF", "CREATE"].map(root).into();
    (run_of(outcome, rows), Report { roots, ..Report::default() })
}

fn found(outcome: &Outcome, bounds: Bounds) -> Vec<First> {
    let (run, report) = denied(outcome);
    let recorded = Recorded { output: &outcome.output, run: &run, report: &report, capture: "large.pcap" };
    firsts(recorded, bounds, &AtomicBool::new(false)).unwrap()
}

#[test]
fn each_group_has_its_first_operation_or_the_reason_why_not() {
    let outcome = outcome(1);
    let found = found(&outcome, BOUNDS);
    let [First::InFull(close), First::NotFound, First::InFull(create)] = found.as_slice() else { panic!("{found:?}") };
    for (operation, wanted) in [(close, Command::CLOSE), (create, Command::CREATE)] {
        let ops = outcome.rows.iter().filter(|row| command(row) == Some(wanted)).filter_map(|row| row.op);
        assert_eq!(operation.operation.live.op, ops.min());
        assert_eq!(operation.request.name, format!("SMB2 {wanted} Request"));
        assert!(operation.session().unwrap().starts_with("0x"));
        // The row says denied, the answer does not: no field can be marked, and what counts is told beside them.
        assert!(operation.response.lines.iter().all(|marked| marked.meaning != Meaning::Counts));
        assert_eq!(operation.unplaced[0].live, "STATUS_ACCESS_DENIED");
        assert!(operation.request.lines.iter().any(|marked| marked.meaning == Meaning::Patched("MessageId".into())));
    }
}

#[test]
fn what_is_beyond_the_bounds_is_not_shown() {
    let outcome = outcome(1);
    let one = found(&outcome, Bounds { groups: 1, ..BOUNDS });
    assert!(matches!(one.as_slice(), [First::InFull(_), First::Beyond, First::Beyond]), "{one:?}");
    let none = found(&outcome, Bounds { lines: 3, ..BOUNDS });
    assert!(matches!(none.as_slice(), [First::Beyond, First::NotFound, First::Beyond]), "{none:?}");
}

#[test]
fn who_cancels_gets_nothing() {
    let outcome = outcome(1);
    let (run, report) = denied(&outcome);
    let recorded = Recorded { output: &outcome.output, run: &run, report: &report, capture: "large.pcap" };
    let error = firsts(recorded, BOUNDS, &AtomicBool::new(true)).unwrap_err();
    assert!(matches!(error, InFullError::Interrupted), "{error}");
}
