//! Encoding packed rows as a row group, in memory and without a file: several can be encoded at the same time.

use super::session_format::SessionFormat;
use crate::column_chunk::{ColumnChunk, PageBuffers, column_chunks};
use crate::packed::{Damaged, Rows};
use crate::parquet_writer::incompressible;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::writer::TrackedWrite;
use std::fs::File;

/// Why rows could not be encoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

/// A row group that belongs into a file.
pub(super) struct RowGroup {
    rows: usize,
    chunks: Vec<ColumnChunk>,
}

impl RowGroup {
    /// Encodes `rows` in the order of their numbers; without any it is nothing.
    pub(super) fn encode(mut rows: Rows, buffers: &mut PageBuffers) -> Result<Self, EncodeError> {
        let count = rows.len();
        if count == 0 {
            return Ok(Self { rows: 0, chunks: Vec::new() });
        }
        let format = SessionFormat::get()?;
        let worthless = incompressible::are(rows.large_messages(), rows.small_bytes());
        let of_messages = if worthless { Compression::UNCOMPRESSED } else { Compression::LZ4_RAW };
        let chunks = column_chunks(&mut rows, format.schema(), of_messages, buffers)?;
        Ok(Self { rows: count, chunks })
    }

    /// Whether there are no rows in it.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Appends it to a file as its row group `number`; returns what the footer says of it.
    pub(super) fn append_to(
        self,
        out: &mut TrackedWrite<File>,
        number: usize,
    ) -> Result<RowGroupMetaData, ParquetError> {
        let start = out.bytes_written();
        let chunks: Vec<_> = self.chunks.into_iter().map(|chunk| chunk.append_to(out)).collect::<Result<_, _>>()?;
        let length = chunks.iter().map(|chunk| chunk.uncompressed_size()).fold(0, i64::saturating_add);
        let too_large = |error| ParquetError::External(Box::new(error));
        RowGroupMetaData::builder(SessionFormat::get()?.schema().clone())
            .set_num_rows(i64::try_from(self.rows).map_err(too_large)?)
            .set_total_byte_size(length)
            .set_file_offset(i64::try_from(start).map_err(too_large)?)
            .set_ordinal(i32::try_from(number).map_err(too_large)?)
            .set_column_metadata(chunks)
            .build()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::fixture::full;
    use crate::packed::{HEAD, Row};

    #[test]
    fn a_damaged_row_is_refused_or_read_but_never_a_panic() {
        let mut rows = Rows::default();
        rows.push(&full(7));
        let row = rows.get(0).unwrap().bytes.to_vec();
        let is_refused = |bytes: &[u8]| {
            let mut rows = Rows::default();
            rows.push_row(Row { op: 7, bytes, large: &[] });
            matches!(RowGroup::encode(rows, &mut PageBuffers::default()), Err(EncodeError::Damaged(_)))
        };
        assert!(!is_refused(&row));
        for at in 0..row.len() {
            assert!(is_refused(&row[..at]), "cut at byte {at}");
            for bit in 0..8 {
                let mut damaged = row.clone();
                damaged[at] ^= 1 << bit;
                // Bytes are left over, or missing, or there is no such column.
                assert!(is_refused(&damaged) || at >= HEAD, "bit {bit} of byte {at}");
            }
        }
    }
}
