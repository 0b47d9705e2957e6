//! Who encodes row groups: threads of their own, and those that read and dissect, when they would have to wait.
//!
//! Threads that sleep and are woken all the time end up on one processor while another has nothing to do: so there are no more
//! than there are processors, and each finds work as long as there is any.

use super::WriteError;
use super::jobs::{Job, Jobs};
use crate::column_chunk::PageBuffers;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Those who encode row groups and append them to their files.
pub(super) struct Encoders {
    /// Where jobs go; `None` when they are done at once, by whoever brings them.
    jobs: Option<Arc<Jobs>>,
    /// Those of whoever brings jobs.
    buffers: Mutex<PageBuffers>,
    threads: Vec<JoinHandle<()>>,
    /// Threads that there may be, the caller's among them.
    most: usize,
}

/// Encodes beside something else.
pub(crate) struct Assistant {
    jobs: Option<Arc<Jobs>>,
    buffers: PageBuffers,
}

impl Encoders {
    /// With `most` threads, the caller's and one that reads among them. With one, the caller does each job at once.
    pub(super) fn start(most: NonZero<usize>) -> Self {
        let most = most.get();
        let jobs = (most > 1).then(Arc::<Jobs>::default);
        let mut encoders = Self { jobs, buffers: Mutex::default(), threads: Vec::new(), most };
        encoders.spawn(most.saturating_sub(2));
        encoders
    }

    /// Takes a job.
    ///
    /// # Errors
    /// Why this job or an earlier one could not be done.
    pub(super) fn take(&self, job: Job) -> Result<(), WriteError> {
        let buffers = &mut self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.jobs {
            None => job.run(buffers),
            Some(jobs) => jobs.add(job, buffers),
        }
    }

    /// For a thread that has to wait now and then.
    pub(super) fn assistant(&self) -> Assistant {
        Assistant { jobs: self.jobs.clone(), buffers: PageBuffers::default() }
    }

    /// Nobody reads any more: another thread encodes instead.
    pub(super) fn reading_is_over(&mut self) {
        self.spawn(self.most.saturating_sub(1).saturating_sub(self.threads.len()));
    }

    /// Waits until all jobs are done.
    ///
    /// # Errors
    /// Why one of them could not be done.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        let Some(jobs) = self.jobs.take() else { return Ok(()) };
        jobs.end();
        jobs.do_all();
        for thread in std::mem::take(&mut self.threads) {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        jobs.failure()
    }

    fn spawn(&mut self, count: usize) {
        let Some(jobs) = &self.jobs else { return };
        let thread = |_| {
            let jobs = Arc::clone(jobs);
            std::thread::spawn(move || jobs.do_all())
        };
        self.threads.extend((0..count).map(thread));
    }
}

impl Drop for Encoders {
    /// Given up: nothing is written any more when this returns, since the folder may go.
    fn drop(&mut self) {
        if let Some(jobs) = self.jobs.take() {
            jobs.give_up();
        }
        for thread in self.threads.drain(..) {
            // Its panic is told by the one that is under way, or has been printed.
            let _ = thread.join();
        }
    }
}

impl Assistant {
    /// One that has nothing to do.
    pub(crate) fn idle() -> Self {
        Self { jobs: None, buffers: PageBuffers::default() }
    }

    /// Encodes a row group that waits for it; says whether one did.
    pub(crate) fn encode_one(&mut self) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.do_one(&mut self.buffers))
    }
}
