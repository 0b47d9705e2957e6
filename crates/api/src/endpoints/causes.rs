//! `GET /api/replays/{run}/causes`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{json, watched};
use crate::run::{self, Opened};
use axum::extract::State;
use axum::response::Response;
use replay::in_full::document::Cause;
use replay::in_full::{Bounds, InFull, InFullError, firsts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Groups by default, and at most.
const GROUPS: usize = 20;
const MOST_GROUPS: usize = 100;
/// Lines of all messages.
const MOST_LINES: usize = 30_000;

/// How many groups.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCauses {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// How many groups are answered, the first ones of the report; 20 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// The causes of what diverged in a replay.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReplayCauses<'a> {
    /// Name of the run.
    run: &'a str,
    /// How many groups the report has.
    total: usize,
    /// The groups of root divergences, in the order of the report.
    causes: Vec<Cause<'a>>,
}

/// What diverged in a replay and no earlier divergence explains, in groups; the first operation of each in full.
#[utoipa::path(get, path = "/api/replays/{run}/causes", operation_id = "getReplayCauses", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfCauses),
    responses((status = OK, body = ref("#/components/schemas/ReplayCauses"))))]
pub(crate) async fn causes(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfCauses>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    watched(&app, move |out, gone| {
        let groups = of.limit.unwrap_or(GROUPS);
        if !(1..=MOST_GROUPS).contains(&groups) {
            let error = format!("limit is a number from 1 to {MOST_GROUPS}");
            return Err(ApiError::new(ErrorCode::InvalidValue, error));
        }
        let opened = Opened::find(&config, of.capture_path.as_deref(), of.case_id.as_deref(), &name)?;
        let bounds = Bounds { groups, lines: MOST_LINES };
        let found = firsts(opened.recorded(), bounds, gone).map_err(|error| match error {
            InFullError::Replayed(error) => run::not_beside(error),
            InFullError::Interrupted => run::interrupted(),
        })?;
        let roots = &opened.report.roots;
        let shown = roots.iter().zip(&found).take(groups);
        let causes = shown.map(|(root, first)| Cause { root, first: first.operation().map(InFull::document) });
        json(out, &ReplayCauses { run: opened.run.name(), total: roots.len(), causes: causes.collect() })
    })
    .await
}
