//! `GET /metrics`.

use crate::app::App;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

/// What is counted: requests, jobs, operations of replays by verdict, how late they were. OpenMetrics text.
#[utoipa::path(get, path = "/metrics", operation_id = "getMetrics", tag = "server",
    responses((status = OK, body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text())
}
