//! Bodies and parameters of requests; what cannot be read is answered as every other error is.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
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
        if !MediaType::of(request.headers()).is_some_and(|given| given.is_json()) {
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType, "the body has to be JSON")
                .advise("send it as application/json"));
        }
        let bytes = in_time(app, Bytes::from_request(request, app)).await?.map_err(|rejection| {
            match rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                true => ApiError::new(ErrorCode::TooLarge, "the body is too large"),
                false => ApiError::new(ErrorCode::BadRequest, "the body cannot be read"),
            }
        })?;
        let read = axum::Json::<T>::from_bytes(&bytes).map_err(|rejection| refused_json(&rejection))?;
        // serde takes the members of an object from an array as well, by their place.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(ApiError::new(ErrorCode::InvalidValue, "the body has to be an object"));
        }
        Ok(Self(read.0))
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Option<Self>, ApiError> {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<App>>::from_request(request, app).await.map(Some)
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
        _ => ErrorCode::BadRequest,
    };
    // What was sent may hold a password: only where and what, not which value.
    ApiError::new(code, without_values(&rejection.body_text())).advise("see /openapi.json")
}

/// What serde puts before a value that it shows.
const SHOWN: [&str; 6] = ["boolean", "integer", "floating point", "character", "unknown variant", "unknown field"];

/// The message without what it shows of the body: `invalid type: string "…", expected u16`, "invalid type: integer `…`".
fn without_values(message: &str) -> String {
    // Before this stands the path to the field, which is its name.
    let message = message.find("unknown field `").and_then(|at| message.get(at..)).unwrap_or(message);
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

    /// Whether it is JSON, or something that is written in it.
    fn is_json(&self) -> bool {
        let name = self.0.to_ascii_lowercase();
        name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"))
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
        for (message, shown) in [
            (r#"a "b" c "d\"e" f"#, r#"a "…" c "…" f"#),
            (r#"string "se\\" , "x"#, r#"string "…" , "…""#),
            ("password: invalid type: integer `12345`, expected", "password: invalid type: integer `…`, expected"),
            ("unknown variant `secret`, expected `a` or `b`", "unknown variant `…`, expected `a` or `b`"),
            ("Failed: a.secret: unknown field `secret`, there are none", "unknown field `…`, there are none"),
            ("missing field `path`", "missing field `path`"),
            ("expected `,` or `}` at line 1", "expected `,` or `}` at line 1"),
        ] {
            assert_eq!(without_values(message), shown);
        }
    }
}
