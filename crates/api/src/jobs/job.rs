//! A job: its state, what it tells, and the wish to end it.

use super::document::{JobDocument, JobProgress, JobState};
use super::events::{EventLog, JobEvent};
use crate::error::{ApiError, ErrorCode};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::metadata::Time;
use tokio::sync::watch;

/// A job.
#[derive(Debug)]
pub(crate) struct Job {
    told: Mutex<Told>,
    /// Grows with each change.
    changes: watch::Sender<u64>,
    cancelled: AtomicBool,
}

#[derive(Debug)]
struct Told {
    document: JobDocument,
    events: EventLog,
    /// Bytes of the result.
    result_size: usize,
}

/// What is new in a job since somebody looked.
#[derive(Debug)]
pub(crate) struct News {
    /// The job as it is now.
    pub(crate) document: JobDocument,
    /// Events that were not seen yet; not all of them when there are many.
    pub(crate) events: Vec<JobEvent>,
    /// Events before them that are not kept any more.
    pub(crate) lost: u64,
}

impl Job {
    /// A job in this state.
    pub(super) fn new(document: JobDocument) -> Self {
        let result_size = size(&document);
        let told = Mutex::new(Told { document, events: EventLog::default(), result_size });
        Self { told, changes: watch::Sender::new(0), cancelled: AtomicBool::new(false) }
    }

    /// As it is now.
    pub(crate) fn document(&self) -> JobDocument {
        self.lock().document.clone()
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> JobState {
        self.lock().document.state
    }

    /// As it is now, and the events behind the one of this number.
    pub(crate) fn news(&self, seen: u64) -> News {
        const MOST_AT_ONCE: usize = 100;
        let told = self.lock();
        let (events, lost) = told.events.after(seen, MOST_AT_ONCE);
        News { document: told.document.clone(), events, lost }
    }

    /// Tells of changes from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The job as it ended.
    pub(crate) async fn ended(&self) -> JobDocument {
        let mut changes = self.changes();
        loop {
            let document = self.document();
            // The sender lives as long as the job.
            if document.state.is_final() || changes.changed().await.is_err() {
                return document;
            }
        }
    }

    /// Asks the job to end; `false` when it has.
    pub(crate) fn cancel(&self) -> bool {
        let runs = !self.state().is_final();
        if runs {
            self.cancelled.store(true, Ordering::Relaxed);
            self.changes.send_modify(|change| *change = change.wrapping_add(1));
        }
        runs
    }

    /// Set once it has been asked to end.
    pub(crate) fn cancelled(&self) -> &AtomicBool {
        &self.cancelled
    }

    /// Whether it has been asked to end.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Tells how far it is.
    pub(crate) fn progress(&self, progress: JobProgress) {
        self.change(|told| told.document.progress = progress);
    }

    /// Tells of something that happened.
    pub(crate) fn event(&self, name: &'static str, data: Value) {
        self.change(|told| told.events.push(name, &data));
    }

    pub(super) fn begin(&self) {
        self.change(|told| {
            (told.document.state, told.document.started) = (JobState::Running, Some(super::now()));
            told.events.push("state", &Value::from(JobState::Running.name()));
        });
    }

    /// The state that it ends in with this outcome; `stopped` when the server itself ends it. What was asked to end too late and was
    /// done all the same is done: its result says `interrupted` where only a part of it was.
    pub(super) fn final_state(&self, outcome: &Result<Value, ApiError>, stopped: bool) -> JobState {
        let early = if stopped { JobState::Interrupted } else { JobState::Cancelled };
        match outcome {
            Ok(result) if result.get("interrupted") == Some(&Value::Bool(true)) => early,
            Ok(_) => JobState::Done,
            Err(error) if error.code == ErrorCode::Cancelled => early,
            Err(_) => JobState::Failed,
        }
    }

    /// As it is when it has ended with this outcome, to be kept before anybody is told.
    pub(super) fn at_its_end(&self, outcome: Result<Value, ApiError>, state: JobState) -> JobDocument {
        let (result, error) = match outcome {
            Ok(result) => (Some(result.into()), None),
            Err(error) => (None, Some(error)),
        };
        JobDocument { state, ended: Some(super::now()), result, error, ..self.document() }
    }

    /// Ends it.
    pub(super) fn end(&self, document: JobDocument) {
        let result_size = size(&document);
        self.change(|told| {
            told.result_size = result_size;
            told.events.push("state", &Value::from(document.state.name()));
            told.document = document;
        });
    }

    /// When it ended, and the bytes of what is kept of it: result and events. `None` while it goes on.
    pub(super) fn weight(&self) -> Option<(Time, usize)> {
        let told = self.lock();
        let ended = told.document.ended.filter(|_| told.document.state.is_final())?;
        Some((ended, told.events.size().saturating_add(told.result_size)))
    }

    /// Keeps neither result nor events any more.
    pub(super) fn lighten(&self) {
        let mut told = self.lock();
        (told.document.result, told.result_size) = (None, 0);
        told.events.forget();
    }

    fn change(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.lock());
        self.changes.send_modify(|change| *change = change.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of the result of a job.
fn size(document: &JobDocument) -> usize {
    document.result.as_ref().map_or(0, super::document::Shared::size)
}
