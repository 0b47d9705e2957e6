//! The web page at `/`: the files that Vite made of `web/`, as they were when the program was built.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::Path;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// What was built; nothing without Node.js.
#[derive(RustEmbed)]
#[folder = "assets/page"]
#[allow_missing = true]
struct Built;

/// Shown where nothing was built.
const MISSING: &str = include_str!("../assets/site/missing.html");
/// The page loads its own files and asks its own server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether a path is one of the page's: it holds nothing secret, and a browser that opens it cannot send a key.
pub(crate) fn is_part(path: &str) -> bool {
    path == "/" || path.starts_with("/assets/")
}

/// What the page is served from.
pub(crate) fn site() -> Router<App> {
    Router::new()
        .route("/", get(page))
        .route("/assets/{name}", get(asset))
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
}

async fn page(headers: HeaderMap) -> Response {
    match Built::get("index.html") {
        Some(file) => served(file, &headers, "no-cache"),
        None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING).into_response(),
    }
}

/// Its name has a digest of what is in it.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let file = Built::get(&format!("assets/{name}"));
    let file = file.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "the page has no such file"))?;
    Ok(served(file, &headers, "public, max-age=31536000, immutable"))
}

fn served(file: EmbeddedFile, headers: &HeaderMap, caching: &'static str) -> Response {
    let digest: String = file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{digest}\"");
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| known.as_bytes() == tag.as_bytes());
    let media_type = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let head = [(header::ETAG, tag), (header::CACHE_CONTROL, caching.to_owned()), (header::CONTENT_TYPE, media_type)];
    match known {
        true => (StatusCode::NOT_MODIFIED, head).into_response(),
        // Embedded files are borrowed for ever.
        false => match file.data {
            Cow::Borrowed(bytes) => (head, bytes).into_response(),
            Cow::Owned(bytes) => (head, bytes).into_response(),
        },
    }
}
