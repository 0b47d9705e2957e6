//! All addresses, and what every request passes through.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::security::{cors, require_key, require_known_origin};
use crate::{endpoints, openapi, site};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state, map_request};
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const X_FRAME_OPTIONS: HeaderName = HeaderName::from_static("x-frame-options");
/// Characters of a request id that a client chose.
const LONGEST_ID: usize = 64;

/// The addresses of the API, and the document that describes them.
fn described(app: App) -> (Router<App>, OpenApi) {
    let quick = endpoints::quick().layer(from_fn_with_state(app, in_time));
    let all = OpenApiRouter::with_openapi(openapi::head()).merge(quick).merge(endpoints::lasting());
    let (router, document) = all.split_for_parts();
    (router, openapi::complete(document))
}

/// Everything that is served.
pub(crate) fn router(app: App) -> Router {
    let (router, document) = described(app.clone());
    let limits = &app.settings.limits;
    router
        .merge(endpoints::documents(&document))
        .merge(site::site())
        .fallback(async || ApiError::new(ErrorCode::NotFound, "there is no such address").advise("see /openapi.json"))
        .method_not_allowed_fallback(async || {
            ApiError::new(ErrorCode::MethodNotAllowed, "the address does not take this method")
        })
        .layer(from_fn_with_state(app.clone(), require_key))
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(CatchPanicLayer::custom(|_panic: Box<dyn std::any::Any + Send>| {
            ApiError::internal("a request panicked").into_response()
        }))
        .layer(cors(&app.settings.origins))
        .layer(from_fn_with_state(app.clone(), require_known_origin))
        .layer(from_fn_with_state(app.clone(), told))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(SetResponseHeaderLayer::overriding(X_FRAME_OPTIONS, HeaderValue::from_static("DENY")))
        .layer(SetResponseHeaderLayer::overriding(RESOURCE_POLICY, HeaderValue::from_static("same-origin")))
        .layer(SetResponseHeaderLayer::overriding(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(map_request(async |request: Request| with_plain_id(request)))
        .with_state(app)
}

/// Gives an answer up that takes too long to begin.
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    let limit = app.settings.limits.answer;
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| {
        let told = format!("the answer took longer than {} s", limit.as_secs());
        ApiError::new(ErrorCode::Unavailable, told).advise("ask for less, or try again later")
    })
}

/// A client may choose the id of its request, but not write into the log with it.
fn with_plain_id(mut request: Request) -> Request {
    let mut given = request.headers().get_all(&REQUEST_ID).iter();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    let plain = match (given.next(), given.next()) {
        (Some(id), None) => (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(is_plain),
        _ => false,
    };
    if !plain {
        request.headers_mut().remove(&REQUEST_ID);
    }
    request
}

/// Counts a request and logs it, without its query, which may name what is nobody's business.
async fn told(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok().map(str::to_owned));
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    app.metrics.answered(method.as_str(), matched.as_deref().unwrap_or("other"), status, took);
    let path: String = path.chars().take(200).collect();
    let method: String = method.as_str().chars().take(20).collect();
    let id = id.unwrap_or_default();
    // Quoted: an address may hold what steers a terminal.
    tracing::info!(request = id, method, ?path, status, ms = took.as_millis(), "answered");
    response
}
