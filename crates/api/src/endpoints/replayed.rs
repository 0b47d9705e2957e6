//! `GET /api/replays/{run}/operations/{n}`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{document, json};
use crate::run;
use crate::trace::{self, OfCapture};
use axum::extract::State;
use axum::response::Response;
use replay::in_full::{self, document::Document};
use schemars::JsonSchema;
use serde::Serialize;

/// An operation of a replay.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReplayedOperation<'a> {
    /// Name of the run.
    run: &'a str,
    /// The operation.
    #[serde(flatten)]
    operation: Document<'a>,
}

/// One operation of a replay in full: its messages field by field, captured beside live. `last` is the latest replay.
#[utoipa::path(get, path = "/api/replays/{run}/operations/{n}", operation_id = "getReplayOperation", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"),
        ("n" = u64, Path, description = "Place of the operation among all of the run: `row`"), OfCapture),
    responses((status = OK, body = ref("#/components/schemas/ReplayedOperation"))))]
pub(crate) async fn operation(
    State(app): State<App>,
    Path((name, row)): Path<(String, u64)>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    document(&app, move |out| {
        let place = trace::find(&config, of.capture_path.as_deref(), of.case_id.as_deref())?;
        let run = run::find(&place, &name)?;
        // One that goes on has no file yet.
        run::report(&run)?;
        let found = in_full::of_row(&place.output, &run, row).map_err(run::not_beside)?;
        let operation = found.ok_or_else(|| {
            ApiError::new(ErrorCode::OperationNotFound, "the replay has no operation of this number")
                .advise("see /api/replays/{run}/operations")
        })?;
        json(out, &ReplayedOperation { run: run.name(), operation: operation.document() })
    })
    .await
}
