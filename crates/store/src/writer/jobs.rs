//! Row groups that wait to be encoded, for whoever has nothing else to do.

use super::WriteError;
use super::row_group::{EncodeError, RowGroup};
use super::session_file_writer::SessionFileWriter;
use crate::backlog::{Backlog, Refused, Waited};
use crate::column_chunk::PageBuffers;
use crate::packed::Rows;
use std::any::Any;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes of rows that may wait.
const WAITING_BYTES: usize = 12 << 20;

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

/// Jobs, and what became of them.
pub(super) struct Jobs {
    waiting: Backlog<Job>,
    /// How many are being done.
    running: Mutex<usize>,
    /// One was done.
    done: Condvar,
    failed: Mutex<Option<WriteError>>,
    /// Those that do nothing else.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Default for Jobs {
    fn default() -> Self {
        let (running, done) = (Mutex::default(), Condvar::new());
        Self { waiting: Backlog::of(WAITING_BYTES), running, done, failed: Mutex::default(), threads: Mutex::default() }
    }
}

impl Jobs {
    /// Adds a job; whoever brings it does earlier ones with `buffers` when too many wait.
    ///
    /// # Errors
    /// Why an earlier one could not be done.
    pub(super) fn add(&self, mut job: Job, buffers: &mut PageBuffers) -> Result<(), WriteError> {
        let bytes = job.rows.memory();
        while let Err(Refused::Full(again)) = self.waiting.offer(job, bytes) {
            job = again;
            self.do_one(buffers);
        }
        self.failure()
    }

    /// Does a job, if one waits; says whether one did.
    pub(super) fn do_one(&self, buffers: &mut PageBuffers) -> bool {
        let _running = Running::of(self);
        let Some(job) = self.waiting.take() else { return false };
        if let Err(error) = job.run(buffers) {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            self.waiting.abandon();
        }
        true
    }

    /// Starts a thread that does nothing else until no more will come.
    pub(super) fn spawn(self: &Arc<Self>) {
        let jobs = Arc::clone(self);
        let thread = std::thread::spawn(move || jobs.do_all());
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
    }

    /// Waits for the threads that do nothing else. What one panicked with is handed to `panicked`.
    pub(super) fn join(&self, mut panicked: impl FnMut(Box<dyn Any + Send>)) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        threads.into_iter().filter_map(|thread| thread.join().err()).for_each(&mut panicked);
    }

    /// Does jobs until no more will come.
    pub(super) fn do_all(&self) {
        const LONG: Duration = Duration::from_secs(3600);
        let mut buffers = PageBuffers::default();
        while self.do_one(&mut buffers) || self.waiting.wait(LONG) != Waited::Ended {}
    }

    /// Says that no more will come.
    pub(super) fn end(&self) {
        self.waiting.end();
    }

    /// Gives up what waits, and waits for what is being done.
    pub(super) fn give_up(&self) {
        self.waiting.abandon();
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.done.wait_while(running, |running| *running > 0));
    }

    /// Why a job could not be done, if one could not.
    pub(super) fn failure(&self) -> Result<(), WriteError> {
        match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Job {
    /// Encodes the rows and appends them to their file.
    pub(super) fn run(self, buffers: &mut PageBuffers) -> Result<(), WriteError> {
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

/// A thread does a job, or looks for one: counted until it has, also when it panics.
struct Running<'a>(&'a Jobs);

impl<'a> Running<'a> {
    fn of(jobs: &'a Jobs) -> Self {
        let running = &mut *jobs.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = running.saturating_add(1);
        Self(jobs)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = running.saturating_sub(1);
        if *running == 0 {
            self.0.done.notify_all();
        }
    }
}
