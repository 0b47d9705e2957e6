//! A Parquet file in the making that takes little memory: [`parquet::file::writer::SerializedFileWriter`] keeps so much for each row
//! group of an open file that it is more than the rows of all sessions when there are thousands of row groups.

use super::footers::Footers;
use super::origin::Origin;
use super::row_group::RowGroup;
use super::session_format::SessionFormat;
use parquet::errors::ParquetError;
use parquet::file::writer::TrackedWrite;
use std::fs::File;
use std::io::Write as _;

/// What a Parquet file begins and ends with.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";

/// The file; its row groups are there, its footer is not.
pub(super) struct GrowingFile {
    out: TrackedWrite<File>,
    format: &'static SessionFormat,
    /// What the footer will say.
    footers: Footers,
}

impl GrowingFile {
    /// Begins it.
    pub(super) fn begin(file: File) -> Result<Self, ParquetError> {
        let format = SessionFormat::get()?;
        let mut out = TrackedWrite::new(file);
        out.write_all(MAGIC)?;
        Ok(Self { out, format, footers: Footers::default() })
    }

    /// Appends a row group; one without rows is none.
    pub(super) fn append(&mut self, row_group: RowGroup) -> Result<(), ParquetError> {
        if row_group.is_empty() {
            return Ok(());
        }
        let described = row_group.append_to(&mut self.out, self.footers.len())?;
        self.footers.push(described, self.format)
    }

    /// Completes it; its footer says that it has rows of `origin`. It is not forced to the disk.
    pub(super) fn finish(mut self, origin: Option<&Origin>) -> Result<(), ParquetError> {
        self.footers.write(self.format, origin, &mut self.out)?;
        Ok(self.out.flush()?)
    }
}
