#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use super::*;
use crate::fixture::{full, noise, shown, small};
use crate::schema::schema;
use crate::writer::write_rows;
use arrow::array::{ArrayRef, Int64Array, StringArray, UInt32Array};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::sync::Arc;

fn session_file(folder: &Path, rows: impl Iterator<Item = Operation>) -> PathBuf {
    let path = folder.join("session.parquet");
    write_rows(&path, rows);
    path
}

fn read_all(path: &Path) -> Result<usize, ReadError> {
    let rows = SessionFile::open(path)?.operations(Columns::All);
    rows.map(|row| row.map(|_| 1)).sum()
}

/// A file with other columns or versions, as an editor could make it.
fn edited(folder: &Path, version: Option<&str>, edit: impl Fn(&str, ArrayRef) -> Option<ArrayRef>) -> PathBuf {
    let rows = [full(0), small(None, 1)];
    let batch = column::encode(COLUMNS, &schema(), &rows).unwrap();
    let schema = batch.schema();
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .filter_map(|(field, array)| Some((field.name().clone(), edit(field.name(), array.clone())?, true)));
    let batch = RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).unwrap();
    let path = folder.join("edited.parquet");
    write_plain(&path, version, &batch);
    path
}

fn write_plain(path: &Path, version: Option<&str>, batch: &RecordBatch) {
    let pair = version.map(|version| vec![KeyValue::new("schema_version".to_owned(), version.to_owned())]);
    let properties = WriterProperties::builder().set_key_value_metadata(pair).build();
    let schema: SchemaRef = batch.schema();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn meaning_leaves_the_messages_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), std::iter::once(full(3)));
    let row = SessionFile::open(&path).unwrap().operations(Columns::Meaning).next().unwrap().unwrap();
    assert_eq!((row.request, row.response, row.interim), (None, None, None));
    assert_eq!(row.request_length, Some(43));
    assert_eq!(row.payload_hash, Some([47; 16]));
}

#[test]
fn a_batch_does_not_hold_more_than_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let big = |op| {
        let mut row = small(None, op);
        row.request = Some(vec![7; 1 << 20].into());
        row
    };
    let path = session_file(folder.path(), (0..20).map(big));
    let mut batches = ParquetFile::open(&path).unwrap().batches(&["op", "request"]);
    assert!(batches.all(|batch| batch.unwrap().num_rows() <= 8));
}

/// Rows with messages that fill several row groups; every third number is left out.
fn several_row_groups(folder: &Path) -> (PathBuf, Vec<Operation>) {
    let big = |op: u32| {
        let mut row = small(None, op * 3);
        let mut state = u64::from(op) + 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        row.request = Some((0..300_000).map(|_| next()).collect::<Vec<u8>>().into());
        row
    };
    let rows: Vec<Operation> = (0..100).map(big).collect();
    (session_file(folder, rows.iter().cloned()), rows)
}

#[test]
fn rows_come_by_their_numbers_with_what_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rows) = several_row_groups(folder.path());
    let file = SessionFile::open(&path).unwrap();
    assert!(file.file.metadata().metadata().num_row_groups() > 2);
    let by_number = |ops: &[u32], columns| -> Vec<Operation> {
        file.operations_numbered(ops, columns, &["kind"]).unwrap().map(Result::unwrap).collect()
    };
    for row in &rows {
        let found = by_number(&[row.op], Columns::Only(&["request"]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].op, &found[0].request, found[0].kind), (row.op, &row.request, row.kind));
    }
    let some: Vec<u32> =
        by_number(&[297, 5, 0, 150, 298, 150, u32::MAX], Columns::Meaning).iter().map(|r| r.op).collect();
    assert_eq!(some, [0, 150, 297]);
    assert!(by_number(&[], Columns::All).is_empty());
}

