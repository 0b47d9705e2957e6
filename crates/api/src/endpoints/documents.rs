//! `/openapi.json`.

use crate::app::App;
use crate::openapi;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

/// The document that describes the API.
pub(crate) fn documents(document: &OpenApi) -> Router<App> {
    let document: Arc<Value> = Arc::new(openapi::served(document));
    Router::new().route("/openapi.json", get(async move || Json(Value::clone(&document))))
}
