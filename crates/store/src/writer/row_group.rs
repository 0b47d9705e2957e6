//! Encoding packed rows as a row group, in memory and without a file: several can be encoded at the same time.

use crate::packed::{Damaged, Rows, arrays};
use crate::parquet_writer::{incompressible, properties};
use crate::schema::{COLUMNS, schema};
use arrow::array::{ArrayRef, AsArray as _};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;
use std::fs::File;
use std::sync::LazyLock;

/// Why rows could not be encoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

/// A row group that belongs into a file.
pub(super) struct RowGroup(Vec<ArrowColumnChunk>);

/// Makes the writers of a row group's columns: one that compresses messages, and one that leaves them as they are, since
/// Parquet has a compression for each column of a row group, but its writer has one for the file.
struct Factories {
    compressing: ArrowRowGroupWriterFactory,
    storing: ArrowRowGroupWriterFactory,
}

static FACTORIES: LazyLock<Result<Factories, String>> = LazyLock::new(|| {
    let factory = |of_messages| {
        let writer = ArrowWriter::try_new(std::io::sink(), schema(), Some(properties(COLUMNS, of_messages)));
        writer
            .and_then(ArrowWriter::into_serialized_writer)
            .map(|(_, factory)| factory)
            .map_err(|error| error.to_string())
    };
    Ok(Factories { compressing: factory(Compression::LZ4_RAW)?, storing: factory(Compression::UNCOMPRESSED)? })
});

impl RowGroup {
    /// Encodes `rows` in the order of their numbers; without any it is nothing.
    pub(super) fn encode(rows: Rows) -> Result<Self, EncodeError> {
        if rows.len() == 0 {
            return Ok(Self(Vec::new()));
        }
        let arrays = arrays(rows)?;
        let factories = FACTORIES.as_ref().map_err(|reason| ParquetError::General(reason.clone()))?;
        let factory = if incompressible::are(messages(&arrays)) { &factories.storing } else { &factories.compressing };
        let mut writers = factory.create_column_writers(0)?.into_iter();
        let mut chunks = Vec::with_capacity(writers.len());
        for (field, array) in schema().fields().iter().zip(arrays) {
            for (leaf, mut writer) in compute_leaves(field, &array)?.iter().zip(&mut writers) {
                writer.write(leaf)?;
                chunks.push(writer.close()?);
            }
        }
        Ok(Self(chunks))
    }

    /// Whether there are no rows in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends its columns to those that `writer` has written.
    pub(super) fn append_to(self, writer: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        self.0.into_iter().try_for_each(|chunk| chunk.append_to_row_group(writer))
    }
}

/// The messages of all columns of messages.
fn messages(arrays: &[ArrayRef]) -> impl Iterator<Item = &[u8]> {
    let columns = COLUMNS.iter().zip(arrays).filter(|(column, _)| column.is_message());
    columns.filter_map(|(_, array)| array.as_binary_view_opt()).flat_map(|array| array.iter().flatten())
}