#[test]
fn row_groups_without_a_wanted_row_are_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rows) = several_row_groups(folder.path());
    let whole = std::fs::read(&path).unwrap();
    // The messages of the first rows are overwritten: whoever reads them sees it.
    let request = rows[0].request.as_ref().unwrap();
    let at = whole.windows(64).position(|window| window == &request[..64]).unwrap();
    let mut damaged = whole;
    damaged[at - 8..at].fill(0xff);
    let path = folder.path().join("damaged.parquet");
    std::fs::write(&path, damaged).unwrap();
    let file = SessionFile::open(&path).unwrap();
    let read = |op| file.operations_numbered(&[op], Columns::All, &[]).unwrap().collect::<Result<Vec<_>, _>>();
    assert!(read(0).is_err());
    assert_eq!(read(297).unwrap().len(), 1);
}

#[test]
fn a_row_is_found_whatever_the_bounds_of_its_row_group_say() {
    const OP: u32 = 0x0a0b_0c0d;
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), std::iter::once(small(None, OP)));
    let mut damaged = std::fs::read(&path).unwrap();
    let length = damaged.len() - 8;
    let footer = u32::from_le_bytes(damaged[length..length + 4].try_into().unwrap()) as usize;
    let places: Vec<usize> =
        (length - footer..length - 4).filter(|at| damaged[*at..*at + 4] == OP.to_le_bytes()).collect();
    assert!(places.len() >= 2, "the least and the greatest number");
    places.iter().for_each(|at| damaged[*at] += 1);
    std::fs::write(&path, damaged).unwrap();
    let file = SessionFile::open(&path).unwrap();
    let found = |op| file.operations_numbered(&[op], Columns::Meaning, &[]).unwrap().map(|row| row.unwrap().op).next();
    assert_eq!((found(OP), found(OP + 1)), (Some(OP), None));
}

#[test]
fn a_missing_file_is_an_error_of_the_file_system() {
    let error = SessionFile::open(Path::new("/nowhere/session.parquet")).unwrap_err();
    assert!(matches!(error, ReadError::Io { .. }), "{error}");
}

#[test]
fn what_another_program_wrote_is_answered_with_ingest_again() {
    let folder = tempfile::tempdir().unwrap();
    let frames: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("frame.number", frames)]).unwrap();
    let path = folder.path().join("pandas.parquet");
    write_plain(&path, None, &batch);
    let error = SessionFile::open(&path).unwrap_err();
    assert!(matches!(error, ReadError::Foreign { .. }), "{error}");
    assert!(error.to_string().contains("ingest the trace again"), "{error}");
}

#[test]
fn a_newer_minor_with_more_columns_is_read_and_a_newer_major_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = edited(folder.path(), Some("1.9"), |_, array| Some(array));
    assert_eq!(read_all(&path).unwrap(), 2);
    let path = edited(folder.path(), Some("2.0"), |_, array| Some(array));
    let error = SessionFile::open(&path).unwrap_err();
    assert!(matches!(error, ReadError::Version { .. }), "{error}");
}

#[test]
fn a_column_that_is_missing_retyped_emptied_or_misspelt_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for column in COLUMNS.iter().filter(|column| column.read.is_some()) {
        let path = edited(folder.path(), Some("1.0"), |name, array| (name != column.name).then_some(array));
        let error = SessionFile::open(&path).unwrap_err();
        assert!(error.to_string().contains(column.name), "{error}");

        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let path = edited(folder.path(), Some("1.0"), |name, array| {
            Some(if name == column.name { numbers.clone() } else { array })
        });
        let error = read_all(&path).unwrap_err();
        assert!(error.to_string().contains(column.name), "{error}");
    }
    let empty: ArrayRef = Arc::new(UInt32Array::from(vec![None, Some(1)]));
    let path = edited(folder.path(), Some("1.0"), |name, array| Some(if name == "op" { empty.clone() } else { array }));
    assert!(read_all(&path).unwrap_err().to_string().contains("no value in row 0"));
    let words: ArrayRef = Arc::new(StringArray::from(vec!["exchange", "exchangé"]));
    let path =
        edited(folder.path(), Some("1.0"), |name, array| Some(if name == "kind" { words.clone() } else { array }));
    assert!(read_all(&path).unwrap_err().to_string().contains("exchangé"));
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), (0..50).map(full));
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut.parquet");
    for length in (0..bytes.len()).step_by(211) {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        assert!(read_all(&cut).is_err(), "{length} of {}", bytes.len());
    }
}

