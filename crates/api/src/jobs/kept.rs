//! Jobs on disk: a file each, so that a job is known after a restart.

use super::document::{JobDocument, JobState};
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use store::metadata::Time;

/// Jobs that are remembered.
pub(super) const MOST_KEPT: usize = 500;
/// Bytes of a result that are kept on disk; a larger one is in memory only, and what it is about is in the files of the trace.
const MOST_RESULT: usize = 1 << 20;

/// Prefix of files that are being written.
const UNFINISHED: &str = ".job-";

/// Why jobs cannot be kept. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeptError {
    /// The folder cannot be made or written to.
    #[error("{}: jobs cannot be kept there: {source}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another server uses it.
    #[error("{}: another smbreplay server keeps its jobs there", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
}

/// The folder of jobs; nobody else writes there while this is held.
#[derive(Debug)]
pub(super) struct KeptJobs {
    folder: PathBuf,
    /// Whether the last job could be kept.
    works: AtomicBool,
    _lock: File,
}

impl KeptJobs {
    /// Opens or makes the folder.
    pub(super) fn open(folder: &Path) -> Result<Self, KeptError> {
        let failed = |source| KeptError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let lock =
            File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), works: AtomicBool::new(true), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(KeptError::Busy { path: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The jobs of earlier servers, oldest first. Those that had not ended were interrupted, and are kept as such.
    pub(super) fn read(&self) -> Result<Vec<JobDocument>, KeptError> {
        let failed = |source| KeptError::Folder { path: self.folder.clone(), source };
        let mut jobs = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED)) {
                // Left by a server that was killed: nobody else writes here now.
                let _stays = std::fs::remove_file(&path);
            }
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let read = std::fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice::<JobDocument>(&bytes)?));
            match read {
                Ok(job) if Some(job.id.as_str()) == path.file_stem().and_then(|stem| stem.to_str()) => jobs.push(job),
                Ok(_) => tracing::warn!("{}: not the job that its name says", path.display()),
                Err(error) => tracing::warn!("{}: no job that can be read: {error}", path.display()),
            }
        }
        jobs.sort_by_key(|job| job.created);
        let now = super::now();
        for job in jobs.iter_mut().filter(|job| !job.state.is_final()) {
            (job.state, job.ended) = (JobState::Interrupted, Some(job.ended.unwrap_or(now)));
            self.write(job);
        }
        Ok(jobs)
    }

    /// Keeps a job as it is now. Not being able to is worth a log line only: the work goes on.
    pub(super) fn write(&self, job: &JobDocument) {
        let mut bytes = serde_json::to_vec(job).unwrap_or_default();
        if bytes.len() > MOST_RESULT {
            let smaller = JobDocument { result: None, ..job.clone() };
            bytes = serde_json::to_vec(&smaller).unwrap_or_default();
        }
        let written = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder).and_then(|mut file| {
            file.write_all(&bytes)?;
            // A name without what it stands for is all that a power cut would leave.
            file.as_file().sync_all()?;
            file.persist(self.path(&job.id)).map(drop).map_err(|error| error.error)
        });
        self.works.store(written.is_ok(), Ordering::Relaxed);
        if let Err(error) = written {
            tracing::warn!("{}: job {} cannot be kept: {error}", self.folder.display(), job.id);
        }
    }

    /// Whether the last job could be kept.
    pub(super) fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }

    /// Forgets a job.
    pub(super) fn remove(&self, id: &str) {
        if let Err(error) = std::fs::remove_file(self.path(id))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("{}: job {id} cannot be removed: {error}", self.folder.display());
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

/// The order of jobs.
impl JobDocument {
    /// When it was asked for.
    pub(super) fn age(&self) -> (Time, String) {
        (self.created, self.id.clone())
    }
}
