//! A Parquet file in the making that takes little memory: [`parquet::file::writer::SerializedFileWriter`] keeps about 80 KB for
//! each row group of an open file, which is more than the rows of all sessions when there are thousands of row groups.

use super::origin::Origin;
use super::row_group::RowGroup;
use super::session_format::SessionFormat;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaDataOptions, ParquetMetaDataReader};
use parquet::file::writer::TrackedWrite;
use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";
/// Bytes behind the metadata of a file: their length and the magic.
const END: usize = 8;

/// The file; its row groups are there, its footer is not.
pub(super) struct GrowingFile {
    out: TrackedWrite<File>,
    format: &'static SessionFormat,
    /// The footer that the file would have with one of its row groups alone, for each of them.
    footers: Vec<Box<[u8]>>,
}

impl GrowingFile {
    /// Begins it.
    pub(super) fn begin(file: File) -> Result<Self, ParquetError> {
        let format = SessionFormat::get()?;
        let mut out = TrackedWrite::new(file);
        out.write_all(MAGIC)?;
        Ok(Self { out, format, footers: Vec::new() })
    }

    /// Appends a row group; one without rows is none.
    pub(super) fn append(&mut self, row_group: RowGroup) -> Result<(), ParquetError> {
        if row_group.is_empty() {
            return Ok(());
        }
        let described = row_group.append_to(&mut self.out, self.footers.len())?;
        let mut footer = self.format.footer_of(described)?;
        footer.truncate(footer.len().saturating_sub(END));
        self.footers.push(footer.into_boxed_slice());
        Ok(())
    }

    /// Completes it; its footer says that it has rows of `origin`. It is not forced to the disk.
    pub(super) fn finish(mut self, origin: Option<&Origin>) -> Result<(), ParquetError> {
        let mut row_groups = Vec::with_capacity(self.footers.len());
        // One schema for all, instead of one for each.
        let options = ParquetMetaDataOptions::new().with_schema(Arc::clone(self.format.schema()));
        for footer in std::mem::take(&mut self.footers) {
            let alone = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))?;
            row_groups.extend_from_slice(alone.row_groups());
        }
        let footer = self.format.footer(row_groups, origin)?;
        self.out.write_all(&footer)?;
        Ok(self.out.flush()?)
    }
}
