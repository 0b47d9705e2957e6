//! Answering with one JSON document, which may be large.

use crate::app::App;
use crate::error::ApiError;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::atomic::AtomicBool;

/// Answers with the document that `write` writes when it is its turn. The thread that reads writes it down, too, so that nobody else
/// waits for that; until it is sent it counts as [held](crate::readers::Readers::hold).
///
/// # Errors
/// Those of `write`; [`ErrorCode::Unavailable`](crate::ErrorCode::Unavailable) when too much is held.
pub(crate) async fn document(
    app: &App,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    watched(app, |out, _| write(out)).await
}

/// The same for what takes long to find: `write` is told by its flag when nobody waits for it any more.
///
/// # Errors
/// Those of [`document`].
pub(crate) async fn watched(
    app: &App,
    write: impl FnOnce(&mut Vec<u8>, &AtomicBool) -> Result<(), ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let written = app.readers.read_watched(move |gone| {
        let mut bytes = Vec::new();
        write(&mut bytes, gone)?;
        shared.readers.hold(bytes)
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], written.await?).into_response())
}
