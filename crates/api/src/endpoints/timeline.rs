//! `GET /api/sessions/{id}/timeline`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{Choice, json, watched};
use crate::run;
use crate::trace::unreadable;
use analysis::timeline::{COLUMNS, MOST_BUCKETS, Timeline, Window};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::atomic::{AtomicBool, Ordering};
use utoipa::IntoParams;

/// Which time of which operations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only operations whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path.
    file_filter: Option<String>,
    /// Only operations that match, in the language of Wireshark's display filters.
    filter: Option<String>,
    /// At most so many spans of time; 200 by default.
    #[param(minimum = 1, maximum = 2000)]
    buckets: Option<u64>,
    /// Where the time begins that is looked at, nanoseconds since `first_time`; 0 by default.
    #[param(minimum = 0, maximum = 9223372036854775807i64)]
    from: Option<u64>,
    /// The nanosecond behind it; by default the one behind the last message.
    #[param(minimum = 1, maximum = 9223372036854775807i64)]
    to: Option<u64>,
}

/// Spans when nothing is asked for.
const BUCKETS: u32 = 200;

/// How the operations of a session are spread over its time: how many, how long they took, how many were outstanding at once.
#[utoipa::path(get, path = "/api/sessions/{id}/timeline", operation_id = "getSessionTimeline", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session"), Wanted),
    responses((status = OK, body = ref("#/components/schemas/SessionTimeline"))))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    watched(&app, move |out, gone| timeline(&shared, &id, wanted, out, gone)).await
}

fn timeline(app: &App, id: &str, wanted: Wanted, out: &mut Vec<u8>, gone: &AtomicBool) -> Result<(), ApiError> {
    let trace = app.open(wanted.capture_path.as_deref(), wanted.case_id.as_deref())?;
    let session = trace.session(id)?;
    // What is too large for it is too many buckets.
    let buckets =
        wanted.buckets.map_or(BUCKETS, |buckets| u32::try_from(buckets).unwrap_or(MOST_BUCKETS.saturating_add(1)));
    let (first, last) = (session.first_time.0.0, session.last_time.0.0);
    let window = Window::new(first, last, wanted.from, wanted.to, buckets)
        .map_err(|error| ApiError::new(ErrorCode::InvalidValue, error))?;
    let file = trace.file(session)?;
    let choice = Choice::of(&trace, &file, wanted.filter, wanted.file_filter)?;
    let selection = choice.selection(app, &file)?;
    let mut timeline = Timeline::new(window);
    for batch in file.batches_of(COLUMNS, selection.as_ref()) {
        if gone.load(Ordering::Relaxed) {
            return Err(run::interrupted());
        }
        timeline.add(&batch.map_err(unreadable)?).map_err(|error| {
            tracing::warn!("{}: {error}", file.path().display());
            ApiError::new(ErrorCode::Conflict, "a session file cannot be read")
                .advise("ingest the trace again with force")
        })?;
    }
    json(out, &timeline.finish(session.session_id, session.first_time, session.last_time))
}
