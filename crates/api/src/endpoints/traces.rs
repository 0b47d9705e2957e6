//! `GET /api/traces`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::Query;
use crate::reading::{document, json};
use crate::security::inside;
use crate::trace::case_folder;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::layout::{FoundTrace, LayoutError};
use store::metadata::{self, SessionMetadata, Time};
use store::{Config, Layout};
use utoipa::IntoParams;

/// Whose captures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCase {
    /// The case; by default the one of the settings.
    case_id: Option<String>,
}

/// The captures of a case.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TraceList")]
pub(crate) struct TraceList {
    /// By name.
    traces: Vec<ListedTrace>,
    /// The case.
    case_id: String,
    /// How many they are.
    total: usize,
}

/// A capture. What only an ingest tells is null without one.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedTrace {
    /// Path of the capture: what `capture_path` takes.
    path: String,
    /// Path relative to the case's folder.
    name: String,
    /// Its case.
    case_id: String,
    /// Its files: one, those of a split set, or none when they are gone.
    files: Vec<String>,
    /// Bytes of them.
    size: u64,
    /// Whether it was ingested.
    ingested: bool,
    /// Packets in it.
    packets: Option<u64>,
    /// Time of the first packet.
    first_time: Option<Time>,
    /// Time of the last packet.
    last_time: Option<Time>,
    /// Nanoseconds between them.
    duration: Option<u64>,
    /// Link types.
    link_types: Vec<String>,
    /// Sessions in it.
    sessions: Option<usize>,
    /// Why what was ingested of it cannot be read.
    problem: Option<String>,
}

/// The captures of a case. They are not read.
#[utoipa::path(get, path = "/api/traces", operation_id = "listTraces", tag = "traces", params(OfCase),
    responses((status = OK, body = ref("#/components/schemas/TraceList"))))]
pub(crate) async fn list(State(app): State<App>, Query(of): Query<OfCase>) -> Result<Response, ApiError> {
    let config = app.config()?;
    document(&app, move |out| json(out, &traces(&config, of.case_id.filter(|case| !case.is_empty()))?)).await
}

fn traces(config: &Config, case: Option<String>) -> Result<TraceList, ApiError> {
    let layout = Layout::new(config);
    let case_id = case.unwrap_or_else(|| config.case_id().to_owned());
    let folder = case_folder(&layout, &case_id)?;
    let found = match layout.traces(&case_id) {
        Ok(found) => found,
        // The case that is meant by default is there from the first capture on.
        Err(LayoutError::NoCase { .. }) if case_id == config.case_id() => Vec::new(),
        Err(LayoutError::NoCase { .. }) => return Err(no_case()),
        Err(error) => return Err(ApiError::internal(error)),
    };
    let traces_folder = layout.traces_folder();
    if folder.exists() && inside(traces_folder, &folder).is_err() {
        return Err(no_case());
    }
    let traces: Vec<ListedTrace> =
        found.iter().filter(|trace| is_inside(traces_folder, trace)).map(|trace| listed(&case_id, trace)).collect();
    Ok(TraceList { total: traces.len(), case_id, traces })
}

fn no_case() -> ApiError {
    ApiError::new(ErrorCode::CaseNotFound, "there is no such case").advise("a case is a folder in the traces folder")
}

/// Whether the files of a trace are where they seem to be; a link may lead elsewhere.
fn is_inside(traces_folder: &Path, trace: &FoundTrace) -> bool {
    trace.place.case_id.is_some() && trace.files.iter().all(|file| inside(traces_folder, file).is_ok())
}

fn listed(case_id: &str, trace: &FoundTrace) -> ListedTrace {
    let known = trace.ingested.then(|| metadata::read(&trace.place.output.metadata()));
    let (known, problem) = match known {
        None => (None, None),
        Some(Ok(known)) => (Some(known), None),
        Some(Err(error)) => {
            tracing::warn!("{error}");
            (None, Some("what was ingested cannot be read; ingest it again with force".to_owned()))
        }
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let of = |of: fn(&SessionMetadata) -> Option<Time>| known.as_ref().and_then(of);
    let (first_time, last_time) = (of(|known| known.trace.first_time), of(|known| known.trace.last_time));
    let span = first_time.zip(last_time).and_then(|(first, last)| last.0.0.checked_sub(first.0.0));
    ListedTrace {
        path: text(&trace.place.trace),
        name: text(&trace.name),
        case_id: case_id.to_owned(),
        files: trace.files.iter().map(|file| text(file)).collect(),
        size: trace.size,
        ingested: trace.ingested,
        packets: known.as_ref().map(|known| known.trace.packets),
        first_time,
        last_time,
        duration: span.and_then(|span| u64::try_from(span).ok()),
        sessions: known.as_ref().map(|known| known.sessions.iter().filter(|it| it.session_id.0 != 0).count()),
        link_types: known.map(|known| known.trace.link_types).unwrap_or_default(),
        problem,
    }
}
