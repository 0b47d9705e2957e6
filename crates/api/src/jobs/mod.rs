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
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::metadata::Time;
use tokio::sync::{Semaphore, oneshot};

/// Bytes of results and events of jobs that have ended: as text, which takes a fraction of the room.
const MOST_HELD: usize = 16 << 20;

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
        jobs.lighten();
        Ok(jobs)
    }

    /// Starts a job; when this returns it is known after a restart. `request` is what was asked for, without secrets; `work` is done
    /// on a thread of its own when it is its turn, also when nobody waits for this any more.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyJobs`]; [`ErrorCode::Unavailable`] while the server is being stopped.
    pub(crate) async fn start(
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
            request: request.into(),
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
            let open = all.values().filter(|job| !job.state().is_final()).count();
            if open >= self.0.most {
                return Err(ApiError::new(ErrorCode::TooManyJobs, format!("{open} jobs run or wait already"))
                    .advise("wait until some have ended"));
            }
            all.insert(document.age(), Arc::clone(&job));
        }
        self.forget_oldest();
        tracing::info!(job = document.id, "{} asked for", kind.name());
        let (keep, is_kept) = oneshot::channel();
        tokio::spawn(self.clone().run(Arc::clone(&job), kind, keep, work));
        // The sender goes in either case.
        let _ = is_kept.await;
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

    /// All of them, the youngest first, without their results: those of hundreds of jobs are too much for one answer.
    pub(crate) fn list(&self) -> Vec<JobDocument> {
        let all: Vec<Arc<Job>> = self.lock().values().rev().cloned().collect();
        all.iter().map(|job| JobDocument { result: None, ..job.document() }).collect()
    }

    /// Whether the last job could be kept on disk.
    pub(crate) fn are_kept(&self) -> bool {
        self.0.kept.works()
    }

    /// The captures that servers were ingesting when they ended.
    pub(crate) fn interrupted_ingests(&self) -> Vec<PathBuf> {
        let all = self.lock();
        let documents = all.values().map(|job| job.document());
        let interrupted = documents.filter(|job| job.kind == JobKind::Ingest && job.state == JobState::Interrupted);
        interrupted.filter_map(|job| job.request.text("capture_path").map(PathBuf::from)).collect()
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
            all.values().filter(|job| !job.state().is_final()).cloned().collect()
        };
        // All of them before any is waited for: the end of one must not be the turn of the next.
        for job in &open {
            job.cancel();
        }
        for job in open {
            job.ended().await;
        }
    }

    async fn run(
        self,
        job: Arc<Job>,
        kind: JobKind,
        kept: oneshot::Sender<()>,
        work: impl FnOnce(&Job) -> Result<Value, ApiError> + Send + 'static,
    ) {
        let (jobs, of) = (self.clone(), Arc::clone(&job));
        let keep = move || jobs.0.kept.write(&of.document());
        let _ = tokio::task::spawn_blocking(keep).await;
        drop(kept);
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
            jobs.lighten();
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
            let oldest = all.iter().find(|(_, job)| job.state().is_final());
            let Some(age) = oldest.map(|(age, _)| age.clone()) else { return };
            all.remove(&age);
            self.0.kept.remove(&age.1);
        }
    }

    /// Drops results and events of the jobs that ended first when all of them together are too much.
    fn lighten(&self) {
        let all: Vec<Arc<Job>> = self.lock().values().cloned().collect();
        let mut ended: Vec<(Time, usize, &Arc<Job>)> =
            all.iter().filter_map(|job| job.weight().map(|(time, size)| (time, size, job))).collect();
        ended.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
        let mut bytes = 0_usize;
        for (index, (_, size, job)) in ended.into_iter().enumerate() {
            bytes = bytes.saturating_add(size);
            // Somebody may be waiting for what ended last.
            if bytes > MOST_HELD && index > 0 {
                job.lighten();
            }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn jobs(folder: &Path, running: usize) -> Jobs {
        Jobs::open(folder, (running, 64), Arc::new(Metrics::new())).unwrap()
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), work).await.unwrap() })
    }

    fn wait_for(flag: &AtomicBool) {
        while !flag.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_server_that_is_stopped_asks_all_jobs_at_once_to_end_and_begins_none() {
        let folder = tempfile::tempdir().unwrap();
        let (one, queued) = run(async {
            let jobs = jobs(folder.path(), 2);
            let other_asked = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&other_asked);
            let partly = || Ok(json!({ "interrupted": true }));
            // The first ends only once the second was asked to.
            let one = jobs.start(JobKind::Replay, Value::Null, move |job| {
                wait_for(job.cancelled());
                wait_for(&other_asked);
                partly()
            });
            let two = jobs.start(JobKind::Replay, Value::Null, move |job| {
                wait_for(job.cancelled());
                asked.store(true, Ordering::Relaxed);
                partly()
            });
            let (one, two) = (one.await.unwrap(), two.await.unwrap());
            while one.state() != JobState::Running || two.state() != JobState::Running {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let mut queued: Vec<Arc<Job>> = Vec::new();
            for _ in 0..20 {
                queued.push(jobs.start(JobKind::Ingest, Value::Null, |_| Ok(json!({}))).await.unwrap());
            }
            jobs.stop().await;
            (one.document(), queued.iter().map(|job| job.document()).collect::<Vec<_>>())
        });
        assert_eq!(one.state, JobState::Interrupted);
        assert!(queued.iter().all(|job| job.state == JobState::Interrupted && job.started.is_none()), "{queued:?}");
    }

    #[test]
    fn what_is_done_before_it_hears_of_its_cancellation_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let of = |result: Result<Value, ApiError>| {
            run(async {
                let jobs = jobs(folder.path(), 1);
                let job = jobs.start(JobKind::Ingest, Value::Null, move |job| {
                    wait_for(job.cancelled());
                    result
                });
                let job = job.await.unwrap();
                while job.state() == JobState::Queued {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                assert!(job.cancel());
                job.ended().await.state
            })
        };
        assert_eq!(of(Ok(json!({ "success": true }))), JobState::Done);
        assert_eq!(of(Ok(json!({ "interrupted": true }))), JobState::Cancelled);
        assert_eq!(of(Err(ApiError::new(ErrorCode::Cancelled, "cancelled"))), JobState::Cancelled);
        assert_eq!(of(Err(ApiError::new(ErrorCode::NoRoom, "full"))), JobState::Failed);
    }

    #[test]
    fn results_and_events_of_many_jobs_do_not_pile_up() {
        let folder = tempfile::tempdir().unwrap();
        let held = |jobs: &Jobs| jobs.lock().values().filter(|job| job.document().result.is_some()).count();
        let ended = run(async {
            let jobs = jobs(folder.path(), 1);
            for _ in 0..25 {
                let work = |job: &Job| {
                    job.event("warning", "w".repeat(400_000).into());
                    Ok(json!({ "text": "x".repeat(900_000) }))
                };
                let job = jobs.start(JobKind::Ingest, Value::Null, work).await.unwrap();
                assert!(job.ended().await.result.is_some(), "who waits for a job gets its result");
            }
            let deadline = std::time::Instant::now().checked_add(Duration::from_secs(20)).unwrap();
            while held(&jobs) > 12 && std::time::Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(jobs.list().len(), 25);
            assert!(jobs.list().iter().all(|job| job.result.is_none()));
            let events = jobs.lock().values().filter(|job| !job.news(0).events.is_empty()).count();
            (held(&jobs), events)
        });
        assert_eq!(ended, (12, 12));
        let again = jobs(folder.path(), 1);
        assert_eq!((again.list().len(), held(&again)), (25, 18));
    }
}
