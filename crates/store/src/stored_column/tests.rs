#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use super::*;
use crate::fixture::{full, noise, shown};
use crate::parquet_file::ParquetFile;
use crate::reader::{Columns, Left, ReadError, SessionFile};
use crate::writer::write_rows;
use dissect::Operation;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use std::path::{Path, PathBuf};

/// Rows with messages of these lengths; `None`: there is none.
fn rows(lengths: &[(Option<usize>, Option<usize>)]) -> Vec<Operation> {
    let message = |length: Option<usize>, seed| length.map(|length| Bytes::from(noise(length, seed)));
    (0_u32..)
        .zip(lengths)
        .map(|(op, (request, response))| {
            let mut row = full(op);
            row.request = message(*request, u64::from(op) + 1);
            row.response = message(*response, u64::from(op) + 1000);
            let length = |message: &Option<Bytes>| message.as_ref().map(|message| message.len() as u32);
            (row.request_length, row.response_length) = (length(&row.request), length(&row.response));
            row
        })
        .collect()
}

fn mixed() -> Vec<Operation> {
    rows(&[
        (Some(100), Some(2_000_000)),
        (Some(0), None),
        (None, Some(70_000)),
        (Some(300_000), Some(84)),
        (Some(WINDOW), Some(WINDOW - 1)),
        (Some(9_000_000), Some(16)),
        (Some(45), Some(9_000_000)),
        (None, None),
        (Some(44), Some(46)),
    ])
}

fn written(folder: &Path, rows: &[Operation]) -> PathBuf {
    let path = folder.join("session.parquet");
    write_rows(&path, rows.iter().cloned());
    path
}

fn is_stored(path: &Path) -> Vec<bool> {
    let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let request = |chunk: &&ColumnChunkMetaData| chunk.column_path().string() == "request";
    let groups = file.metadata().row_groups().iter();
    groups.map(|group| StoredColumn::is(group.columns().iter().find(request).unwrap())).collect()
}

fn assert_same(found: impl Iterator<Item = Result<Operation, ReadError>>, expected: &[Operation]) {
    let found: Vec<String> = found.map(|row| shown(&row.unwrap())).collect();
    let expected: Vec<String> = expected.iter().map(shown).collect();
    assert!(found == expected, "{} of {} rows", found.len(), expected.len());
}

/// Parity of `op` decides.
fn parity(row: &Operation) -> Left {
    Left { request: row.op.is_multiple_of(2), response: !row.op.is_multiple_of(2) }
}

fn cut(mut rows: Vec<Operation>) -> Vec<Operation> {
    for row in &mut rows {
        let left = parity(row);
        let end = row.payload_offset.unwrap() as usize;
        row.request.as_mut().filter(|_| left.request).into_iter().for_each(|message| message.truncate(end));
        row.response.as_mut().filter(|_| left.response).into_iter().for_each(|message| message.truncate(end));
    }
    rows
}

#[test]
fn messages_that_do_not_compress_come_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let rows = mixed();
    let path = written(folder.path(), &rows);
    assert!(is_stored(&path)[0]);
    let file = SessionFile::open(&path).unwrap();
    assert_same(file.operations(Columns::All), &rows);
    assert_same(file.operations(Columns::All).passing(), &rows);
}

#[test]
fn other_programs_read_the_same_messages() {
    let folder = tempfile::tempdir().unwrap();
    let rows = mixed();
    let path = written(folder.path(), &rows);
    let batches = ParquetFile::open(&path).unwrap().batches(&["request", "response"]);
    let mut found = Vec::new();
    for batch in batches {
        let batch = batch.unwrap();
        let column = |name| batch.column_by_name(name).unwrap();
        let mut add = |_, message| found.push(message);
        crate::schema::message::read_shared(column("request"), &mut add).unwrap();
        crate::schema::message::read_shared(column("response"), &mut add).unwrap();
    }
    let mut expected: Vec<_> = rows.iter().flat_map(|row| [row.request.clone(), row.response.clone()]).collect();
    found.sort();
    expected.sort();
    assert!(found == expected);
}

#[test]
fn data_is_left_in_the_file_whether_it_is_compressed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let rows = mixed();
    let path = written(folder.path(), &rows);
    let file = SessionFile::open(&path).unwrap();
    assert_same(file.operations(Columns::All).leaving(parity), &cut(rows));

    let mut rows = mixed();
    rows.iter_mut().filter_map(|row| row.request.as_mut()).for_each(|request| *request = vec![7; request.len()].into());
    rows.iter_mut().for_each(|row| row.response = None);
    let path = written(folder.path(), &rows);
    assert!(!is_stored(&path).contains(&true));
    let file = SessionFile::open(&path).unwrap();
    let cut = cut(rows);
    assert_same(file.operations(Columns::All).leaving(parity), &cut);
    assert_same(file.operations(Columns::All).leaving(parity).passing(), &cut);
}

