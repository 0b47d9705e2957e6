//! `/api/jobs`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::jobs::{Job, JobDocument, JobKind, JobState};
use crate::reading::{document, json};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{Response, Sse};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Chosen {
    /// Only those that do this.
    kind: Option<JobKind>,
    /// Only those that stand here.
    state: Option<JobState>,
}

/// Jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// The youngest first.
    jobs: Vec<JobDocument>,
    /// How many they are.
    total: usize,
}

/// The last 500 jobs, also of earlier servers, without their results.
#[utoipa::path(get, path = "/api/jobs", operation_id = "listJobs", tag = "jobs", params(Chosen), responses((status = OK, body = JobList)))]
pub(crate) async fn list(State(app): State<App>, Query(chosen): Query<Chosen>) -> Result<Response, ApiError> {
    let all = app.jobs.clone();
    document(&app, move |out| {
        let wanted = |job: &JobDocument| {
            chosen.kind.is_none_or(|kind| kind == job.kind) && chosen.state.is_none_or(|state| state == job.state)
        };
        let jobs: Vec<JobDocument> = all.list().into_iter().filter(wanted).collect();
        json(out, &JobList { total: jobs.len(), jobs })
    })
    .await
}

/// A job.
#[utoipa::path(get, path = "/api/jobs/{id}", operation_id = "getJob", tag = "jobs", params(("id" = String, Path, description = "Id of the job")),
    responses((status = OK, body = JobDocument)))]
pub(crate) async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let job = app.jobs.find(&id)?.document();
    document(&app, move |out| json(out, &job)).await
}

/// Asks a job to end. What a replay sent until then is recorded; an ingest leaves nothing.
#[utoipa::path(delete, path = "/api/jobs/{id}", operation_id = "cancelJob", tag = "jobs", params(("id" = String, Path, description = "Id of the job")),
    responses((status = ACCEPTED, body = JobDocument)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobDocument>), ApiError> {
    let job = app.jobs.find(&id)?;
    if !job.cancel() {
        let state = job.document().state.name();
        return Err(ApiError::new(ErrorCode::Conflict, format!("the job has ended: {state}")));
    }
    Ok((StatusCode::ACCEPTED, Json(job.document())))
}

/// What happens in a job, as server-sent events: `divergence` (data: the divergence), `warning` (data: text), `state`
/// (data: its name), `progress` (data: how far it is, whenever that has changed), `lost` (data: how many events are not kept any
/// more), and at the end `end` (data: the job). Events that are kept have an id; `Last-Event-ID` says which were seen.
#[utoipa::path(get, path = "/api/jobs/{id}/events", operation_id = "getJobEvents", tag = "jobs",
    params(("id" = String, Path, description = "Id of the job"),
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]{1,18}$", description = "Number of the last event that was seen")),
    responses((status = OK, body = JobStreamEvent, content_type = "text/event-stream")))]
pub(crate) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let job = app.jobs.find(&id)?;
    let seen = match headers.get("last-event-id").map(|seen| seen.to_str().ok().and_then(|seen| seen.parse().ok())) {
        None => 0,
        Some(Some(seen)) => seen,
        Some(None) => return Err(ApiError::new(ErrorCode::BadRequest, "Last-Event-ID is not a number")),
    };
    let stream = futures_util::stream::unfold(Listener::new(job, seen), Listener::next);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// A server-sent event of a job.
#[derive(Debug, Serialize, ToSchema)]
struct JobStreamEvent {
    /// Its number, of those that are kept.
    id: Option<String>,
    /// `divergence`, `warning`, `state`, `progress`, `lost` or `end`.
    event: String,
    /// JSON.
    data: String,
}

/// Somebody who listens to a job.
struct Listener {
    job: Arc<Job>,
    changes: watch::Receiver<u64>,
    seen: u64,
    progress: String,
    waiting: VecDeque<Event>,
    ended: bool,
}

impl Listener {
    fn new(job: Arc<Job>, seen: u64) -> Self {
        let changes = job.changes();
        Self { job, changes, seen, progress: String::new(), waiting: VecDeque::new(), ended: false }
    }

    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            if self.ended {
                return None;
            }
            self.changes.mark_unchanged();
            self.look();
            if self.waiting.is_empty() && !self.ended && self.changes.changed().await.is_err() {
                self.ended = true;
            }
        }
    }

    /// Takes in what is new.
    fn look(&mut self) {
        let news = self.job.news(self.seen);
        if news.lost > 0 {
            self.waiting.push_back(Event::default().event("lost").data(news.lost.to_string()));
        }
        let progress = serde_json::to_string(&news.document.progress).unwrap_or_default();
        if progress != self.progress {
            self.waiting.push_back(Event::default().event("progress").data(progress.clone()));
            self.progress = progress;
        }
        let is_all = news.events.is_empty();
        for event in news.events {
            self.seen = event.number;
            self.waiting.push_back(Event::default().id(event.number.to_string()).event(event.name).data(event.data));
        }
        if is_all && news.document.state.is_final() {
            let document = serde_json::to_string(&news.document).unwrap_or_default();
            self.waiting.push_back(Event::default().event("end").data(document));
            self.ended = true;
        }
    }
}
