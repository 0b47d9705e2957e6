//! `POST /api/traces`: a capture is uploaded.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{MediaType, Query};
use crate::upload::{Destination, Incoming};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::Layout;
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

/// Media types of captures.
const TAKEN: [&str; 2] = ["application/octet-stream", "application/vnd.tcpdump.pcap"];
/// Bytes that are written at once.
const BLOCK: usize = 1 << 20;
/// Bytes that have to come within [`Limits::idle`](crate::Limits::idle): one now and then keeps no upload alive.
const LEAST: usize = 16 << 10;

/// What the capture is to be called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// File name in the folder of the case: one component of a path, at most 200 bytes, not beginning with a dot.
    #[param(min_length = 1, max_length = 200)]
    name: String,
    /// The case, by default the configured one; a new one is made.
    case_id: Option<String>,
}

/// A capture that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Uploaded {
    /// Its path.
    path: String,
    /// Its file name.
    name: String,
    /// The case that it lies in.
    case_id: String,
    /// Bytes.
    size: u64,
}

/// Uploads a capture. It is there once it is complete, and replaces nothing. What does not begin as a capture does is refused.
#[utoipa::path(post, path = "/api/traces", operation_id = "uploadTrace", tag = "traces", params(Named),
    request_body(description = "The capture: pcap or pcapng, plain or in gzip or zstd",
        content((Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/vnd.tcpdump.pcap"))),
    responses((status = CREATED, description = "It is there", body = Uploaded,
        headers(("Location" = String, description = "Where the traces of its case are listed, and where it can be deleted")))))]
pub(crate) async fn upload(
    State(app): State<App>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, ApiError> {
    if !MediaType::of(&headers).is_some_and(|given| TAKEN.iter().any(|taken| given.is(taken))) {
        let error = ApiError::new(ErrorCode::UnsupportedMediaType, "the body has to be the capture itself");
        return Err(error.advise(format!("send it as {}", TAKEN.join(" or "))));
    }
    let limit = app.settings.limits.upload;
    if declared(&headers).is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let _turn = app.uploads.turn()?;
    let config = app.config()?;
    let layout = Layout::new(&config);
    let Named { name, case_id } = named;
    let destination = {
        let name = name.clone();
        app.readers.read(move || Destination::find(&config, case_id.as_deref(), &name)).await?
    };
    // Of two uploads of one name the second is refused at once, and not when it is complete.
    let _claim = app.claims.alone(&destination.path())?;
    let incoming = blocking(move || Incoming::begin(destination)).await?;
    let incoming = received(incoming, body, limit, app.settings.limits.idle).await?;
    let naming = app.uploads.naming();
    let published = blocking(move || incoming.publish(&naming)).await?;
    app.metrics.uploaded(published.size);
    let place = layout.place(&published.path).map_err(ApiError::internal)?;
    let path = place.trace.display().to_string();
    let case_id = place.case_id.unwrap_or_default();
    let location = format!("/api/traces?case_id={}&capture_path={}", escaped(&case_id), escaped(&path));
    let uploaded = Uploaded { path, name, case_id, size: published.size };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(uploaded)))
}

/// Writes the body to its end. No thread waits for a client.
async fn received(mut incoming: Incoming, body: Body, limit: u64, idle: Duration) -> Result<Incoming, ApiError> {
    let mut body = body.into_data_stream();
    let mut block = Vec::with_capacity(BLOCK);
    let (mut deadline, mut since) = (deadline(idle), 0_usize);
    loop {
        let next = timeout_at(deadline, body.next()).await.map_err(|_| {
            let told = format!("less than {LEAST} bytes came in {} s", idle.as_secs());
            ApiError::new(ErrorCode::TooSlow, told).advise("nothing is kept; send it again")
        })?;
        let piece = match next {
            Some(Ok(piece)) => Some(piece),
            // Nobody may be there to read this.
            Some(Err(_)) => return Err(ApiError::new(ErrorCode::BadRequest, "the body broke off")),
            None => None,
        };
        if let Some(piece) = &piece {
            since = since.saturating_add(piece.len());
            block.extend_from_slice(piece);
            let pending = u64::try_from(block.len()).unwrap_or(u64::MAX);
            if incoming.size().saturating_add(pending) > limit {
                return Err(too_large(limit));
            }
        }
        if block.len() >= BLOCK || (piece.is_none() && !block.is_empty()) || (incoming.size() == 0 && block.len() >= 4)
        {
            (incoming, block) = blocking(move || {
                incoming.write(&block)?;
                block.clear();
                Ok((incoming, block))
            })
            .await?;
        }
        if piece.is_none() {
            return Ok(incoming);
        }
        if since >= LEAST {
            (deadline, since) = (self::deadline(idle), 0);
        }
    }
}

fn deadline(idle: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(idle).unwrap_or(now)
}

/// Does what waits for the disk on another thread. When the request ends before, the file is dropped there.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: u64) -> ApiError {
    let told = format!("the capture is larger than {limit} bytes");
    ApiError::new(ErrorCode::TooLarge, told).advise("the server is started with --max-upload")
}

/// As it is written in the query of an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