#[test]
fn a_message_stored_without_the_zeros_at_its_end_gets_them_unless_they_are_data_that_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let stored = [(Some(45), Some(45)), (Some(60), Some(3)), (Some(300_000), None)];
    let whole = rows(&stored);
    let with_length = |length| {
        let mut rows = whole.clone();
        rows.iter_mut().for_each(|row| (row.request_length, row.response_length) = (Some(length), Some(length)));
        rows
    };
    let filled = |message: &Option<Bytes>, length: usize| {
        let mut message = message.as_ref()?.to_vec();
        message.resize(length.max(message.len()), 0);
        Some(Bytes::from(message))
    };
    let mut expected = with_length(400_000);
    let path = written(folder.path(), &expected);
    for row in &mut expected {
        (row.request, row.response) = (filled(&row.request, 400_000), filled(&row.response, 400_000));
    }
    let file = SessionFile::open(&path).unwrap();
    assert_same(file.operations(Columns::All), &expected);
    assert_same(file.operations(Columns::All).passing(), &expected);
    assert_same(file.operations(Columns::All).leaving(parity), &cut(expected.clone()));
    let requests = file.operations(Columns::Only(&["request"])).map(|row| row.unwrap().request);
    assert!(requests.eq(expected.into_iter().map(|row| row.request)));
    // Longer than any message: nothing that this program wrote.
    let senseless = with_length(u32::MAX);
    let path = written(folder.path(), &senseless);
    assert_same(SessionFile::open(&path).unwrap().operations(Columns::All), &senseless);
}

#[test]
fn requests_are_read_without_their_answers() {
    let folder = tempfile::tempdir().unwrap();
    let rows = mixed();
    let path = written(folder.path(), &rows);
    let found = SessionFile::open(&path)
        .unwrap()
        .operations(Columns::Only(&[
            "op",
            "command",
            "share_type",
            "request",
            "request_chain",
            "request_holes",
            "payload_offset",
            "payload_length",
        ]))
        .map(Result::unwrap);
    let shown =
        |row: &Operation| (row.op, row.command, row.payload_offset, row.request_holes.len(), row.request.clone());
    let found: Vec<Operation> = found.collect();
    assert!(found.iter().all(|row| row.response.is_none() && row.interim.is_none()));
    assert!(found.iter().map(shown).eq(rows.iter().map(shown)));
}

#[test]
fn what_is_damaged_or_cut_gives_rows_or_an_error_but_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows(&[(Some(40), Some(20_000)), (None, Some(16)), (Some(20_000), None), (Some(3), Some(20_000))]);
    let path = written(folder.path(), &rows);
    assert_eq!(is_stored(&path), [true]);
    let bytes = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.parquet");
    let mut failures = 0;
    for start in (0..bytes.len()).step_by(401) {
        for pattern in [0xff, 0x5a] {
            let mut copy = bytes.clone();
            copy.iter_mut().skip(start).take(4).for_each(|byte| *byte ^= pattern);
            std::fs::write(&damaged, copy).unwrap();
            let read = SessionFile::open(&damaged)
                .and_then(|file| file.operations(Columns::All).try_for_each(|row| row.map(drop)));
            failures += usize::from(read.is_err());
        }
    }
    assert!(failures > 0);
}

#[test]
fn a_length_that_leads_beyond_the_column_is_damage_although_the_footer_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &rows(&[(Some(40), Some(20_000)), (Some(3), Some(20_000))]));
    let bytes = std::fs::read(&path).unwrap();
    let length = 40_u32.to_le_bytes();
    let message = noise(40, 1);
    let place = bytes.windows(44).position(|found| found[..4] == length && found[4..] == message[..]).unwrap();
    let damaged = folder.path().join("damaged.parquet");
    for wrong in [u32::MAX, u32::try_from(bytes.len()).unwrap()] {
        let mut copy = bytes.clone();
        copy[place..place + 4].copy_from_slice(&wrong.to_le_bytes());
        std::fs::write(&damaged, copy).unwrap();
        let read = SessionFile::open(&damaged).unwrap().operations(Columns::All).collect::<Result<Vec<_>, _>>();
        assert!(read.is_err(), "{wrong}");
    }
}
