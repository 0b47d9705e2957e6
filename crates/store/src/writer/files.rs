//! The end of writing: a Parquet file for each session, several at a time.

use super::merge::Merge;
use super::spill::SpillFolder;
use super::{Pending, WriteError};
use crate::layout::session_file_name;
use crate::metadata::{self, Session};
use crate::parquet_writer::ParquetWriter;
use crate::schema::{COLUMNS, schema};
use dissect::SessionSummary;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Most files written at the same time; each holds a row group in memory.
const MAX_WORKERS: usize = 4;

/// A file to write.
struct Job {
    file: String,
    pending: Pending,
}

/// Writes the files of all sessions into `folder` and returns their metadata: what belongs to no session first, then
/// the sessions in order of first appearance.
pub(super) fn write_all(
    folder: &Path,
    spill: &SpillFolder,
    mut pending: FxHashMap<Option<u32>, Pending>,
    sessions: &[SessionSummary],
    cancelled: &AtomicBool,
) -> Result<Vec<Session>, WriteError> {
    let mut names = Names::default();
    let mut described = Vec::new();
    let mut jobs = Vec::new();
    let mut add = |summary: &SessionSummary, pending: Pending| {
        let file = names.take(summary.session_id, summary.generation);
        described.push(metadata::session(summary, &file, pending.tally.rows));
        jobs.push(Job { file, pending });
    };
    if let Some(rest) = pending.remove(&None) {
        add(&rest.tally.summary(), rest);
    }
    for summary in sessions {
        // A session that was announced but has no rows has nothing to show or to replay.
        if let Some(rows) = pending.remove(&Some(summary.session)) {
            add(summary, rows);
        }
    }
    if let Some(session) = pending.keys().flatten().next() {
        let reason = format!("rows of session number {session}, which the trace does not have");
        return Err(WriteError::Encoding { path: folder.to_owned(), reason });
    }
    // The last ones are taken first: the largest, so that no worker is left alone with one at the end.
    jobs.sort_by_key(|job| job.pending.tally.rows);
    write_jobs(folder, spill, jobs, cancelled)?;
    Ok(described)
}

fn write_jobs(folder: &Path, spill: &SpillFolder, jobs: Vec<Job>, cancelled: &AtomicBool) -> Result<(), WriteError> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS).min(jobs.len());
    let queue = Mutex::new(jobs);
    let failed: Mutex<Option<WriteError>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    if failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                        break;
                    }
                    let Some(job) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop() else { break };
                    if let Err(error) = write_one(folder, spill, job, cancelled) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

fn write_one(folder: &Path, spill: &SpillFolder, job: Job, cancelled: &AtomicBool) -> Result<(), WriteError> {
    let path = folder.join(&job.file);
    let file = File::create_new(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
    let failed = |error| WriteError::parquet(&path, error);
    let mut writer = ParquetWriter::new(file, COLUMNS, schema()).map_err(failed)?;
    for row in Merge::new(spill, job.pending.runs, job.pending.rows)? {
        if cancelled.load(Ordering::Relaxed) {
            return Err(WriteError::Interrupted);
        }
        writer.push(row?).map_err(failed)?;
    }
    writer.finish().map_err(failed)
}

/// Names of files that are taken.
#[derive(Default)]
struct Names(FxHashSet<String>);

impl Names {
    /// The name for a session, of a later generation when it is taken: the id 0 of a session that a client made up
    /// would be that of what belongs to no session.
    fn take(&mut self, id: u64, generation: u32) -> String {
        let mut generations = generation.max(1)..=u32::MAX;
        generations
            .find_map(|generation| {
                let name = session_file_name(id, generation);
                self.0.insert(name.clone()).then_some(name)
            })
            .unwrap_or_default()
    }
}
