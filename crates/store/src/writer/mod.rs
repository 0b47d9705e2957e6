//! Writing the session files of a trace.
//!
//! Rows arrive as operations complete, each file has them in the order of `op`. They are packed, and wait with the others of
//! their session. When there are enough of them, and none is missing before them, they become a row group, which is encoded by
//! whoever has nothing else to do; when their session has ended, fewer are enough. All sessions share one memory budget: when
//! it is exceeded, rows are moved to the disk; what is there is merged at the end, which yields one session after the other.
//! What is in a file does not depend on the number of threads.

mod encoders;
mod footers;
mod growing_file;
mod jobs;
mod merge;
mod names;
mod origin;
mod row_group;
mod session_file_writer;
mod session_format;
mod session_rows;
mod spill;
mod tally;

use crate::layout::OutputFolder;
use crate::metadata::{self, Session, SessionMetadata};
use crate::packed::Spare;
use crate::staged::{StagedError, StagedFolder};
use dissect::{Operation, SessionSummary};
pub(crate) use encoders::Assistant;
use encoders::Encoders;
use names::Names;
use origin::Origin;
use parquet::errors::ParquetError;
use session_rows::SessionRows;
use spill::Spill;
use std::cmp::Reverse;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Memory for rows that wait to be written, bytes, unless another budget is given.
pub const DEFAULT_BUDGET: usize = 24 << 20;

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

/// Most files begun before the end: each is open.
const EARLY_FILES: usize = 256;
/// As many begun is no reason yet to let a session wait that goes on.
const EARLY_FILES_OF_ENDED: usize = EARLY_FILES / 2;

/// Session files in the making. Dropped before [`SessionsWriter::finish`] has succeeded, nothing is left of them and an
/// earlier result is as it was.
pub struct SessionsWriter {
    // Before the folder: while it goes, nothing must be written to it.
    encoders: Encoders,
    spill: Spill,
    /// What belongs to no session, then the sessions by their index.
    rows: Vec<SessionRows>,
    /// Memory of rows that were written, for others.
    spare: Spare,
    /// Memory that `rows` takes.
    memory: usize,
    budget: usize,
    early_files: usize,
    /// Name of the trace, as files say it.
    trace: String,
    staged: StagedFolder,
}

impl SessionsWriter {
    /// Begins the session files of a trace with a memory budget of `budget` bytes ([`DEFAULT_BUDGET`]) and `jobs` threads, the
    /// caller's and one that reads among them.
    ///
    /// # Errors
    /// [`WriteError::Folder`] when the output folder cannot be made or written to.
    pub fn create(output: &OutputFolder, budget: usize, jobs: NonZero<usize>) -> Result<Self, WriteError> {
        let staged = StagedFolder::create(output.path(), "sessions")?;
        let spill = Spill::in_folder(staged.path());
        let encoders = Encoders::start(jobs);
        let trace = output.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let spare = Spare::within(budget);
        Ok(Self { encoders, spill, rows: Vec::new(), spare, memory: 0, budget, early_files: 0, trace, staged })
    }

    /// Takes a row for the file of its session. `outstanding` says for a session the least number of a row that is still to
    /// come, or the number that the next row will get.
    ///
    /// # Errors
    /// [`WriteError`] when rows had to be written and could not.
    pub fn push(&mut self, operation: &Operation, outstanding: impl Fn(Option<u32>) -> u32) -> Result<(), WriteError> {
        let Self { rows, spare, .. } = self;
        let index = operation.session.map_or(0, |session| (session as usize).saturating_add(1));
        if rows.len() <= index {
            rows.resize_with(index.saturating_add(1), || SessionRows::of(spare.clone()));
        }
        let Some(of_session) = rows.get_mut(index) else { return Ok(()) };
        let before = of_session.memory();
        of_session.push(operation);
        let is_full = of_session.is_full();
        self.memory = self.memory.saturating_sub(before).saturating_add(of_session.memory());
        if is_full {
            self.write_early(index, false, &outstanding)?;
        }
        if self.memory > self.budget { self.make_room(&outstanding) } else { Ok(()) }
    }

    /// For the thread that reads, and for the one that pushes rows: what to do while there is nothing else.
    pub(crate) fn assistant(&self) -> Assistant {
        self.encoders.assistant()
    }

