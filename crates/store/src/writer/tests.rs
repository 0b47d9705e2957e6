#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod ended;

use super::*;
use crate::fixture::{full, noise, shown, small, summary};
use crate::metadata::{SCHEMA_VERSION, Trace};
use crate::{Columns, SessionFile};
use dissect::Kind;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use std::collections::BTreeMap;

static GO: AtomicBool = AtomicBool::new(false);

const TWO: NonZero<usize> = NonZero::new(2).unwrap();

/// Takes a row whose session has others still to come.
fn push(writer: &mut SessionsWriter, row: &Operation) {
    writer.push(row, |_| 0).unwrap();
}

fn describe(sessions: Vec<Session>) -> SessionMetadata {
    SessionMetadata {
        schema_version: SCHEMA_VERSION.to_owned(),
        created_by: crate::CREATED_BY.to_owned(),
        trace: Trace::default(),
        dropped: BTreeMap::new(),
        counters: BTreeMap::new(),
        warnings: Vec::new(),
        smb2_messages: 0,
        connections: Vec::new(),
        sessions,
    }
}

fn write(
    output: &OutputFolder,
    budget: usize,
    rows: impl Iterator<Item = Operation>,
    sessions: &[SessionSummary],
) -> SessionMetadata {
    let mut writer = SessionsWriter::create(output, budget, TWO).unwrap();
    rows.for_each(|row| push(&mut writer, &row));
    writer.finish(sessions.to_vec(), &GO, describe).unwrap()
}

fn read(output: &OutputFolder, file: &str) -> Vec<Operation> {
    let file = SessionFile::open(&output.session_file(file)).unwrap();
    let rows: Vec<Operation> = file.operations(Columns::All).map(Result::unwrap).collect();
    assert_eq!(file.row_count(), rows.len() as u64);
    rows
}

fn names(output: &OutputFolder) -> Vec<String> {
    let entries = std::fs::read_dir(output.path()).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// 0, 2, 1, 4, 3, 6, 5, … and one row that completes last of all, as a notify would.
fn completion_order(count: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count)
        .map(|n| {
            if n == 0 {
                0
            } else if n % 2 == 1 {
                n + 1
            } else {
                n - 1
            }
        })
        .filter(|n| *n < count)
        .collect();
    order.dedup();
    let first = order.remove(0);
    order.push(first);
    order
}

#[test]
fn a_row_comes_back_with_every_column_and_with_none() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path().join("out"));
    let mut bare = Operation::new(1, Kind::Connect, 7);
    bare.session = Some(0);
    let rows = [full(0), bare];
    write(&output, usize::MAX, rows.clone().into_iter(), &[summary(0, 0xab, 1)]);
    let found = read(&output, "smb2_session_0x00000000000000ab.parquet");
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), rows.iter().map(shown).collect::<Vec<_>>());
}

#[test]
fn every_command_and_kind_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut rows = Vec::new();
    for (op, command) in (0..).zip(smb2::Command::ALL) {
        let mut row = small(Some(0), op);
        row.command = Some(*command);
        row.kind = Kind::ALL[op as usize % Kind::ALL.len()];
        rows.push(row);
    }
    write(&output, usize::MAX, rows.clone().into_iter(), &[summary(0, 1, 1)]);
    let found = read(&output, "smb2_session_0x0000000000000001.parquet");
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), rows.iter().map(shown).collect::<Vec<_>>());
}

#[test]
fn a_file_is_in_the_order_of_op_whatever_the_budget() {
    let rows = || completion_order(3000).into_iter().map(|op| small(Some(op % 3), op));
    let sessions = [summary(0, 10, 1), summary(1, 11, 1), summary(2, 12, 1)];
    let expected: Vec<String> = (0..3000).filter(|op| op % 3 == 1).map(|op| shown(&small(Some(1), op))).collect();
    // All in memory; some runs; so many runs that they are merged among themselves first.
    for budget in [usize::MAX, 400_000, 10_000] {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let metadata = write(&output, budget, rows(), &sessions);
        let found: Vec<String> = read(&output, &metadata.sessions[1].file).iter().map(shown).collect();
        assert!(found == expected, "budget {budget}");
        let mut files: Vec<_> =
            std::fs::read_dir(output.sessions()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files.len(), 4, "nothing but three sessions and the metadata: {files:?}");
    }
}

#[test]
fn the_budget_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SessionsWriter::create(&OutputFolder::at(folder.path()), 100_000, TWO).unwrap();
    for op in 0..1000 {
        push(&mut writer, &small(Some(op % 50), op));
        assert!(writer.memory <= 100_000);
        assert_eq!(writer.memory, writer.rows.iter().map(SessionRows::memory).sum::<usize>());
    }
    assert!(writer.spill.flushed().unwrap().is_file());
}

