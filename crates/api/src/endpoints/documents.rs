//! The description of the API, for programs (`/openapi.json`) and people (`/docs`, `/redoc`). Nothing is loaded from any other host.

use crate::app::App;
use crate::openapi;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use std::sync::{Arc, LazyLock};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";
/// What the pages may do: nothing but what they bring along.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
const PAGE: &str = include_str!("../../assets/redoc/page.html");
const START: &str = include_str!("../../assets/redoc/start.js");
/// A picture of its makers, which would be loaded from their host.
const PICTURE: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";
static REDOC: LazyLock<String> =
    LazyLock::new(|| include_str!("../../assets/redoc/redoc.standalone.js").replace(PICTURE, "data:,"));

/// What the pages and the document are served from.
pub(crate) fn documents(document: &OpenApi) -> Router<App> {
    let document: Arc<Value> = Arc::new(openapi::served(document));
    let swagger = SwaggerUi::new("/docs").config(Config::new([DOCUMENT]).validator_url("none"));
    let script =
        |text: &'static str| ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response();
    Router::new()
        .route(DOCUMENT, get(async move || Json(Value::clone(&document))))
        .merge(Router::from(swagger))
        .route("/redoc", get(async || ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE)))
        .route("/redoc/", get(async || Redirect::permanent("/redoc")))
        .route("/redoc/redoc.standalone.js", get(async move || script(REDOC.as_str())))
        .route("/redoc/start.js", get(async move || script(START)))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
        .layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("no-referrer"),
        ))
}
