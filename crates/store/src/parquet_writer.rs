//! Writing a table to a Parquet file with bounded memory: row groups are cut by bytes.

pub(crate) mod incompressible;

use crate::schema::Column;
use crate::schema::message::shared_array;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
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
    file: SerializedFileWriter<File>,
    compressing: ArrowRowGroupWriterFactory,
    /// Leaves messages as they are; made when there are such that it is not worth compressing.
    storing: Option<ArrowRowGroupWriterFactory>,
    /// The writers of the row group that was begun; none when none was.
    row_group: Vec<ArrowColumnWriter>,
    rows: Vec<R>,
    bytes: usize,
}

impl<R: Weight> ParquetWriter<R> {
    /// Begins the file.
    pub(crate) fn new(file: File, columns: &'static [Column<R>], schema: SchemaRef) -> Result<Self, ParquetError> {
        let properties = properties(columns, Compression::LZ4_RAW);
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))?;
        let (file, compressing) = writer.into_serialized_writer()?;
        let (row_group, rows) = (Vec::new(), Vec::new());
        Ok(Self { columns, schema, file, compressing, storing: None, row_group, rows, bytes: 0 })
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
        self.end_row_group()?;
        self.file.close().map(drop)
    }

    fn encode_rows(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        if self.row_group.is_empty() {
            self.row_group = self.begin_row_group()?;
        }
        let mut writers = self.row_group.iter_mut();
        for (column, field) in self.columns.iter().zip(self.schema.fields()) {
            let array = match &column.message {
                Some(message) => shared_array(self.rows.iter().map(message))?,
                None => (column.write)(&self.rows),
            };
            for (leaf, writer) in compute_leaves(field, &array)?.iter().zip(&mut writers) {
                writer.write(leaf)?;
            }
        }
        self.rows.clear();
        self.bytes = 0;
        let encoded = self.row_group.iter().map(ArrowColumnWriter::get_estimated_total_bytes);
        if encoded.fold(0, usize::saturating_add) >= ROW_GROUP_BYTES { self.end_row_group() } else { Ok(()) }
    }

    /// What the first rows of a row group are like decides for all of them.
    fn begin_row_group(&mut self) -> Result<Vec<ArrowColumnWriter>, ParquetError> {
        let fields = self.columns.iter().filter_map(|column| column.message);
        let messages = fields.flat_map(|message| self.rows.iter().filter_map(move |row| message(row).as_deref()));
        let factory = match &mut self.storing {
            _ if !incompressible::are(messages, 0) => &self.compressing,
            Some(storing) => storing,
            storing => {
                // Parquet has a compression for each column of a row group; its writer has one for the file.
                let properties = properties(self.columns, Compression::UNCOMPRESSED);
                let writer = ArrowWriter::try_new(std::io::sink(), self.schema.clone(), Some(properties))?;
                storing.insert(writer.into_serialized_writer()?.1)
            }
        };
        factory.create_column_writers(self.file.flushed_row_groups().len())
    }

    fn end_row_group(&mut self) -> Result<(), ParquetError> {
        if self.row_group.is_empty() {
            return Ok(());
        }
        let mut row_group = self.file.next_row_group()?;
        for writer in self.row_group.drain(..) {
            writer.close()?.append_to_row_group(&mut row_group)?;
        }
        row_group.close().map(drop)
    }
}

/// How `columns` are stored, messages with the compression `of_messages`.
pub(crate) fn properties<R>(columns: &[Column<R>], of_messages: Compression) -> WriterProperties {
    let version = KeyValue::new("schema_version".to_owned(), crate::metadata::SCHEMA_VERSION.to_owned());
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_created_by(crate::CREATED_BY.to_owned())
        .set_key_value_metadata(Some(vec![version]))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    // Numbers grow, as places and times do, or stay as they are, as flags do: their differences are small. A dictionary of places
    // would be as long as the column.
    let numbers = columns.iter().filter(|column| is_number(column));
    let properties = numbers.fold(properties, |properties, column| {
        let path = ColumnPath::from(column.name);
        properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED)
            .set_column_compression(path, Compression::UNCOMPRESSED)
    });
    // What is looked for by its range are places, times, and the numbers of rows.
    let unordered = columns.iter().filter(|column| !is_number(column) || (is_small(column) && column.name != "op"));
    let properties = unordered.fold(properties, |properties, column| {
        properties.set_column_statistics_enabled(ColumnPath::from(column.name), EnabledStatistics::None)
    });
    // An identifier is in a few rows, a hash in one.
    let identifiers = columns.iter().filter(|column| matches!((column.data_type)(), DataType::FixedSizeBinary(_)));
    let properties = identifiers.fold(properties, |properties, column| {
        properties.set_column_dictionary_enabled(ColumnPath::from(column.name), false)
    });
    // Messages do not repeat.
    let messages = columns.iter().filter(|column| column.is_message());
    let properties = messages.fold(properties, |properties, column| {
        let path = ColumnPath::from(column.name);
        properties.set_column_dictionary_enabled(path.clone(), false).set_column_compression(path, of_messages)
    });
    properties.build()
}

fn is_number<R>(column: &Column<R>) -> bool {
    matches!(
        (column.data_type)(),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 | DataType::Timestamp(..)
    )
}

fn is_small<R>(column: &Column<R>) -> bool {
    matches!((column.data_type)(), DataType::UInt8 | DataType::UInt16 | DataType::UInt32)
}