#[test]
fn two_thousand_sessions_share_a_small_budget() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let sessions: Vec<SessionSummary> = (0..2000).map(|n| summary(n, u64::from(n) + 1, 1)).collect();
    let rows = (0..10_000).map(|op| small(Some(op % 2000), op));
    let metadata = write(&output, 1 << 20, rows, &sessions);
    assert_eq!(metadata.sessions.len(), 2000);
    for session in metadata.sessions.iter().step_by(97) {
        let found: Vec<u32> = read(&output, &session.file).iter().map(|row| row.op).collect();
        let first = u32::try_from(session.session_id.0).unwrap() - 1;
        assert_eq!(found, (0..5).map(|round| first + round * 2000).collect::<Vec<_>>());
        assert_eq!(session.operations, 5);
    }
}

#[test]
fn sessions_with_one_id_and_what_belongs_to_none_get_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let rows = [small(None, 0), small(Some(0), 1), small(Some(1), 2), small(Some(2), 3)];
    let sessions = [summary(0, 0xab, 1), summary(1, 0xab, 2), summary(2, 0, 1)];
    let metadata = write(&output, usize::MAX, rows.into_iter(), &sessions);
    let files: Vec<&str> = metadata.sessions.iter().map(|session| session.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "smb2_session_0x0000000000000000.parquet",
            "smb2_session_0x00000000000000ab.parquet",
            "smb2_session_0x00000000000000ab-2.parquet",
            "smb2_session_0x0000000000000000-2.parquet",
        ]
    );
    assert!(!metadata.sessions[0].replayable);
    assert_eq!(metadata.sessions[0].commands, BTreeMap::from([("WRITE".to_owned(), 1)]));
}

#[test]
fn an_abandoned_or_cancelled_writing_leaves_the_earlier_result() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    write(&output, usize::MAX, std::iter::once(small(Some(0), 0)), &[summary(0, 1, 1)]);
    let earlier = std::fs::read(output.metadata()).unwrap();

    let mut abandoned = SessionsWriter::create(&output, 1000, TWO).unwrap();
    (0..20).for_each(|op| push(&mut abandoned, &small(Some(0), op)));
    drop(abandoned);
    let mut cancelled = SessionsWriter::create(&output, 1000, TWO).unwrap();
    (0..20).for_each(|op| push(&mut cancelled, &small(Some(0), op)));
    let error = cancelled.finish(vec![summary(0, 2, 1)], &AtomicBool::new(true), describe).unwrap_err();
    assert!(matches!(error, WriteError::Interrupted), "{error}");

    assert_eq!(names(&output), ["sessions"]);
    assert_eq!(std::fs::read(output.metadata()).unwrap(), earlier);
    assert_eq!(read(&output, "smb2_session_0x0000000000000001.parquet").len(), 1);
}

#[test]
fn an_error_midway_leaves_the_earlier_result() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    write(&output, usize::MAX, std::iter::once(small(Some(0), 0)), &[summary(0, 1, 1)]);
    let mut writer = SessionsWriter::create(&output, 10_000, TWO).unwrap();
    std::fs::remove_dir_all(writer.staged.path()).unwrap();
    let error = (0..100).find_map(|op| writer.push(&small(Some(0), op), |_| 0).err()).expect("the folder is gone");
    assert!(matches!(error, WriteError::Io { .. }), "{error}");
    drop(writer);
    assert_eq!(names(&output), ["sessions"]);
    assert_eq!(read(&output, "smb2_session_0x0000000000000001.parquet").len(), 1);
}

#[test]
fn large_rows_are_cut_into_row_groups_by_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let rows = (0..24).map(|op| {
        let mut row = small(Some(0), op);
        let mut state = u64::from(op) + 1;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        row.request = Some((0..1_000_000).map(|_| noise()).collect::<Vec<u8>>().into());
        row
    });
    let metadata = write(&output, 3 << 20, rows, &[summary(0, 1, 1)]);
    let path = output.session_file(&metadata.sessions[0].file);
    let file = std::fs::File::open(path).unwrap();
    let groups = parquet::arrow::arrow_reader::ArrowReaderMetadata::load(&file, Default::default()).unwrap();
    assert!(groups.metadata().num_row_groups() >= 3, "{}", groups.metadata().num_row_groups());
    assert_eq!(read(&output, &metadata.sessions[0].file).len(), 24);
}

/// Rows of `sessions` sessions in turn that make row groups before the end, each with `bytes` of noise.
fn large_rows(sessions: u32, count: u32, bytes: usize) -> impl Iterator<Item = Operation> {
    (0..count).map(move |op| {
        let mut row = small(Some(op % sessions), op);
        row.request = Some(noise(bytes, u64::from(op) + 1).into());
        row
    })
}

