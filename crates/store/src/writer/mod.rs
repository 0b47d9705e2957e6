//! Writing the session files of a trace.
//!
//! Rows arrive as operations complete, each file has them in the order of `op`. All sessions share one memory budget:
//! when it is exceeded, the rows in memory are sorted by session and `op` and moved to the disk as a run. At the end the
//! runs and the rest are merged, which yields one session after the other.

mod files;
mod merge;
mod spill;
mod tally;
mod weight;

use crate::layout::OutputFolder;
use crate::metadata::{self, Session, SessionMetadata};
use crate::parquet_writer::Weight as _;
use crate::staged::{StagedError, StagedFolder};
use arrow::error::ArrowError;
use dissect::{Operation, SessionSummary};
use files::Files;
use merge::Merge;
use parquet::errors::ParquetError;
use rustc_hash::FxHashMap;
use spill::{Run, SpillFolder};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tally::Tally;

/// Memory for rows that wait to be written, bytes, unless another budget is given.
pub const DEFAULT_BUDGET: usize = 48 << 20;

/// Why session files could not be written. Each message is one line; nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output folder could not be made or written to, or the result not be put in place.
    #[error(transparent)]
    Folder(#[from] StagedError),
    /// A file could not be written: the disk is full, for example.
    #[error("{path}: cannot write: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Rows could not be encoded or, from the spill file, decoded.
    #[error("{path}: cannot write: {reason}")]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It was cancelled.
    #[error("interrupted; nothing was changed")]
    Interrupted,
}

/// Session files in the making. Dropped before [`SessionsWriter::finish`] has succeeded, nothing is left of them and an
/// earlier result is as it was.
pub struct SessionsWriter {
    staged: StagedFolder,
    spill: SpillFolder,
    rows: Vec<Operation>,
    /// What `rows` weigh.
    held: usize,
    budget: usize,
    runs: Vec<Run>,
    tallies: Tallies,
}

/// Counts of the rows of each session.
type Tallies = FxHashMap<Option<u32>, Tally>;

/// The order in which rows are written: what belongs to no session, then session by session.
type Place = (Option<u32>, u32);

/// The place of a row.
fn place(row: &Operation) -> Place {
    (row.session, row.op)
}

impl SessionsWriter {
    /// Begins the session files of a trace with a memory budget of `budget` bytes ([`DEFAULT_BUDGET`]).
    ///
    /// # Errors
    /// [`WriteError::Folder`] when the output folder cannot be made or written to.
    pub fn create(output: &OutputFolder, budget: usize) -> Result<Self, WriteError> {
        let staged = StagedFolder::create(output.path(), "sessions")?;
        let spill = SpillFolder::create(staged.path())?;
        Ok(Self { staged, spill, rows: Vec::new(), held: 0, budget, runs: Vec::new(), tallies: Tallies::default() })
    }

    /// Takes a row for the file of its session.
    ///
    /// # Errors
    /// [`WriteError::Io`] or [`WriteError::Encoding`] when rows had to be moved to the disk and could not.
    pub fn push(&mut self, operation: Operation) -> Result<(), WriteError> {
        self.tallies.entry(operation.session).or_default().add(&operation);
        self.held = self.held.saturating_add(operation.weight());
        self.rows.push(operation);
        if self.held > self.budget { self.spill_rows() } else { Ok(()) }
    }

    /// Writes the files of all sessions and the metadata that `describe` makes of them, and puts them in place of an
    /// earlier result. `sessions` are the dissector's; what belongs to none of them gets the file of session 0.
    ///
    /// # Errors
    /// [`WriteError`]; [`WriteError::Interrupted`] when `cancelled` became true.
    pub fn finish(
        self,
        sessions: Vec<SessionSummary>,
        cancelled: &AtomicBool,
        describe: impl FnOnce(Vec<Session>) -> SessionMetadata,
    ) -> Result<SessionMetadata, WriteError> {
        let Self { staged, spill, rows, runs, tallies, .. } = self;
        let files = Files::plan(staged.path(), &tallies, sessions)?;
        files.write(Merge::new(&spill, runs, rows)?, cancelled)?;
        let described = files.into_described();
        let document = describe(described);
        let path = staged.path().join("session_metadata.json");
        metadata::write(&path, &document).map_err(|source| WriteError::Io { path, source })?;
        spill.remove()?;
        if cancelled.load(Ordering::Relaxed) {
            return Err(WriteError::Interrupted);
        }
        staged.publish()?;
        Ok(document)
    }

    /// Moves the rows in memory to the disk.
    fn spill_rows(&mut self) -> Result<(), WriteError> {
        self.held = 0;
        self.rows.sort_unstable_by_key(place);
        // Drained, not replaced: growing it once more would cut the heap into pieces.
        self.runs.push(self.spill.write(self.rows.drain(..).map(Ok))?);
        Ok(())
    }
}

impl std::fmt::Debug for SessionsWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionsWriter")
            .field("folder", &self.staged.path())
            .field("sessions", &self.tallies.len())
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

impl WriteError {
    fn parquet(path: &Path, error: ParquetError) -> Self {
        match error {
            ParquetError::External(error) => Self::io_or_encoding(path, error),
            other => Self::Encoding { path: path.to_owned(), reason: other.to_string() },
        }
    }

    fn arrow(path: &Path, error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => Self::Io { path: path.to_owned(), source },
            ArrowError::ExternalError(error) => Self::io_or_encoding(path, error),
            other => Self::Encoding { path: path.to_owned(), reason: other.to_string() },
        }
    }

    fn io_or_encoding(path: &Path, error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<std::io::Error>() {
            Ok(source) => Self::Io { path: path.to_owned(), source: *source },
            Err(other) => Self::Encoding { path: path.to_owned(), reason: other.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
