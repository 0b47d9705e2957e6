//! `GET /api/replays/{run}/compare/{other}`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{json, watched};
use crate::run;
use crate::trace::{self, OfCapture};
use axum::extract::State;
use axum::response::Response;
use replay::TwoRuns;
use replay::two_runs::TwoRunsError;

/// How a replay differs from another one of the same sessions: what got worse first. `last` is the latest.
#[utoipa::path(get, path = "/api/replays/{run}/compare/{other}", operation_id = "compareReplays", tag = "replays",
    params(("run" = String, Path, description = "Name of the first run, `a`, or `last`"),
        ("other" = String, Path, description = "Name of the second run, `b`, or `last`"), OfCapture),
    responses((status = OK, body = ref("#/components/schemas/TwoRuns"))))]
pub(crate) async fn compare(
    State(app): State<App>,
    Path((a, b)): Path<(String, String)>,
    Query(of): Query<OfCapture>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    watched(&app, move |out, gone| {
        let place = trace::find(&config, of.capture_path.as_deref(), of.case_id.as_deref())?;
        let (a, b) = (run::find(&place, &a)?, run::find(&place, &b)?);
        for run in [&a, &b] {
            run::report(run)?;
        }
        json(out, &TwoRuns::compare(&place.output, &a, &b, gone).map_err(not_compared)?)
    })
    .await
}

fn not_compared(error: TwoRunsError) -> ApiError {
    match error {
        TwoRunsError::Run(error) => {
            tracing::warn!("{error}");
            ApiError::new(ErrorCode::Conflict, "the report of a run cannot be read").advise("replay again")
        }
        TwoRunsError::Operations(error) => run::not_beside(error.into()),
        TwoRunsError::Captured(error) => run::not_beside(error),
        TwoRunsError::Interrupted => run::interrupted(),
        TwoRunsError::NothingInCommon { .. } => {
            ApiError::new(ErrorCode::InvalidValue, error).advise("name two runs of the same sessions")
        }
    }
}