#[test]
fn a_damaged_file_gives_rows_or_an_error_but_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), (0..50).map(full));
    let bytes = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.parquet");
    let mut failures = 0;
    for start in (0..bytes.len()).step_by(bytes.len() / 300) {
        let mut copy = bytes.clone();
        for byte in copy.iter_mut().skip(start).take(3) {
            *byte ^= 0xa5;
        }
        std::fs::write(&damaged, copy).unwrap();
        failures += usize::from(read_all(&damaged).is_err());
    }
    assert!(failures > 0);
}

/// Wants the rows whose number `wants` accepts; looks at no row group whose rows all end before `from` on the clock.
struct Every {
    wants: fn(u32) -> bool,
    from: i128,
    looked_at: usize,
}

impl RowChoice for Every {
    fn columns(&self) -> Vec<&'static str> {
        vec!["op"]
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        assert_eq!(bounds.of("latency_ns"), Some(None), "no row has one");
        assert_eq!(bounds.of("command"), None, "it has no bounds");
        bounds.of("request_time").unwrap().is_some_and(|(_, last)| last < self.from)
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        self.looked_at += batch.num_rows();
        let op = batch.column_by_name("op").unwrap().as_any().downcast_ref::<UInt32Array>().unwrap();
        Ok(op.values().iter().map(|op| (self.wants)(*op)).collect())
    }
}

/// Rows of several row groups, with messages that are stored as they are if `noisy`.
fn many(noisy: bool) -> Vec<Operation> {
    let of = |op: u32| {
        let mut row = small(None, op);
        let length = if op.is_multiple_of(5) { 100 } else { 500_000 };
        let bytes = if noisy { noise(length, u64::from(op) + 1) } else { vec![op.to_le_bytes()[0]; length] };
        row.request_length = Some(bytes.len().try_into().unwrap());
        row.request = Some(bytes.into()).filter(|_| !op.is_multiple_of(7));
        row.response = Some(op.to_le_bytes().to_vec().into());
        row.payload_offset = Some(90);
        row
    };
    (0..60).map(of).collect()
}

#[test]
fn the_rows_of_a_selection_are_those_rows_whole() {
    let folder = tempfile::tempdir().unwrap();
    for noisy in [true, false] {
        let all = many(noisy);
        let path = session_file(folder.path(), all.iter().cloned());
        let file = SessionFile::open(&path).unwrap();
        let choices: [fn(u32) -> bool; 6] =
            [|op| op % 9 == 4, |op| op == 59, |op| op < 3, |op| op % 2 == 0, |_| true, |_| false];
        for wants in choices {
            let mut choice = Every { wants, from: 0, looked_at: 0 };
            let selection = file.select(&mut choice).unwrap();
            let expected: Vec<&Operation> = all.iter().filter(|row| wants(row.op)).collect();
            assert_eq!(selection.count(), expected.len() as u64);
            assert_eq!(choice.looked_at, 60);
            let rows: Vec<Operation> = file.operations_of(Columns::All, Some(&selection)).map(Result::unwrap).collect();
            assert!(rows.iter().map(|row| &row.request).eq(expected.iter().map(|row| &row.request)));
            let meaning = |row: &Operation| shown(&Operation { request: None, ..row.clone() });
            assert!(rows.iter().map(meaning).eq(expected.iter().map(|row| meaning(row))));
            let left = rows_left(file.operations_of(Columns::All, Some(&selection)));
            let beginning = |row: &&Operation| row.request.as_ref().map(|message| message.slice(..90));
            assert!(left.iter().map(|row| row.request.clone()).eq(expected.iter().map(beginning)));
            assert!(left.iter().map(|row| &row.response).eq(expected.iter().map(|row| &row.response)));
        }
    }
}

