//! Writing a table to a Parquet file with bounded memory: row groups are cut by bytes.

use crate::schema::Column;
use crate::schema::column::encode;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::fs::File;

/// Encoded bytes at which a row group is closed.
const ROW_GROUP_BYTES: usize = 8 << 20;
/// Bytes in memory at which rows are encoded.
const BATCH_BYTES: usize = 1 << 20;
/// Rows at which they are encoded.
const BATCH_ROWS: usize = 4096;

/// Bytes that a row takes in memory.
pub(crate) trait Weight {
    /// The number of bytes, its own size included.
    fn weight(&self) -> usize;
}

/// A Parquet file in the making.
pub(crate) struct ParquetWriter<R: 'static> {
    columns: &'static [Column<R>],
    schema: SchemaRef,
    writer: ArrowWriter<File>,
    rows: Vec<R>,
    bytes: usize,
}

impl<R: Weight> ParquetWriter<R> {
    /// Begins the file.
    pub(crate) fn new(file: File, columns: &'static [Column<R>], schema: SchemaRef) -> Result<Self, ParquetError> {
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(columns)))?;
        Ok(Self { columns, schema, writer, rows: Vec::new(), bytes: 0 })
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, row: R) -> Result<(), ParquetError> {
        self.bytes = self.bytes.saturating_add(row.weight());
        self.rows.push(row);
        if self.bytes >= BATCH_BYTES || self.rows.len() >= BATCH_ROWS { self.encode_rows() } else { Ok(()) }
    }

    /// Completes the file. It is not forced to the disk: thousands of files would take minutes, and all can be made
    /// again from the capture.
    pub(crate) fn finish(mut self) -> Result<(), ParquetError> {
        self.encode_rows()?;
        self.writer.close().map(drop)
    }

    fn encode_rows(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let batch = encode(self.columns, &self.schema, &self.rows)?;
        self.rows.clear();
        self.bytes = 0;
        self.writer.write(&batch)?;
        if self.writer.in_progress_size() >= ROW_GROUP_BYTES { self.writer.flush() } else { Ok(()) }
    }
}

fn properties<R>(columns: &[Column<R>]) -> WriterProperties {
    let version = KeyValue::new("schema_version".to_owned(), crate::metadata::SCHEMA_VERSION.to_owned());
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_created_by(crate::CREATED_BY.to_owned())
        .set_key_value_metadata(Some(vec![version]))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    // Messages do not repeat, and their least and greatest say nothing.
    let messages = columns.iter().filter(|column| column.is_message());
    let properties = messages.fold(properties, |properties, column| {
        let path = ColumnPath::from(column.name);
        properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_statistics_enabled(path, EnabledStatistics::None)
    });
    properties.build()
}
