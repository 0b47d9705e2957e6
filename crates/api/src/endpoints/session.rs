//! One operation, the statistics and the tree of a session.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{document as in_one, json, streamed};
use crate::trace::{OfCapture, unreadable};
use analysis::details::InFull;
use analysis::statistics::{self, Document, FileOrder, Tally};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use replay::FileFilter;
use replay::namespace::{Namespace, Outline, document};
use serde::Deserialize;
use store::Columns;
use utoipa::{IntoParams, ToSchema};

/// Which statistics.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfStatistics {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only operations whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path.
    file_filter: Option<String>,
    /// How many files, slow operations and idle times are named; 10 by default.
    #[param(minimum = 0, maximum = 10000)]
    top: Option<u64>,
    /// Which files come first; `bytes` by default.
    #[param(inline)]
    files_by: Option<FilesBy>,
}

/// What files are sorted by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilesBy {
    Bytes,
    Operations,
}

/// Of which files and folders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfTree {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only files and folders whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path.
    file_filter: Option<String>,
}

/// One operation in full: its messages field by field and byte by byte, its handle and its chain.
#[utoipa::path(get, path = "/api/sessions/{id}/operations/{n}", operation_id = "getOperation", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session"),
        ("n" = u32, Path, description = "Number of the operation: `op`"), OfCapture),
    responses((status = OK, body = ref("#/components/schemas/OperationInFull"))))]
pub(crate) async fn operation(
    State(app): State<App>,
    Path((id, op)): Path<(String, u32)>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    in_one(&app, move |out| {
        let trace = shared.open(of.capture_path.as_deref(), of.case_id.as_deref())?;
        let session = trace.session(&id)?;
        let file = trace.file(session)?;
        let mut found = file.operations_numbered(&[op], Columns::All, &[]).map_err(unreadable)?;
        let operation = found.next().transpose().map_err(unreadable)?.ok_or_else(|| {
            ApiError::new(ErrorCode::OperationNotFound, "the session has no operation of this number")
                .advise("see /api/sessions/{id}")
        })?;
        let whole = InFull::of(&file, session, operation, trace.start_for(session)).map_err(unreadable)?;
        json(out, &whole.document())
    })
    .await
}

/// What the operations of a session add up to: by command, status and file; the slowest; when the client was idle.
#[utoipa::path(get, path = "/api/sessions/{id}/stats", operation_id = "getSessionStatistics", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session"), OfStatistics),
    responses((status = OK, body = ref("#/components/schemas/SessionStatistics"))))]
pub(crate) async fn stats(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(of): Query<OfStatistics>,
) -> Result<Response, ApiError> {
    const MOST: usize = 10_000;
    let top = of.top.map_or(Ok(10), usize::try_from).ok().filter(|top| *top <= MOST);
    let top = top.ok_or_else(|| ApiError::new(ErrorCode::InvalidValue, format!("top is a number from 0 to {MOST}")))?;
    let shared = app.clone();
    in_one(&app, move |out| {
        let trace = shared.open(of.capture_path.as_deref(), of.case_id.as_deref())?;
        let session = trace.session(&id)?;
        let file = trace.file(session)?;
        let paths = pattern(of.file_filter.as_deref());
        let accepts = |path: &str| paths.as_ref().is_none_or(|paths| paths.accepts(path));
        let mut tally = Tally::new(top);
        if paths.is_some() {
            tally = tally.of_paths(&accepts);
        }
        for batch in file.batches(statistics::COLUMNS) {
            tally.add(&batch.map_err(unreadable)?).map_err(|error| {
                tracing::warn!("{}: {error}", file.path().display());
                ApiError::new(ErrorCode::Conflict, "a session file cannot be read")
                    .advise("ingest the trace again with force")
            })?;
        }
        let statistics = tally.finish(match of.files_by {
            None | Some(FilesBy::Bytes) => FileOrder::Bytes,
            Some(FilesBy::Operations) => FileOrder::Operations,
        });
        json(out, &Document { sessions: vec![session.session_id], statistics })
    })
    .await
}

/// What the shares were like before the session, as far as it shows that, and what became of each file.
#[utoipa::path(get, path = "/api/sessions/{id}/tree", operation_id = "getSessionTree", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session"), OfTree),
    responses((status = OK, body = ref("#/components/schemas/SessionTree"))))]
pub(crate) async fn tree(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(of): Query<OfTree>,
) -> Result<Response, ApiError> {
    let stream = app.readers.stream()?;
    let turn = app.readers.question().await?;
    let body = streamed(stream, move |out| {
        let trace = app.open(of.capture_path.as_deref(), of.case_id.as_deref())?;
        let session = trace.session(&id)?;
        let files = [session.file.clone()];
        let found = Namespace::infer(&trace.place.output, &trace.metadata, &files, &mut |_| {}).map_err(unreadable)?;
        let paths = pattern(of.file_filter.as_deref());
        let mut outline = Outline::of(&found);
        if let Some(paths) = &paths {
            outline.retain(|path| paths.accepts(path));
        }
        drop(turn);
        let document = document::Document::new(session.session_id.to_string(), &found, &outline, paths.as_ref());
        json(out, &document)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn pattern(text: Option<&str>) -> Option<FileFilter> {
    text.filter(|text| !text.is_empty()).map(FileFilter::new)
}
