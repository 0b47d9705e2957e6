//! Writing and reading `operations.parquet` of a run.

use super::columns::{RUN_COLUMNS, schema};
use super::folder::{Run, RunError, readable_by_all};
use super::{RunRow, Verdict};
use crate::lock::FolderLock;
use crate::parquet_file::{Batches, ParquetFile};
use crate::parquet_writer::{ParquetWriter, Weight};
use crate::reader::{FileIdentity, Page, ReadError, RowChoice, RowNumbers, Selection, place};
use crate::schema::column;
use parquet::errors::ParquetError;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Records the operations of a run, in whatever order they end. Until [`RunWriter::finish`] the file has a temporary
/// name; a writer that is dropped leaves nothing.
pub struct RunWriter {
    writer: ParquetWriter<RunRow>,
    temporary: TempPath,
    target: PathBuf,
    _lock: FolderLock,
}

impl RunWriter {
    /// Begins the recording of `run`.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn create(run: &Run) -> Result<Self, RunError> {
        let target = run.operations();
        let io = |source| RunError::Io { path: target.clone(), source };
        let lock = FolderLock::take(run.path()).ok_or_else(|| io(std::io::ErrorKind::ResourceBusy.into()))?;
        let (file, temporary) =
            tempfile::Builder::new().prefix(".operations-").tempfile_in(run.path()).map_err(io)?.into_parts();
        readable_by_all(&file).map_err(io)?;
        let writer = ParquetWriter::new(file, RUN_COLUMNS, schema()).map_err(|error| io(error.into()))?;
        Ok(Self { writer, temporary, target, _lock: lock })
    }

    /// The file, once it is complete.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Records a row.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn push(&mut self, row: RunRow) -> Result<(), RunError> {
        self.writer.push(row).map_err(|error| failed(self.target.clone(), error))
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn finish(self) -> Result<(), RunError> {
        let Self { writer, temporary, target, _lock } = self;
        writer.finish().map_err(|error| failed(target.clone(), error))?;
        temporary.persist(&target).map_err(|error| RunError::Io { path: target, source: error.error })
    }
}

impl std::fmt::Debug for RunWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunWriter").field("target", &self.target).finish_non_exhaustive()
    }
}

/// The recorded operations of a run.
#[derive(Debug)]
pub struct RunFile {
    file: ParquetFile,
}

impl RunFile {
    /// Opens `operations.parquet` of `run`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(run: &Run) -> Result<Self, ReadError> {
        let file = ParquetFile::open(&run.operations())?;
        file.check_columns(RUN_COLUMNS)?;
        Ok(Self { file })
    }

    /// Number of rows that the file says it has.
    pub fn row_count(&self) -> u64 {
        self.file.row_count()
    }

    /// What tells it from what is at its path later.
    ///
    /// # Errors
    /// [`ReadError::Io`].
    pub fn identity(&self) -> Result<FileIdentity, ReadError> {
        self.file.identity()
    }

    /// The rows that `choice` wants. Only its columns are read.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn select(&self, choice: &mut impl RowChoice) -> Result<Selection, ReadError> {
        Selection::of(&self.file, choice)
    }

    /// See [`SessionFile::page`](crate::SessionFile::page).
    pub fn page(&self, selection: Option<&Selection>, from: u64, most: u64) -> Page {
        Page::of(&self.file, selection, from, most)
    }

    /// See [`SessionFile::place`](crate::SessionFile::place).
    pub fn place(&self, selection: Option<&Selection>, before: u64) -> u64 {
        place(&self.file, selection, before)
    }

    /// The numbers of the rows of `selection`, or of all: 0 is the one that was recorded first.
    pub fn numbers(&self, selection: Option<Selection>) -> RowNumbers {
        RowNumbers::of(&self.file, selection)
    }

    /// The rows in the order in which they were recorded. After an error the iterator ends.
    pub fn rows(&self) -> RunRows {
        self.rows_with(true)
    }

    /// The same without `live_request` and `live_response`, which are not read.
    pub fn rows_without_messages(&self) -> RunRows {
        self.rows_with(false)
    }

    fn rows_with(&self, messages: bool) -> RunRows {
        let wanted = RUN_COLUMNS.iter().filter(|column| messages || !column.is_message());
        let names: Vec<&str> = wanted.map(|column| column.name).collect();
        RunRows { rows: Vec::new().into_iter(), batches: self.file.batches(&names), messages }
    }
}

/// The rows of a run.
#[derive(Debug)]
pub struct RunRows {
    rows: std::vec::IntoIter<RunRow>,
    batches: Batches,
    /// Whether messages are read, too.
    messages: bool,
}

impl RunRows {
    /// Reads the rows of `selection` alone, which is one of the file.
    #[must_use]
    pub fn selecting(self, selection: Option<Selection>) -> Self {
        Self { batches: self.batches.selecting(selection), ..self }
    }

    /// Ends the iteration.
    pub fn end(&mut self) {
        self.rows = Vec::new().into_iter();
        self.batches.end();
    }
}

impl Iterator for RunRows {
    type Item = Result<RunRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(Ok(row));
            }
            let batch = match self.batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            let mut rows = vec![RunRow::new(Verdict::Match); batch.num_rows()];
            match column::decode(RUN_COLUMNS, &batch, &mut rows, |column| self.messages || !column.is_message()) {
                Ok(()) => self.rows = rows.into_iter(),
                Err(error) => return Some(Err(self.batches.fail(&error))),
            }
        }
    }
}

fn failed(path: PathBuf, error: ParquetError) -> RunError {
    RunError::Io { path, source: error.into() }
}

impl Weight for RunRow {
    fn weight(&self) -> usize {
        let bytes = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
        let parts = [
            size_of::<Self>(),
            bytes(&self.live_request),
            bytes(&self.live_response),
            self.patches.iter().map(|patch| patch.what.len().saturating_add(48)).sum(),
            self.differences
                .iter()
                .map(|difference| difference.captured.len().saturating_add(difference.live.len()).saturating_add(96))
                .sum(),
        ];
        parts.into_iter().fold(0, usize::saturating_add)
    }
}
