//! The threads that encode row groups.

use super::WriteError;
use super::row_group::{EncodeError, RowGroup};
use super::session_file_writer::SessionFileWriter;
use crate::column_chunk::PageBuffers;
use crate::packed::Rows;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Rows of one row group.
pub(super) struct Job {
    /// The file it belongs to.
    pub(super) file: Arc<SessionFileWriter>,
    /// Its number in the file.
    pub(super) number: u32,
    /// Whether it completes the file.
    pub(super) last: bool,
    /// Its rows.
    pub(super) rows: Rows,
}

/// Threads that encode row groups and append them to their files.
pub(super) struct Encoders {
    /// Where jobs go; `None` when they are done at once, by whoever brings them.
    jobs: Option<SyncSender<Job>>,
    /// Those of the caller, who does the jobs then.
    buffers: Mutex<PageBuffers>,
    threads: Vec<JoinHandle<()>>,
    failed: Arc<Mutex<Option<WriteError>>>,
}

impl Encoders {
    /// With `jobs` of 1 there is no thread but the caller's, else as many as `jobs` beside it: the caller often waits.
    pub(super) fn start(jobs: NonZero<usize>) -> Self {
        let failed = Arc::default();
        let beside = jobs.get();
        if beside == 1 {
            return Self { jobs: None, buffers: Mutex::default(), threads: Vec::new(), failed };
        }
        // A job that waits for a thread is memory; without one a thread waits for its job.
        let (jobs, waiting) = sync_channel(1);
        let waiting = Arc::new(Mutex::new(waiting));
        let thread = |_| {
            let (waiting, failed) = (Arc::clone(&waiting), Arc::clone(&failed));
            std::thread::spawn(move || work(&waiting, &failed))
        };
        let threads = (0..beside).map(thread).collect();
        Self { jobs: Some(jobs), buffers: Mutex::default(), threads, failed }
    }

    /// Takes a job.
    ///
    /// # Errors
    /// Why this job or an earlier one could not be done.
    pub(super) fn take(&self, job: Job) -> Result<(), WriteError> {
        match &self.jobs {
            None => job.run(&mut self.buffers.lock().unwrap_or_else(PoisonError::into_inner)),
            // Nobody is there to take it when all threads have failed.
            Some(jobs) => jobs.send(job).or(Ok(())).and_then(|()| self.failure()),
        }
    }

    /// Waits until all jobs are done.
    ///
    /// # Errors
    /// Why one of them could not be done.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        self.jobs = None;
        for thread in std::mem::take(&mut self.threads) {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        self.failure()
    }

    fn failure(&self) -> Result<(), WriteError> {
        match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Drop for Encoders {
    /// Given up: nothing is written any more when this returns, since the folder may go.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Its panic is told by the one that is under way, or has been printed.
            let _ = thread.join();
        }
    }
}

impl Job {
    fn run(self, buffers: &mut PageBuffers) -> Result<(), WriteError> {
        let Self { file, number, last, rows } = self;
        let row_group = RowGroup::encode(rows, buffers).map_err(|error| match error {
            EncodeError::Parquet(error) => WriteError::parquet(file.path(), error),
            EncodeError::Damaged(damaged) => {
                WriteError::Encoding { path: file.path().to_owned(), reason: damaged.to_string() }
            }
        })?;
        file.take(number, row_group, last)
    }
}

/// Does jobs until there are no more, or one fails.
fn work(waiting: &Mutex<Receiver<Job>>, failed: &Mutex<Option<WriteError>>) {
    let mut buffers = PageBuffers::default();
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if let Err(error) = job.run(&mut buffers) {
            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            return;
        }
    }
}
