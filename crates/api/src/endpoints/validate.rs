//! `POST /api/replay/validate`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Json;
use crate::replaying::{How, Names, Sessions, not_validated, options};
use crate::security::Account;
use crate::trace;
use axum::extract::State;
use replay::validation::{Validation, WhatToCheck, validate as check};
use serde::Deserialize;
use utoipa::ToSchema;

/// What to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Validate {
    #[serde(flatten)]
    sessions: Sessions,
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    names: Names,
    /// Only operations on paths that match.
    file_filter: Option<String>,
    /// Check that the operations can be sent; both are checked when neither is named.
    check_ops: Option<bool>,
    /// Check that the lab share is ready.
    check_fs: Option<bool>,
    /// Let the lab server be one that occurs in the trace.
    #[serde(default)]
    allow_captured_server: bool,
}

/// Tells whether sessions can be replayed, and whether the lab share is ready for them. Nothing is changed there.
#[utoipa::path(post, path = "/api/replay/validate", operation_id = "validateReplay", tag = "replay", request_body = Validate, responses(
    (status = OK, description = "What was found", body = ref("#/components/schemas/Validation"))))]
pub(crate) async fn validate(
    State(app): State<App>,
    Json(asked): Json<Validate>,
) -> Result<axum::Json<Validation>, ApiError> {
    let config = app.config()?;
    app.readers
        .check(move |gone| {
            let trace =
                trace::open(&config, asked.sessions.capture_path.as_deref(), asked.sessions.case_id.as_deref())?;
            let sessions = asked.sessions.of(&trace, false)?;
            let how = How {
                file_filter: asked.file_filter.clone(),
                allow_captured_server: asked.allow_captured_server,
                ..How::default()
            };
            let options = options(&config, &asked.account, &asked.names, &how)?;
            let what = what(asked.check_ops, asked.check_fs);
            let in_words = |error| crate::replaying::no_before_state(error).to_string();
            let of_trace = (&trace.place.output, &trace.metadata);
            check(of_trace, &sessions, &options, what, &in_words, gone, &mut |_| {})
                .map(axum::Json)
                .map_err(not_validated)
        })
        .await
}

/// Both when neither is named; what is named alone when it is wanted, all but it when it is not.
fn what(operations: Option<bool>, file_system: Option<bool>) -> WhatToCheck {
    let (operations, file_system) = match (operations, file_system) {
        (None, None) => (true, true),
        (Some(operations), None) => (operations, !operations),
        (None, Some(file_system)) => (!file_system, file_system),
        (Some(operations), Some(file_system)) => (operations, file_system),
    };
    WhatToCheck { operations, file_system }
}
