//! Answering with one JSON document, which may be large.

use crate::app::App;
use crate::error::ApiError;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Answers with the document that `write` writes when it is its turn. The thread that reads writes it down, too, so that nobody else
/// waits for that; until it is sent it counts as [held](crate::readers::Readers::hold).
///
/// # Errors
/// Those of `write`; [`ErrorCode::Unavailable`](crate::ErrorCode::Unavailable) when too much is held.
pub(crate) async fn document(
    app: &App,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let written = app.readers.read(move || {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        shared.readers.hold(bytes)
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], written.await?).into_response())
}
