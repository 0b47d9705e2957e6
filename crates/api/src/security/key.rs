//! The API key.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::site;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt;
use subtle::ConstantTimeEq;

/// The header that carries it.
const HEADER: &str = "x-api-key";
/// Fewest characters of a key.
const LEAST: usize = 8;

/// What requests have to bring in `X-API-Key`. It is never shown.
#[derive(Clone)]
pub struct ApiKey(String);

/// Why a text is no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// It is short.
    #[error("an API key has at least {LEAST} characters")]
    Short,
    /// No header can carry it.
    #[error("an API key consists of visible ASCII characters")]
    Characters,
    /// There are no random numbers to make one of.
    #[error("the system gives no random numbers")]
    Random,
}

impl ApiKey {
    /// A key that the user chose.
    ///
    /// # Errors
    /// [`KeyError::Short`], [`KeyError::Characters`].
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        if text.chars().any(|character| !character.is_ascii_graphic()) {
            return Err(KeyError::Characters);
        }
        if text.len() < LEAST { Err(KeyError::Short) } else { Ok(Self(text)) }
    }

    /// A key of 128 random bits.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::Random)?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }

    /// The key itself, to be told to the user once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is this one; how long that takes does not tell how much of it is right.
    fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

/// What is answered without the key: `/health` tells whether the server is there, and the description of the API is the same
/// everywhere. A browser that opens a page cannot send the key.
fn is_open(path: &str) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    matches!(path, "/health" | "/openapi.json") || below("/docs") || below("/redoc") || site::is_part(path)
}

/// Refuses requests without the key, where there is one.
pub(crate) async fn require_key(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(key) = &app.settings.key else { return Ok(next.run(request).await) };
    // What a browser asks before it sends a request is answered before this.
    let is_open = is_open(request.uri().path());
    let given = request.headers().get(HEADER);
    match given {
        _ if is_open => {}
        Some(given) if key.is(given.as_bytes()) => {}
        Some(_) => return Err(ApiError::new(ErrorCode::Unauthorized, "the API key is wrong")),
        None => {
            let error = ApiError::new(ErrorCode::Unauthorized, "an API key is needed");
            return Err(error.advise("send it in the header X-API-Key"));
        }
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_key_is_told_from_any_other_and_never_shown() {
        let key = ApiKey::new("abcdefgh").unwrap();
        assert!(key.is(b"abcdefgh"));
        for other in ["", "abcdefg", "abcdefghi", "abcdefgH"] {
            assert!(!key.is(other.as_bytes()), "{other}");
        }
        assert_eq!(format!("{key:?}"), "ApiKey(***)");
        assert_ne!(ApiKey::random().unwrap().reveal(), ApiKey::random().unwrap().reveal());
    }

    #[test]
    fn what_no_header_carries_is_no_key() {
        assert_eq!(ApiKey::new("short").unwrap_err(), KeyError::Short);
        assert_eq!(ApiKey::new("with a blank").unwrap_err(), KeyError::Characters);
        assert_eq!(ApiKey::new("line\nline").unwrap_err(), KeyError::Characters);
    }
}
