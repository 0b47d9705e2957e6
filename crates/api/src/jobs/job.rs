//! A job: its state, what it tells, and the wish to end it.

use super::document::{JobDocument, JobProgress, JobState};
use super::events::{EventLog, JobEvent};
use crate::error::{ApiError, ErrorCode};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
        let told = Mutex::new(Told { document, events: EventLog::default() });
        Self { told, changes: watch::Sender::new(0), cancelled: AtomicBool::new(false) }
    }

    /// As it is now.
    pub(crate) fn document(&self) -> JobDocument {
        self.lock().document.clone()
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
        let runs = !self.lock().document.state.is_final();
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
        self.change(|told| told.events.push(name, data));
    }

    pub(super) fn begin(&self) {
        self.change(|told| {
            (told.document.state, told.document.started) = (JobState::Running, Some(super::now()));
            told.events.push("state", Value::from(JobState::Running.name()));
        });
    }

    /// The state that it ends in with this outcome; `interrupted` when the server itself ends it.
    pub(super) fn final_state(&self, outcome: &Result<Value, ApiError>, interrupted: bool) -> JobState {
        let early = match (self.is_cancelled(), interrupted) {
            (_, true) => Some(JobState::Interrupted),
            (true, false) => Some(JobState::Cancelled),
            (false, false) => None,
        };
        match outcome {
            Ok(_) => early.unwrap_or(JobState::Done),
            Err(error) if error.code == ErrorCode::Cancelled => early.unwrap_or(JobState::Cancelled),
            Err(_) => JobState::Failed,
        }
    }

    /// As it is when it has ended with this outcome, to be kept before anybody is told.
    pub(super) fn at_its_end(&self, outcome: Result<Value, ApiError>, state: JobState) -> JobDocument {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        JobDocument { state, ended: Some(super::now()), result, error, ..self.document() }
    }

    /// Ends it.
    pub(super) fn end(&self, document: JobDocument) {
        self.change(|told| {
            told.events.push("state", Value::from(document.state.name()));
            told.document = document;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.lock());
        self.changes.send_modify(|change| *change = change.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
