//! Whether who asks for long work waits for it.

use super::{Job, JobDocument, JobState};
use crate::error::{ApiError, ErrorCode};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// How the answer is wanted: when all is done, or at once, with a job to look at (`?async=true`, or `Prefer: respond-async`,
/// RFC 7240).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// When all is done.
    Result,
    /// At once.
    Job,
}

/// The parameter that asks for a job.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsJob {
    /// Answer at once with a job, not when all is done. `Prefer: respond-async` does the same.
    #[serde(default, rename = "async")]
    as_job: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let crate::extract::Query(AsJob { as_job }) = crate::extract::Query::from_request_parts(parts, state).await?;
        let prefers = parts.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        let prefers = prefers.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or_default());
        let prefers = prefers.map(str::trim).any(|one| one.eq_ignore_ascii_case("respond-async"));
        Ok(if as_job || prefers { Self::Job } else { Self::Result })
    }
}

/// The answer to who asked for a job.
pub(crate) async fn answer(job: Arc<Job>, wanted: Wanted) -> Response {
    match wanted {
        Wanted::Job => accepted(&job.document()),
        Wanted::Result => ended(job.ended().await),
    }
}

fn accepted(document: &JobDocument) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(document)).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/jobs/{}", document.id)) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert("preference-applied", HeaderValue::from_static("respond-async"));
    response
}

fn ended(document: JobDocument) -> Response {
    match (document.state, document.result, document.error) {
        (_, _, Some(error)) => error.into_response(),
        (JobState::Done, Some(result), None) => Json(result).into_response(),
        (JobState::Done, None, None) => {
            ApiError::new(ErrorCode::Unavailable, "what came of the job is not kept any more")
                .advise(format!("it was done: see /api/jobs/{}", document.id))
                .into_response()
        }
        (JobState::Interrupted, ..) => {
            ApiError::new(ErrorCode::Unavailable, "the server was stopped before the work was done").into_response()
        }
        _ => ApiError::new(ErrorCode::Cancelled, "the job was cancelled before the work was done")
            .advise(format!("see /api/jobs/{}", document.id))
            .into_response(),
    }
}
