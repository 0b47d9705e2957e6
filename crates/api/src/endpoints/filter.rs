//! `GET /api/filter` and `GET /api/filter/fields`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Query;
use crate::reading::{document, json};
use analysis::filter::{self, Filter};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use capture::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is checked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Checked {
    /// An expression in the language of Wireshark's display filters.
    filter: String,
}

/// Whether an expression is a filter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilterCheck {
    /// Whether it is one. A blank one is: it selects everything.
    valid: bool,
    /// What is wrong with it.
    #[schema(required)]
    error: Option<FilterFault>,
}

/// What is wrong with an expression, and where.
#[derive(Debug, Serialize, ToSchema)]
struct FilterFault {
    /// What is wrong, one line that says what would be allowed.
    message: String,
    /// Where the part begins that is to blame, in code units of UTF-16.
    start: usize,
    /// Where it ends; at `start` where something is missing.
    end: usize,
}

/// Whether an expression is a filter, and if not, where the fault is.
#[utoipa::path(get, path = "/api/filter", operation_id = "checkFilter", tag = "sessions", params(Checked),
    responses((status = OK, body = FilterCheck)))]
pub(crate) async fn check(
    State(app): State<App>,
    Query(Checked { filter: text }): Query<Checked>,
) -> Result<Json<FilterCheck>, ApiError> {
    app.readers
        .read(move || {
            // Every trace with sessions has a first frame.
            let error = Filter::parse(&text, Some(Timestamp(0))).err().map(|error| {
                let range = error.range_in_utf16(&text);
                FilterFault { message: error.to_string(), start: range.start, end: range.end }
            });
            Ok(Json(FilterCheck { valid: error.is_none(), error }))
        })
        .await
}

/// What a filter can be made of: fields, what they can be compared with, operators.
#[utoipa::path(get, path = "/api/filter/fields", operation_id = "listFilterFields", tag = "sessions",
    responses((status = OK, body = ref("#/components/schemas/FilterFields"))))]
pub(crate) async fn fields(State(app): State<App>) -> Result<Response, ApiError> {
    document(&app, |out| json(out, &filter::listing())).await
}
