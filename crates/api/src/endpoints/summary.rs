//! `GET /api/traces/summary`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Query;
use crate::reading::{document, json};
use crate::trace::{OfCapture, case_folder};
use analysis::summary::{About, TraceSummary};
use axum::extract::State;
use axum::response::Response;
use capture::Timestamp;
use std::path::Path;
use std::time::UNIX_EPOCH;
use store::metadata::Time;

/// What the last ingest of a capture found: how much, what it mended, and what was lost.
#[utoipa::path(get, path = "/api/traces/summary", operation_id = "getTraceSummary", tag = "traces", params(OfCapture),
    responses((status = OK, body = ref("#/components/schemas/TraceSummary"))))]
pub(crate) async fn show(State(app): State<App>, Query(of): Query<OfCapture>) -> Result<Response, ApiError> {
    let shared = app.clone();
    document(&app, move |out| {
        let layout = shared.layout()?;
        let trace = shared.open(of.capture_path.as_deref(), of.case_id.as_deref())?;
        let case_id = trace.place.case_id.as_deref().unwrap_or_default();
        let folder = case_folder(&layout, case_id)?;
        let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        let about = About {
            trace: trace.path(),
            case_id,
            case_folders: &[&folder, &real],
            ingested_at: modified(&trace.place.output.metadata()),
        };
        json(out, &TraceSummary::of(&about, &trace.metadata))
    })
    .await
}

/// When what an ingest found was written.
fn modified(path: &Path) -> Option<Time> {
    let since = std::fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok().map(|time| Time(Timestamp(time)))
}
