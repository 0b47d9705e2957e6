//! Reading session files.
//!
//! Memory is bounded: row groups are read one after the other, in batches cut by bytes, and columns that are not asked
//! for are not touched.

mod identity;
mod messages;
mod numbered;
mod page;
mod row_numbers;
mod selection;

pub use identity::FileIdentity;
pub use messages::Left;
pub use page::Page;
pub(crate) use page::place;
pub use row_numbers::RowNumbers;
pub(crate) use selection::row_selection;
pub use selection::{RowChoice, RowGroupBounds, Selection};

use crate::metadata::SCHEMA_VERSION;
use crate::parquet_file::{Batches, ParquetFile};
use crate::schema::{COLUMNS, Column, DecodeError, column};
use arrow::array::RecordBatch;
use dissect::{Kind, Operation};
use messages::Reading;
use std::path::{Path, PathBuf};

/// Which columns to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Columns {
    /// All but `request`, `response` and `interim`.
    Meaning,
    /// Those with these names; the rest of a row is not filled in.
    Only(&'static [&'static str]),
    /// All.
    All,
}

impl Columns {
    fn include(self, column: &Column<Operation>) -> bool {
        match self {
            Self::Meaning => !column.is_message(),
            // What tells how long a message was comes with it.
            Self::Only(names) => {
                names.contains(&column.name) || messages::measured_by(column).is_some_and(|name| names.contains(&name))
            }
            Self::All => true,
        }
    }
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

    /// Its columns with these names, in order, batch by batch. Dictionary-encoded columns stay so. After an error the iterator
    /// ends.
    pub fn batches(&self, names: &[&str]) -> impl Iterator<Item = Result<RecordBatch, ReadError>> + use<> {
        self.file.batches(names)
    }

    /// The same of the rows of `selection` alone, which is one of this file.
    pub fn batches_of(
        &self,
        names: &[&str],
        selection: Option<&Selection>,
    ) -> impl Iterator<Item = Result<RecordBatch, ReadError>> + use<> {
        self.file.batches(names).selecting(selection.cloned())
    }

    /// What tells it from what is at its path later.
    ///
    /// # Errors
    /// [`ReadError::Io`].
    pub fn identity(&self) -> Result<FileIdentity, ReadError> {
        self.file.identity()
    }

    /// The rows from number `from` on (0-based, among all of the file), at most `most` of those of `selection`, which is one of
    /// this file. `None`: of all.
    pub fn page(&self, selection: Option<&Selection>, from: u64, most: u64) -> Page {
        Page::of(&self.file, selection, from, most)
    }

    /// Number of the row, 0-based among all, that has `before` rows of `selection`, or of all, before it; the number of all rows when
    /// there is none.
    pub fn place(&self, selection: Option<&Selection>, before: u64) -> u64 {
        place(&self.file, selection, before)
    }

    /// The rows that `choice` wants. Only its columns are read, and only those row groups that may have such rows.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn select(&self, choice: &mut impl RowChoice) -> Result<Selection, ReadError> {
        Selection::of(&self.file, choice)
    }

    /// Its rows in order. After an error the iterator ends.
    pub fn operations(&self, columns: Columns) -> Operations {
        self.operations_of(columns, None)
    }

    /// The rows of `selection`, which is one of this file, likewise; of the others no column is decoded. `None`: all.
    pub fn operations_of(&self, columns: Columns, selection: Option<&Selection>) -> Operations {
        self.rows_with(|column| columns.include(column), selection.cloned())
    }

    /// The same with the columns that have these names; the rest of a row is not filled in.
    pub fn operations_with(&self, names: &[&str], selection: Option<&Selection>) -> Operations {
        self.rows_with(|column| names.contains(&column.name), selection.cloned())
    }

    fn rows_with(&self, is_wanted: impl Fn(&Column<Operation>) -> bool, selection: Option<Selection>) -> Operations {
        let wanted: Vec<&Column<Operation>> = COLUMNS.iter().filter(|column| is_wanted(column)).collect();
        let columns: Vec<&'static str> = wanted.iter().map(|column| column.name).collect();
        let batches = self.file.batches(&columns).apart(messages::names(&wanted)).selecting(selection);
        Operations { columns, reading: Reading::default(), rows: Vec::new().into_iter(), batches }
    }
}

/// The rows of a session file.
#[derive(Debug)]
pub struct Operations {
    columns: Vec<&'static str>,
    reading: Reading,
    rows: std::vec::IntoIter<Operation>,
    batches: Batches,
}

impl Operations {
    /// Leaves data of READs and WRITEs in the file, where that is what `left` answers to a row; the row has everything
    /// but its messages by then. In files that have them as they are, such data is not even read.
    #[must_use]
    pub fn leaving(mut self, left: fn(&Operation) -> Left) -> Self {
        self.reading.left = Some(left);
        self
    }

    /// For rows that are looked at and dropped: messages need not be copied. One that is kept can keep 4 MiB of the file
    /// in memory, or the largest row if that is more.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.reading.passing = true;
        self
    }

    fn rows_to_complete(&self, batch: &RecordBatch) -> Result<Vec<Operation>, DecodeError> {
        let mut rows = decode(batch, |column| !column.is_message() && self.columns.contains(&column.name))?;
        messages::share(batch, &mut rows)?;
        Ok(rows)
    }
}

impl Iterator for Operations {
    type Item = Result<Operation, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(mut row) = self.rows.next() {
                return match messages::complete(&mut row, &mut self.batches, self.reading) {
                    Ok(()) => Some(Ok(row)),
                    Err(reason) => {
                        self.rows = Vec::new().into_iter();
                        Some(Err(self.batches.fail(&reason)))
                    }
                };
            }
            let batch = match self.batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            match self.rows_to_complete(&batch) {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => return Some(Err(self.batches.fail(&error))),
            }
        }
    }
}

fn decode(batch: &RecordBatch, wanted: impl Fn(&Column<Operation>) -> bool) -> Result<Vec<Operation>, DecodeError> {
    let mut rows = vec![Operation::new(0, Kind::Exchange, 0); batch.num_rows()];
    column::decode(COLUMNS, batch, &mut rows, wanted)?;
    Ok(rows)
}

#[cfg(test)]
mod tests;
