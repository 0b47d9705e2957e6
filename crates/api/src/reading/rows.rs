//! Answering with rows: all of them as a stream, or a page.

use super::streamed::streamed;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::io::Write;

/// Rows of a page.
const MOST: u64 = 10_000;
/// The header with the number of rows that match.
const TOTAL: &str = "x-total";
/// The header with the cursor of the next page.
const NEXT: &str = "x-next-cursor";

/// Rows that are ready to be written.
pub(crate) struct Rows {
    /// Whether they are a page, whose rows are bounded.
    pub(crate) is_page: bool,
    /// What they are written as.
    pub(crate) media_type: &'static str,
    /// How many match.
    pub(crate) total: u64,
    /// Cursor of the next page.
    pub(crate) next: Option<String>,
    /// Writes them.
    pub(crate) write: WriteRows,
}

/// Writes a body.
pub(crate) type WriteRows = Box<dyn FnOnce(&mut (dyn Write + Send)) -> Result<(), ApiError> + Send>;

/// The rows of a page that `limit` asks for; all without one.
///
/// # Errors
/// [`ErrorCode::InvalidValue`].
pub(crate) fn limit(limit: Option<u64>) -> Result<Option<u64>, ApiError> {
    match limit {
        Some(rows) if !(1..=MOST).contains(&rows) => {
            Err(ApiError::new(ErrorCode::InvalidValue, format!("limit is a number from 1 to {MOST}")))
        }
        limit => Ok(limit),
    }
}

/// Answers with the rows that `prepare` finds: a page when it is its turn, all of them as a stream.
///
/// # Errors
/// Those of `prepare`; [`ErrorCode::Unavailable`] when too much is being sent.
pub(crate) async fn answer(
    app: &App,
    prepare: impl FnOnce() -> Result<Rows, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let (Rows { media_type, total, next, write, .. }, page) = app
        .readers
        .read(move || {
            let mut rows = prepare()?;
            if !rows.is_page {
                return Ok((rows, None));
            }
            let mut page = Vec::new();
            (std::mem::replace(&mut rows.write, Box::new(|_| Ok(()))))(&mut page)?;
            Ok((rows, Some(shared.readers.hold(page)?)))
        })
        .await?;
    let body = match page {
        Some(page) => page,
        None => streamed(app.readers.stream()?, move |out| write(out)).await?,
    };
    let mut response = ([(header::CONTENT_TYPE, media_type)], body).into_response();
    response.headers_mut().insert(TOTAL, total.into());
    if let Some(next) = next.and_then(|next| HeaderValue::try_from(next).ok()) {
        response.headers_mut().insert(NEXT, next);
    }
    Ok(response)
}
