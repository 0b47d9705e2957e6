//! `GET /api/replays/{run}/timing`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Path, Query};
use crate::reading::{json, watched};
use crate::run::{self, Opened};
use axum::extract::State;
use axum::response::Response;
use replay::timing::{Timing, TimingError};
use serde::Deserialize;
use std::num::NonZeroU32;
use utoipa::IntoParams;

/// Points by default, and at most.
const POINTS: u32 = 2_000;
const MOST_POINTS: u32 = 10_000;

/// How many points.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfTiming {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// How many points there are at most; 2000 by default.
    #[param(minimum = 1, maximum = 10000)]
    points: Option<u32>,
}

/// When the operations of a replay were sent and how long they took. Of a large one the slowest are told, what diverged as far as there
/// is room, and an even sample of the rest.
#[utoipa::path(get, path = "/api/replays/{run}/timing", operation_id = "getReplayTiming", tag = "replays",
    params(("run" = String, Path, description = "Name of the run, or `last`"), OfTiming),
    responses((status = OK, body = ref("#/components/schemas/ReplayTiming"))))]
pub(crate) async fn timing(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<OfTiming>,
) -> Result<Response, ApiError> {
    let config = app.config()?;
    watched(&app, move |out, gone| {
        let points = Some(of.points.unwrap_or(POINTS)).filter(|points| *points <= MOST_POINTS);
        let points = points.and_then(NonZeroU32::new).ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidValue, format!("points is a number from 1 to {MOST_POINTS}"))
        })?;
        let opened = Opened::find(&config, of.capture_path.as_deref(), of.case_id.as_deref(), &name)?;
        let timing = Timing::of(opened.recorded(), points, gone).map_err(|error| match error {
            TimingError::Replayed(error) => run::not_beside(error),
            TimingError::Interrupted => run::interrupted(),
        })?;
        json(out, &timing)
    })
    .await
}
