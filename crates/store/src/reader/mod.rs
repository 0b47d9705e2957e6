//! Reading session files.
//!
//! Memory is bounded: row groups are read one after the other, in batches cut by bytes, and columns that are not asked
//! for are not touched.

use crate::metadata::SCHEMA_VERSION;
use crate::parquet_file::{Batches, ParquetFile};
use crate::schema::{COLUMNS, Column, DecodeError, column};
use arrow::array::RecordBatch;
use dissect::{Kind, Operation};
use std::path::{Path, PathBuf};

/// Which columns to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Columns {
    /// All but `request`, `response` and `interim`.
    Meaning,
    /// All.
    All,
}

/// Why a file could not be read. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It could not be opened or read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A newer program wrote it.
    #[error("{path}: {source}")]
    Version {
        /// The file.
        path: PathBuf,
        /// What is wrong with the version.
        source: crate::version::VersionError,
    },
    /// Another program wrote it: it is Parquet, but has no `schema_version` or other columns.
    #[error("{path}: not written by smbreplay {SCHEMA_VERSION} ({reason}); ingest the trace again with --force")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What gave it away.
        reason: String,
    },
    /// It is cut or damaged.
    #[error("{path}: damaged ({reason}); ingest the trace again with --force")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the reader stumbled.
        reason: String,
    },
}

/// A session file, opened.
#[derive(Debug)]
pub struct SessionFile {
    file: ParquetFile,
}

impl SessionFile {
    /// Opens the session file at `path` and checks its version and columns.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = ParquetFile::open(path)?;
        file.check_columns(COLUMNS)?;
        Ok(Self { file })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Number of rows that the file says it has.
    pub fn row_count(&self) -> u64 {
        self.file.row_count()
    }

    /// Its rows in order. After an error the iterator ends.
    pub fn operations(&self, columns: Columns) -> Operations {
        let wanted = move |column: &Column<Operation>| columns == Columns::All || !column.is_message();
        let names: Vec<&str> = COLUMNS.iter().filter(|column| wanted(column)).map(|column| column.name).collect();
        Operations { columns, rows: Vec::new().into_iter(), batches: self.file.batches(&names) }
    }
}

/// The rows of a session file.
#[derive(Debug)]
pub struct Operations {
    columns: Columns,
    rows: std::vec::IntoIter<Operation>,
    batches: Batches,
}

impl Iterator for Operations {
    type Item = Result<Operation, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(Ok(row));
            }
            let batch = match self.batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            match rows_of(&batch, self.columns) {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => return Some(Err(self.batches.fail(&error))),
            }
        }
    }
}

/// The rows of a batch of a session file.
pub(crate) fn rows_of(batch: &RecordBatch, columns: Columns) -> Result<Vec<Operation>, DecodeError> {
    let mut rows = vec![Operation::new(0, Kind::Exchange, 0); batch.num_rows()];
    column::decode(COLUMNS, batch, &mut rows, |column| columns == Columns::All || !column.is_message())?;
    Ok(rows)
}

#[cfg(test)]
mod tests;
