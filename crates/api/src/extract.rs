//! Bodies and parameters of requests; what cannot be read is answered as every other error is.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::future::Future;

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

/// Parameters behind `?`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

/// Parts of the address.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let read = in_time(app, <axum::Json<T> as FromRequest<App>>::from_request(request, app)).await?;
        read.map(|axum::Json(value)| Self(value)).map_err(|rejection| refused_json(&rejection))
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Option<Self>, ApiError> {
        let read = in_time(app, <axum::Json<T> as OptionalFromRequest<App>>::from_request(request, app)).await?;
        read.map(|value| value.map(|axum::Json(value)| Self(value))).map_err(|rejection| refused_json(&rejection))
    }
}

/// A body that comes byte by byte, or never ends, is not waited for.
async fn in_time<T>(app: &App, read: impl Future<Output = T>) -> Result<T, ApiError> {
    let limit = app.settings.limits.body_time;
    tokio::time::timeout(limit, read)
        .await
        .map_err(|_| ApiError::new(ErrorCode::TooSlow, format!("the body did not come within {} s", limit.as_secs())))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection: QueryRejection| {
            ApiError::new(ErrorCode::BadRequest, rejection.body_text()).advise("see /openapi.json")
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection: PathRejection| ApiError::new(ErrorCode::BadRequest, rejection.body_text()))
    }
}

fn refused_json(rejection: &JsonRejection) -> ApiError {
    let code = match rejection {
        JsonRejection::JsonDataError(_) => ErrorCode::InvalidValue,
        JsonRejection::MissingJsonContentType(_) => ErrorCode::UnsupportedMediaType,
        JsonRejection::BytesRejection(_) if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
            ErrorCode::TooLarge
        }
        _ => ErrorCode::BadRequest,
    };
    // What was sent may hold a password: only where and what, not which value.
    ApiError::new(code, without_values(&rejection.body_text())).advise("see /openapi.json")
}

/// What serde puts before a value that it shows.
const SHOWN: [&str; 6] = ["boolean", "integer", "floating point", "character", "unknown variant", "unknown field"];

/// The message without what it quotes of the body: `invalid type: string "…", expected u16`, "invalid type: integer `…`".
fn without_values(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message.chars();
    while let Some(letter) = rest.next() {
        let is_value = letter == '"' || (letter == '`' && SHOWN.iter().any(|word| shown.trim_end().ends_with(word)));
        shown.push(letter);
        if is_value {
            // Up to the quote that ends it; one within it is escaped.
            while let Some(inner) = rest.next() {
                match inner {
                    '\\' if letter == '"' => drop(rest.next()),
                    _ if inner == letter => break,
                    _ => {}
                }
            }
            shown.push('…');
            shown.push(letter);
        }
    }
    shown
}

/// The type of a body, without its parameters.
#[derive(Debug)]
pub(crate) struct MediaType<'a>(&'a str);

impl<'a> MediaType<'a> {
    /// What `Content-Type` says, if it is there once.
    pub(crate) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(header::CONTENT_TYPE).iter();
        let (only, None) = (given.next()?.to_str().ok()?, given.next()) else { return None };
        Some(Self(only.split(';').next().unwrap_or_default().trim()))
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_repeated() {
        let message = "Failed: port: invalid type: string \"secret\", expected u16 at line 1";
        assert_eq!(without_values(message), "Failed: port: invalid type: string \"…\", expected u16 at line 1");
        assert_eq!(without_values("a \"b\" c \"d\\\""), "a \"…\" c \"…\"");
    }
}
