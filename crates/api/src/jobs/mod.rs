//! Long work: it goes on when the client has gone, tells how far it is, can be cancelled, and is known after a restart.

mod asking;
mod document;
mod events;
mod job;
mod kept;

pub(crate) use asking::{AsJob, Wanted, answer};
pub(crate) use document::{JobDocument, JobKind, JobProgress, JobState};
pub(crate) use job::Job;
pub(crate) use kept::KeptError;

use crate::error::{ApiError, ErrorCode};
use crate::metrics::Metrics;
use kept::KeptJobs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::metadata::Time;
use tokio::sync::Semaphore;

/// The jobs of a server.
#[derive(Clone, Debug)]
pub(crate) struct Jobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kept: KeptJobs,
    /// By age.
    all: Mutex<BTreeMap<(Time, String), Arc<Job>>>,
    turns: Arc<Semaphore>,
    most: usize,
    stopping: AtomicBool,
    metrics: Arc<Metrics>,
}

impl Jobs {
    /// The jobs that are kept in this folder, of which `running` may run and `waiting` wait at once.
    ///
    /// # Errors
    /// [`KeptError`].
    pub(crate) fn open(
        folder: &Path,
        (running, waiting): (usize, usize),
        metrics: Arc<Metrics>,
    ) -> Result<Self, KeptError> {
        let kept = KeptJobs::open(folder)?;
        let all = kept.read()?.into_iter().map(|document| (document.age(), Arc::new(Job::new(document)))).collect();
        let jobs = Self(Arc::new(Inner {
            kept,
            all: Mutex::new(all),
            turns: Arc::new(Semaphore::new(running)),
            most: running.saturating_add(waiting),
            stopping: AtomicBool::new(false),
            metrics,
        }));
        jobs.forget_oldest();
        Ok(jobs)
    }

    /// Starts a job. `request` is what was asked for, without secrets; `work` is done on a thread of its own when it is its
    /// turn.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyJobs`]; [`ErrorCode::Unavailable`] while the server is being stopped.
    pub(crate) fn start(
        &self,
        kind: JobKind,
        request: Value,
        work: impl FnOnce(&Job) -> Result<Value, ApiError> + Send + 'static,
    ) -> Result<Arc<Job>, ApiError> {
        let document = JobDocument {
            id: new_id()?,
            kind,
            state: JobState::Queued,
            created: now(),
            started: None,
            ended: None,
            request,
            progress: JobProgress::default(),
            result: None,
            error: None,
        };
        let job = Arc::new(Job::new(document.clone()));
        {
            let mut all = self.lock();
            if self.is_stopping() {
                return Err(ApiError::new(ErrorCode::Unavailable, "the server is being stopped"));
            }
            let open = all.values().filter(|job| !job.document().state.is_final()).count();
            if open >= self.0.most {
                return Err(ApiError::new(ErrorCode::TooManyJobs, format!("{open} jobs run or wait already"))
                    .advise("wait until some have ended"));
            }
            all.insert(document.age(), Arc::clone(&job));
        }
        self.forget_oldest();
        tracing::info!(job = document.id, "{} asked for", kind.name());
        tokio::spawn(self.clone().run(Arc::clone(&job), kind, work));
        Ok(job)
    }

    /// The job of this id.
    ///
    /// # Errors
    /// [`ErrorCode::JobNotFound`].
    pub(crate) fn find(&self, id: &str) -> Result<Arc<Job>, ApiError> {
        let all = self.lock();
        let found = all.iter().find(|((_, of), _)| of == id).map(|(_, job)| Arc::clone(job));
        found.ok_or_else(|| ApiError::new(ErrorCode::JobNotFound, "there is no such job").advise("see /api/jobs"))
    }

    /// All of them, the youngest first.
    pub(crate) fn list(&self) -> Vec<JobDocument> {
        self.lock().values().rev().map(|job| job.document()).collect()
    }

    /// Whether the server is being stopped.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Takes no more jobs and asks those that run to end; returns when they have.
    pub(crate) async fn stop(&self) {
        let open: Vec<Arc<Job>> = {
            let all = self.lock();
            self.0.stopping.store(true, Ordering::Relaxed);
            all.values().filter(|job| !job.document().state.is_final()).cloned().collect()
        };
        for job in open {
            job.cancel();
            job.ended().await;
        }
    }

    async fn run(
        self,
        job: Arc<Job>,
        kind: JobKind,
        work: impl FnOnce(&Job) -> Result<Value, ApiError> + Send + 'static,
    ) {
        let (jobs, of) = (self.clone(), Arc::clone(&job));
        let keep = move || jobs.0.kept.write(&of.document());
        let _ = tokio::task::spawn_blocking(keep).await;
        let turn = tokio::select! {
            turn = Arc::clone(&self.0.turns).acquire_owned() => turn.ok(),
            () = cancelled(&job) => None,
        };
        let (jobs, of) = (self.clone(), Arc::clone(&job));
        let done = tokio::task::spawn_blocking(move || {
            let outcome = match turn {
                Some(_) if !of.is_cancelled() => {
                    of.begin();
                    jobs.0.kept.write(&of.document());
                    jobs.0.metrics.job_runs(kind, 1);
                    // A panic is a defect, and one job must not take the others with it.
                    let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&of)));
                    jobs.0.metrics.job_runs(kind, -1);
                    worked.unwrap_or_else(|_| Err(ApiError::internal("a job panicked")))
                }
                _ => Err(ApiError::new(ErrorCode::Cancelled, "cancelled before it began")),
            };
            let state = of.final_state(&outcome, jobs.is_stopping() && of.is_cancelled());
            let document = of.at_its_end(outcome, state);
            // Who is told of the end finds it kept and counted.
            jobs.0.kept.write(&document);
            jobs.0.metrics.job_ended(kind, state);
            of.end(document);
        });
        if let Err(error) = done.await {
            job.end(job.at_its_end(Err(ApiError::internal(error)), JobState::Failed));
        }
        let document = job.document();
        tracing::info!(job = document.id, "{} {}", kind.name(), document.state.name());
    }

    /// Forgets the oldest of the jobs that have ended when there are too many.
    fn forget_oldest(&self) {
        let mut all = self.lock();
        while all.len() > kept::MOST_KEPT {
            let oldest = all.iter().find(|(_, job)| job.document().state.is_final());
            let Some(age) = oldest.map(|(age, _)| age.clone()) else { return };
            all.remove(&age);
            self.0.kept.remove(&age.1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Time, String), Arc<Job>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when a job has been asked to end.
async fn cancelled(job: &Job) {
    let mut changes = job.changes();
    while !job.is_cancelled() {
        if changes.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

fn new_id() -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn now() -> Time {
    let now = jiff::Timestamp::now().as_nanosecond();
    Time(capture::Timestamp(i64::try_from(now).unwrap_or(i64::MAX)))
}