    /// Writes what waits of a session that ended, if it is worth a row group: nothing else may come for long. `outstanding` says
    /// what it says to [`SessionsWriter::push`]; rows may come all the same.
    ///
    /// # Errors
    /// [`WriteError`] when rows had to be written and could not.
    pub fn ended(&mut self, session: u32, outstanding: impl Fn(Option<u32>) -> u32) -> Result<(), WriteError> {
        let index = (session as usize).saturating_add(1);
        let Some(of_session) = self.rows.get(index).filter(|rows| rows.is_worth_writing()) else { return Ok(()) };
        if !of_session.is_early() && self.early_files >= EARLY_FILES_OF_ENDED {
            return Ok(());
        }
        self.write_early(index, true, &outstanding)
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
        // Dropped the other way round: while the folder goes, nothing must be written to it.
        let Self { staged, mut spill, rows, encoders, trace, .. } = self;
        let names = Names::give(staged.path(), &rows, sessions)?;
        let mut renamed = Vec::new();
        for (rows, name) in rows.into_iter().zip(names.of_files()) {
            if cancelled.load(Ordering::Relaxed) {
                return Err(WriteError::Interrupted);
            }
            let Some(name) = name else { continue };
            let path = staged.path().join(name);
            renamed.extend(rows.early().map(|file| (file.path().to_owned(), path.clone())));
            let origin = Origin { trace: trace.clone(), session_file: name.to_owned() };
            rows.finish(path, origin, &mut spill, &encoders)?;
        }
        encoders.finish()?;
        for (early, path) in renamed {
            std::fs::rename(&early, &path).map_err(|source| wrong(&path, source))?;
        }
        spill.remove()?;
        let document = describe(names.into_described());
        let path = staged.path().join("session_metadata.json");
        metadata::write(&path, &document).map_err(|source| wrong(&path, source))?;
        if cancelled.load(Ordering::Relaxed) {
            return Err(WriteError::Interrupted);
        }
        staged.publish()?;
        Ok(document)
    }

    /// Writes a row group of the session at `index`, if there are rows enough; if `few` will do, fewer are.
    fn write_early(
        &mut self,
        index: usize,
        few: bool,
        outstanding: &impl Fn(Option<u32>) -> u32,
    ) -> Result<(), WriteError> {
        let Some(of_session) = self.rows.get_mut(index) else { return Ok(()) };
        let begun = of_session.is_early();
        if !begun && self.early_files >= EARLY_FILES {
            return Ok(());
        }
        let session = index.checked_sub(1).and_then(|session| u32::try_from(session).ok());
        let path = || self.staged.path().join(format!(".early-{index}"));
        let before = of_session.memory();
        of_session.write_below(outstanding(session), few, path, &self.encoders)?;
        self.early_files = self.early_files.saturating_add(usize::from(!begun && of_session.is_early()));
        self.memory = self.memory.saturating_sub(before).saturating_add(of_session.memory());
        Ok(())
    }

    /// Writes row groups or moves rows to the disk, those of the sessions with most of them first, until half of the budget is
    /// free.
    fn make_room(&mut self, outstanding: &impl Fn(Option<u32>) -> u32) -> Result<(), WriteError> {
        let memory = self.rows.iter().map(SessionRows::memory).enumerate().filter(|(_, memory)| *memory > 0);
        let mut heaviest: Vec<(usize, usize)> = memory.collect();
        heaviest.sort_by_key(|(_, memory)| Reverse(*memory));
        for (index, memory) in heaviest {
            if self.memory <= self.budget / 2 {
                break;
            }
            self.write_early(index, true, outstanding)?;
            // What is left beside a row group is little, and comes into the next one.
            if let Some(of_session) = self.rows.get_mut(index).filter(|of_session| of_session.memory() > memory / 2) {
                self.memory = self.memory.saturating_sub(of_session.memory());
                of_session.spill(&mut self.spill)?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for SessionsWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionsWriter")
            .field("folder", &self.staged.path())
            .field("sessions", &self.rows.len())
            .field("memory", &self.memory)
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

    fn io_or_encoding(path: &Path, error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<std::io::Error>() {
            Ok(source) => Self::Io { path: path.to_owned(), source: *source },
            Err(other) => Self::Encoding { path: path.to_owned(), reason: other.to_string() },
        }
    }
}

/// A file that could not be written or read back.
fn wrong(path: &Path, source: std::io::Error) -> WriteError {
    WriteError::Io { path: path.to_owned(), source }
}

/// Writes `rows` as a session file at `path`, in the place of an earlier one.
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test's")]
pub(crate) fn write_rows(path: &Path, rows: impl Iterator<Item = Operation>) {
    let _ = std::fs::remove_file(path);
    let mut of_session = SessionRows::default();
    rows.for_each(|row| of_session.push(&row));
    let mut spill = Spill::in_folder(path.parent().unwrap());
    let origin = Origin { trace: "test".to_owned(), session_file: path.file_name().unwrap().display().to_string() };
    of_session.finish(path.to_owned(), origin, &mut spill, &Encoders::start(NonZero::<usize>::MIN)).unwrap();
}

#[cfg(test)]
mod tests;
