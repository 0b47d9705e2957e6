//! Who encodes row groups: threads of their own, and those that read and dissect, when they would have to wait.
//!
//! Threads that sleep and are woken all the time end up on one processor while another has nothing to do: so there are no more
//! than there are processors, and each finds work as long as there is any.

use super::WriteError;
use super::jobs::{Job, Jobs};
use crate::column_chunk::PageBuffers;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

/// Those who encode row groups and append them to their files.
pub(super) struct Encoders {
    /// Where jobs go; `None` when they are done at once, by whoever brings them.
    jobs: Option<Arc<Jobs>>,
    /// Those of whoever brings jobs.
    buffers: Mutex<PageBuffers>,
}

/// Encodes beside something else.
pub(crate) struct Assistant {
    jobs: Option<Arc<Jobs>>,
    buffers: PageBuffers,
}

impl Encoders {
    /// With `most` threads, the caller's and one that reads among them. With one, the caller does each job at once.
    pub(super) fn start(most: NonZero<usize>) -> Self {
        let jobs = (most.get() > 1).then(Arc::<Jobs>::default);
        jobs.iter().for_each(|jobs| (2..most.get()).for_each(|_| jobs.spawn()));
        Self { jobs, buffers: Mutex::default() }
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

    /// Waits until all jobs are done.
    ///
    /// # Errors
    /// Why one of them could not be done.
    pub(super) fn finish(self) -> Result<(), WriteError> {
        let Some(jobs) = &self.jobs else { return Ok(()) };
        jobs.end();
        jobs.do_all();
        jobs.join(|panic| std::panic::resume_unwind(panic));
        jobs.failure()
    }
}

impl Drop for Encoders {
    /// Given up: nothing is written any more when this returns, since the folder may go.
    fn drop(&mut self) {
        if let Some(jobs) = self.jobs.take() {
            jobs.give_up();
            // Their panic is told by the one that is under way, or has been printed.
            jobs.join(drop);
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

    /// The thread that it belongs to ends: another does nothing but encode instead.
    pub(crate) fn leave(self) {
        self.jobs.iter().for_each(Jobs::spawn);
    }
}
