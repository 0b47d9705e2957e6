//! The end of writing: a Parquet file for each session, several at a time.

use super::{Tallies, WriteError};
use crate::layout::session_file_name;
use crate::metadata::{self, Session};
use crate::parquet_writer::{ParquetWriter, Weight as _};
use crate::schema::{COLUMNS, schema};
use dissect::{Operation, SessionSummary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};

/// Most files written at the same time; each holds a row group in memory.
const MAX_WORKERS: usize = 4;
/// Bytes of rows handed to a worker at a time.
const PART_BYTES: usize = 256 << 10;
/// Parts that wait for a worker.
const QUEUE: usize = 4;

/// The session files to write.
pub(super) struct Files {
    folder: PathBuf,
    names: FxHashMap<Option<u32>, String>,
    described: Vec<Session>,
}

/// What a worker is told.
enum Part {
    /// A file begins; the one before is complete.
    Begin(PathBuf),
    /// Its next rows.
    Rows(Vec<Operation>),
    /// All files of this worker are complete. Without it the last one is given up.
    End,
}

impl Files {
    /// Names the files in `folder`: what belongs to no session first, then the sessions in order of first appearance.
    pub(super) fn plan(folder: &Path, tallies: &Tallies, sessions: Vec<SessionSummary>) -> Result<Self, WriteError> {
        let mut files = Self { folder: folder.to_owned(), names: FxHashMap::default(), described: Vec::new() };
        let mut taken = FxHashSet::default();
        let rest = tallies.get(&None).map(|tally| (None, tally.summary()));
        let sessions = sessions.into_iter().map(|summary| (Some(summary.session), summary));
        for (session, summary) in rest.into_iter().chain(sessions) {
            // A session that was announced but has no rows has nothing to show or to replay.
            let Some(tally) = tallies.get(&session) else { continue };
            let name = free_name(&mut taken, &summary);
            files.described.push(metadata::session(&summary, &name, tally.rows, tally.locked));
            files.names.insert(session, name);
        }
        match tallies.keys().find(|session| !files.names.contains_key(*session)) {
            Some(session) => {
                let reason = format!("rows of a session that the trace does not have: {session:?}");
                Err(WriteError::Encoding { path: folder.to_owned(), reason })
            }
            None => Ok(files),
        }
    }

    /// Writes the files from `rows`, which come session by session.
    pub(super) fn write(
        &self,
        rows: impl Iterator<Item = Result<Operation, WriteError>>,
        cancelled: &AtomicBool,
    ) -> Result<(), WriteError> {
        let workers = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, MAX_WORKERS);
        std::thread::scope(|scope| {
            let (senders, handles): (Vec<_>, Vec<_>) = (0..workers)
                .map(|_| {
                    let (sender, receiver) = sync_channel(QUEUE);
                    (sender, scope.spawn(move || work(&receiver)))
                })
                .unzip();
            let fed = self.feed(rows, &senders, cancelled);
            drop(senders);
            for handle in handles {
                handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            match fed {
                Err(Fed::Failed(error)) => Err(error),
                // A worker that listens no longer has told why above.
                Ok(()) | Err(Fed::Unheard) => Ok(()),
            }
        })
    }

    /// The metadata of the files.
    pub(super) fn into_described(self) -> Vec<Session> {
        self.described
    }

    /// Hands the rows to the workers, session by session in turn.
    fn feed(
        &self,
        rows: impl Iterator<Item = Result<Operation, WriteError>>,
        workers: &[SyncSender<Part>],
        cancelled: &AtomicBool,
    ) -> Result<(), Fed> {
        let mut turns = workers.iter().cycle();
        let mut current: Option<(Option<u32>, &SyncSender<Part>)> = None;
        let mut part = Vec::new();
        let mut bytes = 0_usize;
        for row in rows {
            let row = row.map_err(Fed::Failed)?;
            if cancelled.load(Ordering::Relaxed) {
                return Err(Fed::Failed(WriteError::Interrupted));
            }
            let worker = match current {
                Some((session, worker)) if session == row.session => worker,
                _ => {
                    if let Some((_, before)) = current {
                        before.send(Part::Rows(std::mem::take(&mut part)))?;
                        bytes = 0;
                    }
                    let (Some(next), Some(name)) = (turns.next(), self.names.get(&row.session)) else { continue };
                    next.send(Part::Begin(self.folder.join(name)))?;
                    current = Some((row.session, next));
                    next
                }
            };
            bytes = bytes.saturating_add(row.weight());
            part.push(row);
            if bytes >= PART_BYTES {
                worker.send(Part::Rows(std::mem::take(&mut part)))?;
                bytes = 0;
            }
        }
        if let Some((_, last)) = current {
            last.send(Part::Rows(part))?;
        }
        workers.iter().try_for_each(|worker| worker.send(Part::End))?;
        Ok(())
    }
}

/// Why rows were not handed on.
enum Fed {
    /// They could not be read, or the writing was cancelled.
    Failed(WriteError),
    /// The worker had ended with an error of its own.
    Unheard,
}

impl From<SendError<Part>> for Fed {
    fn from(_: SendError<Part>) -> Self {
        Self::Unheard
    }
}

/// Writes the files that `parts` are of.
fn work(parts: &Receiver<Part>) -> Result<(), WriteError> {
    let mut open: Option<(PathBuf, ParquetWriter<Operation>)> = None;
    for part in parts {
        match (part, &mut open) {
            (Part::Rows(rows), Some((path, writer))) => {
                rows.into_iter()
                    .try_for_each(|row| writer.push(row))
                    .map_err(|error| WriteError::parquet(path, error))?;
            }
            (Part::Rows(_), None) => {}
            (Part::Begin(path), _) => {
                close(open.take())?;
                let file = File::create_new(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
                let writer = ParquetWriter::new(file, COLUMNS, schema());
                open = Some((path.clone(), writer.map_err(|error| WriteError::parquet(&path, error))?));
            }
            (Part::End, _) => close(open.take())?,
        }
    }
    Ok(())
}

fn close(open: Option<(PathBuf, ParquetWriter<Operation>)>) -> Result<(), WriteError> {
    let Some((path, writer)) = open else { return Ok(()) };
    writer.finish().map_err(|error| WriteError::parquet(&path, error))
}

/// The name for a session, of a later generation when it is taken: the id 0 of a session that a client made up would be
/// that of what belongs to no session.
fn free_name(taken: &mut FxHashSet<String>, summary: &SessionSummary) -> String {
    let mut generations = summary.generation.max(1)..=u32::MAX;
    generations
        .find_map(|generation| {
            let name = session_file_name(summary.session_id, generation);
            taken.insert(name.clone()).then_some(name)
        })
        .unwrap_or_default()
}
