//! Bodies and parameters of requests; what cannot be read is answered as every other error is.

use crate::error::{ApiError, ErrorCode};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

/// Parameters behind `?`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

/// Parts of the address.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = <axum::Json<T> as FromRequest<S>>::from_request(request, state).await;
        read.map(|axum::Json(value)| Self(value)).map_err(|rejection| refused_json(&rejection))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        let read = <axum::Json<T> as OptionalFromRequest<S>>::from_request(request, state).await;
        read.map(|value| value.map(|axum::Json(value)| Self(value))).map_err(|rejection| refused_json(&rejection))
    }
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

/// The message without what it quotes of the body: `invalid type: string "…", expected u16`.
fn without_values(message: &str) -> String {
    let mut parts = message.split('"');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    while let Some(_quoted) = parts.next() {
        shown.push_str("\"…\"");
        shown.push_str(parts.next().unwrap_or_default());
    }
    shown
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