fn rows_left(rows: Operations) -> Vec<Operation> {
    rows.leaving(|_| Left { request: true, response: false }).map(Result::unwrap).collect()
}

#[test]
fn a_row_group_outside_its_bounds_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), many(true).into_iter());
    let file = SessionFile::open(&path).unwrap();
    let mut choice = Every { wants: |op| op >= 55, from: 55, looked_at: 0 };
    let selection = file.select(&mut choice).unwrap();
    assert_eq!(selection.count(), 5);
    assert!((5..60).contains(&choice.looked_at), "{}", choice.looked_at);
    let rows = file.operations_of(Columns::Meaning, Some(&selection)).map(|row| row.unwrap().op);
    assert!(rows.eq(55..60));
}

#[test]
fn a_choice_of_another_length_is_an_error() {
    struct TooShort;
    impl RowChoice for TooShort {
        fn columns(&self) -> Vec<&'static str> {
            vec!["op"]
        }
        fn excludes(&self, _: &RowGroupBounds<'_>) -> bool {
            false
        }
        fn choose(&mut self, _: &RecordBatch) -> Result<BooleanBuffer, String> {
            Ok(BooleanBuffer::new_set(1))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = session_file(folder.path(), (0..2).map(|op| small(None, op)));
    let error = SessionFile::open(&path).unwrap().select(&mut TooShort).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
}

/// The numbers of the rows of pages of `most` rows, one page after the other.
fn paged(file: &SessionFile, selection: Option<&Selection>, most: u64) -> Vec<Vec<u32>> {
    let (mut pages, mut from) = (Vec::new(), Some(0));
    while let Some(row) = from {
        let page = file.page(selection, row, most);
        let rows = file.operations_with(&["op"], Some(&page.selection));
        pages.push(rows.map(|row| row.unwrap().op).collect::<Vec<u32>>());
        from = page.next;
    }
    pages
}

#[test]
fn pages_joined_are_the_whole_whatever_their_length() {
    let folder = tempfile::tempdir().unwrap();
    // Noise fills row groups, so that pages lie in one, at its edge, and in several.
    let rows = (0..40).map(|op| {
        let mut row = small(None, op);
        row.request = Some(noise(1 << 20, u64::from(op)).into());
        row
    });
    let file = SessionFile::open(&session_file(folder.path(), rows)).unwrap();
    assert!(file.file.row_group_sizes().count() > 2, "one row group shows nothing");
    let all: Vec<u32> = (0..40).collect();
    for most in [1, 3, 7, 39, 40, 41, u64::MAX] {
        assert_eq!(paged(&file, None, most).concat(), all, "{most}");
    }
    struct Odd;
    impl RowChoice for Odd {
        fn columns(&self) -> Vec<&'static str> {
            vec!["op"]
        }
        fn excludes(&self, _: &RowGroupBounds<'_>) -> bool {
            false
        }
        fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
            let ops: &UInt32Array = batch.column(0).as_any().downcast_ref().unwrap();
            Ok(ops.values().iter().map(|op| op % 2 == 1).collect())
        }
    }
    let odd = file.select(&mut Odd).unwrap();
    let pages = paged(&file, Some(&odd), 3);
    assert_eq!(pages.concat(), all.iter().copied().filter(|op| op % 2 == 1).collect::<Vec<u32>>());
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 3, 3, 3, 2]);
    // Ops are the numbers of rows here.
    for before in (0..=42).chain([u64::MAX]) {
        assert_eq!(file.place(None, before), before.min(40), "{before}");
        assert_eq!(file.place(Some(&odd), before), if before < 20 { before * 2 + 1 } else { 40 }, "{before}");
    }
}

#[test]
fn a_page_behind_the_end_is_empty_and_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let file = SessionFile::open(&session_file(folder.path(), (0..3).map(|op| small(None, op)))).unwrap();
    for from in [3, 4, u64::MAX] {
        let page = file.page(None, from, 10);
        assert_eq!((page.selection.count(), page.next), (0, None), "{from}");
    }
}
