//! A run beside what it replayed; that messages are whole is checked of every replay ([`crate::scene`]).

use crate::large_data::record;
use crate::scene::{Outcome, replay_with, replayed};
use lab::SambaOptions;
use smb2::Header;
use smbreplay_replay::{NotTheSame, Replayed, ReplayedError, Wanted};
use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use store::runs::{Run, RunRow, RunWriter};
use store::{Columns, ReadError, SessionFile};

pub(crate) fn outcome(clones: u32) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    replay_with(&capture, port, SambaOptions::default(), 0, |options| {
        options.clones = NonZeroU32::new(clones).unwrap();
    })
}

/// A run with rows of one's own.
pub(crate) fn run_of(outcome: &Outcome, rows: impl Iterator<Item = RunRow>) -> Run {
    let run = Run::create(&outcome.output).unwrap();
    let mut writer = RunWriter::create(&run).unwrap();
    rows.for_each(|row| writer.push(row).unwrap());
    writer.finish().unwrap();
    run
}

fn failure(outcome: &Outcome, run: &Run, wanted: Wanted<'_>) -> ReplayedError {
    let mut rows = Replayed::open(&outcome.output, run, wanted).unwrap();
    let error = rows.find_map(Result::err).unwrap();
    assert!(rows.next().is_none(), "nothing comes after an error");
    error
}

#[test]
fn clones_have_the_same_captured_operation_beside_them() {
    let outcome = outcome(3);
    let file =
        SessionFile::open(&outcome.output.session_file(outcome.rows[5].session_file.as_deref().unwrap())).unwrap();
    let rows = replayed(&outcome, Wanted::new(Columns::All).with_messages());
    for captured in file.operations(Columns::All).map(Result::unwrap).filter(|captured| captured.request.is_some()) {
        let is_of = |found: &&smbreplay_replay::ReplayedOperation| {
            found.live.op == Some(captured.op) && found.live.session_file == outcome.rows[5].session_file
        };
        let beside: Vec<_> = rows.iter().filter(is_of).collect();
        assert_eq!(beside.len(), 3, "{}", captured.op);
        for found in beside {
            let theirs = found.captured.as_ref().unwrap();
            assert_eq!((&theirs.request, &theirs.response), (&captured.request, &captured.response));
            assert_eq!(theirs.path, captured.path);
            let live = Header::parse(found.live.live_request.as_ref().unwrap()).unwrap();
            assert_eq!(Some(live.command), captured.command);
        }
    }
}

#[test]
fn rows_are_chosen_and_their_order_is_that_of_the_run() {
    let outcome = outcome(1);
    let chosen = |row: &RunRow| row.marks.is_empty() && row.op.is_some_and(|op| op % 2 == 1);
    let found = replayed(&outcome, Wanted::new(Columns::Only(&["path"])).only(chosen));
    let expected: Vec<Option<u32>> = outcome.rows.iter().filter(|row| chosen(row)).map(|row| row.op).collect();
    assert!(expected.len() > 5);
    assert_eq!(found.iter().map(|found| found.live.op).collect::<Vec<_>>(), expected);
    assert!(found.iter().all(|found| found.live.live_request.is_none() && found.live.live_response.is_none()));
    let captured: Vec<_> = found.iter().filter_map(|found| found.captured.as_ref()).collect();
    assert!(captured.iter().any(|captured| captured.path.is_some()) && captured.len() == found.len());
    assert!(captured.iter().all(|captured| captured.status.is_none()), "what was not asked for is not read");
}

#[test]
fn who_cancels_gets_no_more_rows_also_when_none_is_chosen() {
    let outcome = outcome(1);
    let (cancelled, looked_at) = (AtomicBool::new(false), Cell::new(0));
    let chosen = |_: &RunRow| {
        looked_at.set(looked_at.get() + 1);
        cancelled.store(true, Ordering::Relaxed);
        false
    };
    let found = replayed(&outcome, Wanted::new(Columns::Only(&[])).only(chosen).until(&cancelled));
    assert_eq!(found.len(), 0);
    assert!(looked_at.get() < outcome.rows.len(), "the rows behind are not looked at");
}

#[test]
fn a_session_file_that_was_moved_is_named() {
    let outcome = outcome(1);
    let run = Run::find(&outcome.output, &outcome.report.run).unwrap();
    let file = outcome.rows.iter().find_map(|row| row.session_file.clone()).unwrap();
    std::fs::remove_file(outcome.output.session_file(&file)).unwrap();
    let error = failure(&outcome, &run, Wanted::new(Columns::Meaning));
    assert!(matches!(&error, ReplayedError::Session { source: ReadError::Io { .. }, .. }), "{error}");
    assert!(error.to_string().contains(&*file) && error.to_string().contains(run.name()), "{error}");
}

#[test]
fn operations_that_are_others_by_now_are_not_taken_for_those_that_were_replayed() {
    let outcome = outcome(1);
    let write = outcome.rows.iter().find(|row| row.live_request_left.is_some()).unwrap();
    let reason = |edit: fn(&mut RunRow)| {
        let mut row = write.clone();
        edit(&mut row);
        let run = run_of(&outcome, outcome.rows.iter().take(3).cloned().chain([row]));
        match failure(&outcome, &run, Wanted::new(Columns::Only(&[])).with_messages()) {
            ReplayedError::Changed { reason, .. } => reason,
            other => panic!("{other}"),
        }
    };
    assert_eq!(reason(|row| row.op = Some(999_999)), NotTheSame::Gone);
    assert_eq!(reason(|row| row.session_file = Some("../../operations.parquet".into())), NotTheSame::Gone);
    assert_eq!(reason(|row| row.connection = Some(7)), NotTheSame::Connection);
    assert_eq!(reason(|row| row.op = Some(2)), NotTheSame::Command);
    assert_eq!(reason(|row| row.patches[0].captured_length += 1), NotTheSame::Length);
    assert_eq!(reason(|row| row.live_response_left = Some(u32::MAX)), NotTheSame::Data);
}
