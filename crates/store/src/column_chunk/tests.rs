#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

//! What parquet's own reader finds in the files is what Arrow's arrays of the same rows hold, and the bounds in the footer are
//! those that parquet's own writer notes.

use super::PAGE_ROWS;
use crate::fixture::{full, noise, small};
use crate::parquet_writer::properties;
use crate::schema::column::encode;
use crate::schema::{COLUMNS, schema};
use crate::writer::write_rows;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use bytes::Bytes;
use capture::{Hole, Timestamp};
use dissect::Operation;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use proptest::prelude::*;
use smb2::Command;
use std::fs::File;
use std::sync::Arc;

/// The rows of the file that is written of `rows`, and its footer.
fn written(rows: &[Operation]) -> (RecordBatch, Arc<ParquetMetaData>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    write_rows(&path, rows.iter().cloned());
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let (metadata, schema) = (Arc::clone(builder.metadata()), Arc::clone(builder.schema()));
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    (concat_batches(&schema, &batches).unwrap(), metadata)
}

#[track_caller]
fn holds(rows: &[Operation]) -> Arc<ParquetMetaData> {
    let (found, metadata) = written(rows);
    let expected = encode(COLUMNS, &schema(), rows).unwrap();
    for (field, (found, expected)) in
        expected.schema().fields().iter().zip(found.columns().iter().zip(expected.columns()))
    {
        // Equal numbers of words are not asked for, equal words are.
        let text = |array: &ArrayRef| match field.data_type() {
            arrow::datatypes::DataType::Dictionary(..) => {
                arrow::compute::cast(array, &arrow::datatypes::DataType::Utf8).unwrap()
            }
            _ => Arc::clone(array),
        };
        assert!(text(found) == text(expected), "{}", field.name());
    }
    metadata
}

/// A row with numbers, texts and gaps that `seed` decides on.
fn mixed(op: u32, seed: u64) -> Operation {
    let at = |n: u64| seed.rotate_left((n * 7 + u64::from(op) * 13) as u32 % 64) ^ (u64::from(op) * n);
    let some = |n: u64| at(n) % 3 > 0;
    let number = |n: u64| match at(n) % 5 {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << (at(n + 1) % 64),
        3 => at(n + 2),
        _ => u64::from(op),
    };
    let mut row = if at(1).is_multiple_of(4) { full(op) } else { small(Some(0), op) };
    row.request_seq = some(2).then(|| number(3));
    row.response_time = some(4).then(|| Timestamp(number(5) as i64));
    row.tree_id = some(6).then(|| number(7) as u32);
    row.credit_charge = some(8).then(|| number(9) as u16);
    row.command = some(10).then(|| Command(number(11) as u16));
    row.status = some(12).then(|| number(13) as u32);
    row.path = some(14).then(|| format!("folder/{}", at(15) % 500).into());
    row.pattern = some(16).then(|| "x".repeat(at(17) as usize % 9));
    row.encrypted = some(18);
    row.create_contexts = (0..at(19) % 4).map(|n| format!("{n}")).collect();
    row.request_holes = (0..at(20) % 3).map(|n| Hole { offset: n as u32, length: at(21) as u32 }).collect();
    row.request = some(22).then(|| Bytes::from(noise((at(23) % 300) as usize, at(24))));
    row
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn parquets_reader_finds_what_the_rows_have(seed: u64, count in 1_u32..400) {
        holds(&(0..count).map(|op| mixed(op, seed)).collect::<Vec<_>>());
    }
}

#[test]
fn pages_of_many_rows_end_where_they_end_exactly_and_where_one_is_over() {
    for count in [PAGE_ROWS, PAGE_ROWS + 1] {
        let row = |op| {
            let mut row = Operation::new(op, dissect::Kind::Connect, 1);
            row.session = Some(0);
            row.message_id = op.is_multiple_of(3).then_some(u64::from(op) << 40);
            row
        };
        holds(&(0..count as u32).map(row).collect::<Vec<_>>());
    }
}

#[test]
fn a_dictionary_that_is_too_large_goes_on_as_text() {
    let row = |op: u32| {
        let mut row = Operation::new(op, dissect::Kind::Exchange, 1);
        row.session = Some(0);
        row.path = Some(format!("{op:080}").into());
        row
    };
    let metadata = holds(&(0..PAGE_ROWS as u32 * 2 + 5).map(row).collect::<Vec<_>>());
    let path = metadata.row_group(0).columns().iter().find(|column| column.column_path().string() == "path").unwrap();
    assert!(path.dictionary_page_offset().is_some());
}

#[test]
fn large_messages_come_back_compressed_and_as_they_are() {
    let rows = |content: &dyn Fn(u64) -> Vec<u8>| -> Vec<Operation> {
        let row = |op: u32| {
            let mut row = small(Some(0), op);
            // Pages end between rows that have none, too.
            row.response = (op % 4 != 1).then(|| content(u64::from(op)).into());
            row.request = op.is_multiple_of(2).then(|| noise(5000, u64::from(op) + 1).into());
            row
        };
        (0..21).map(row).collect()
    };
    let compression = |metadata: &ParquetMetaData| {
        let mut columns = metadata.row_group(0).columns().iter();
        columns.find(|column| column.column_path().string() == "response").unwrap().compression()
    };
    let stored = holds(&rows(&|seed| noise(700_000, seed + 1)));
    assert_eq!(compression(&stored), Compression::UNCOMPRESSED);
    let compressed = holds(&rows(&|seed| vec![seed as u8; 700_000]));
    assert_eq!(compression(&compressed), Compression::LZ4_RAW);
}

#[test]
fn bounds_in_the_footer_are_those_of_parquets_own_writer() {
    let rows: Vec<Operation> = (0..500).map(|op| mixed(op, 0x9e37_79b9_7f4a_7c15)).collect();
    let (_, found) = written(&rows);
    let mut writer =
        ArrowWriter::try_new(Vec::new(), schema(), Some(properties(COLUMNS, Compression::LZ4_RAW))).unwrap();
    writer.write(&encode(COLUMNS, &schema(), &rows).unwrap()).unwrap();
    let expected = writer.close().unwrap();
    for (found, expected) in found.row_group(0).columns().iter().zip(expected.row_group(0).columns()) {
        let name = found.column_path().string();
        // Nobody looks for the items of lists by their range.
        if found.column_descr().max_rep_level() > 0 {
            continue;
        }
        let bounds = |column: &parquet::file::metadata::ColumnChunkMetaData| {
            column.statistics().map(|bounds| {
                let bytes = |bound: Option<&[u8]>| bound.map(<[u8]>::to_vec);
                (bytes(bounds.min_bytes_opt()), bytes(bounds.max_bytes_opt()), bounds.null_count_opt())
            })
        };
        let expected_bounds = bounds(expected).filter(|(least, ..)| least.is_some());
        assert_eq!(bounds(found).filter(|(least, ..)| least.is_some()), expected_bounds, "{name}");
        assert_eq!(found.num_values(), expected.num_values(), "{name}");
    }
}