/// The session files, by their names.
fn files(output: &OutputFolder) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(output.sessions()).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn files_do_not_depend_on_the_number_of_threads() {
    let sessions = [summary(0, 10, 1), summary(1, 11, 1), summary(2, 12, 1)];
    let written = |jobs: usize| {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path().join("trace.pcap"));
        let mut writer = SessionsWriter::create(&output, 40 << 20, NonZero::new(jobs).unwrap()).unwrap();
        // Small and large messages; row groups before the end, and some to make room.
        for row in
            large_rows(3, 4000, 9000).chain(large_rows(2, 6000, 1000).map(|row| Operation { op: row.op + 4000, ..row }))
        {
            writer.push(&row, |_| row.op).unwrap();
        }
        assert!(writer.early_files >= 2, "{}", writer.early_files);
        writer.finish(sessions.to_vec(), &GO, describe).unwrap();
        files(&output)
    };
    let alone = written(1);
    assert_eq!(alone.len(), 4);
    assert!(alone == written(2));
    assert!(alone == written(5));
}

#[test]
fn a_file_says_which_trace_and_session_it_has_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path().join("trace.pcap"));
    let metadata =
        write(&output, usize::MAX, (0..2).map(|op| small(Some(op), op)), &[summary(0, 10, 1), summary(1, 10, 2)]);
    let names: Vec<&str> = metadata.sessions.iter().map(|session| session.file.as_str()).collect();
    assert_eq!(names, ["smb2_session_0x000000000000000a.parquet", "smb2_session_0x000000000000000a-2.parquet"]);
    for name in names {
        let file = std::fs::File::open(output.session_file(name)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let entries = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let said: BTreeMap<&str, &str> =
            entries.iter().filter_map(|entry| Some((entry.key.as_str(), entry.value.as_deref()?))).collect();
        assert_eq!((said["trace"], said["session_file"]), ("trace.pcap", name));
    }
}

#[test]
fn rows_before_one_that_is_outstanding_are_written_and_those_behind_it_wait() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    let late = 3000;
    let rows: Vec<Operation> = large_rows(1, 6000, 5000).collect();
    for row in rows.iter().filter(|row| row.op != late) {
        let outstanding = if row.op < late { row.op } else { late };
        writer.push(row, |_| outstanding).unwrap();
    }
    assert_eq!(writer.early_files, 1);
    assert!(writer.memory > 14_000_000, "what comes behind is held: {}", writer.memory);
    writer.push(&rows[late as usize], |_| 6000).unwrap();
    let metadata = writer.finish(vec![summary(0, 7, 1)], &GO, describe).unwrap();
    let found: Vec<u32> = read(&output, &metadata.sessions[0].file).iter().map(|row| row.op).collect();
    assert!(found == (0..6000).collect::<Vec<_>>());
}

#[test]
fn room_is_made_with_row_groups_where_there_are_rows_enough() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let budget = 12 << 20;
    let mut writer = SessionsWriter::create(&output, budget, TWO).unwrap();
    for row in large_rows(6, 6000, 4000) {
        writer.push(&row, |_| row.op).unwrap();
        assert!(writer.memory <= budget);
    }
    assert_eq!(writer.early_files, 6);
    assert!(!writer.spill.flushed().unwrap().exists(), "nothing had to be put aside");
    let sessions: Vec<SessionSummary> = (0..6).map(|session| summary(session, u64::from(session) + 1, 1)).collect();
    let metadata = writer.finish(sessions, &GO, describe).unwrap();
    for session in &metadata.sessions {
        let found: Vec<u32> = read(&output, &session.file).iter().map(|row| row.op).collect();
        assert!(found.is_sorted() && found.len() == 1000);
    }
}

#[test]
fn no_row_group_is_empty_when_all_rows_were_written_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = OutputFolder::at(folder.path());
    let mut writer = SessionsWriter::create(&output, usize::MAX, TWO).unwrap();
    let mut rows = large_rows(1, 6000, 5000);
    while writer.early_files == 0 {
        let row = rows.next().unwrap();
        writer.push(&row, |_| row.op + 1).unwrap();
    }
    let metadata = writer.finish(vec![summary(0, 7, 1)], &GO, describe).unwrap();
    let file = std::fs::File::open(output.session_file(&metadata.sessions[0].file)).unwrap();
    let groups = parquet::arrow::arrow_reader::ArrowReaderMetadata::load(&file, Default::default()).unwrap();
    let counts: Vec<i64> = groups.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(counts, [metadata.sessions[0].operations as i64]);
}
