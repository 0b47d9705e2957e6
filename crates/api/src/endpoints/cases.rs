//! `GET /api/cases`.

use crate::app::App;
use crate::error::ApiError;
use crate::security::inside;
use crate::trace::case_folder;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::{Config, Layout};
use utoipa::ToSchema;

/// The cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseList {
    /// By name.
    cases: Vec<Case>,
    /// How many they are.
    total: usize,
}

/// A case: a folder in the traces folder.
#[derive(Debug, Serialize, ToSchema)]
struct Case {
    /// Its name.
    case_id: String,
    /// Whether it is the one of the settings, which is meant when none is named. Its folder may not be there yet.
    current: bool,
}

/// The cases. Whether there are captures in them is not looked at.
#[utoipa::path(get, path = "/api/cases", operation_id = "listCases", tag = "traces", responses((status = OK, body = CaseList)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<CaseList>, ApiError> {
    let config = app.config()?;
    app.readers.read(move || cases(&config).map(Json)).await
}

fn cases(config: &Config) -> Result<CaseList, ApiError> {
    let layout = Layout::new(config);
    let current = config.case_id();
    let mut names = layout.cases().map_err(ApiError::internal)?;
    // A link may lead elsewhere.
    names.retain(|name| {
        name != current
            && case_folder(&layout, name).is_ok_and(|folder| inside(layout.traces_folder(), &folder).is_ok())
    });
    names.push(current.to_owned());
    names.sort();
    let case = |case_id: String| Case { current: case_id == current, case_id };
    let cases: Vec<Case> = names.into_iter().map(case).collect();
    Ok(CaseList { total: cases.len(), cases })
}
