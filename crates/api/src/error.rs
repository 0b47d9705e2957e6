//! What is answered when a request is not carried out: `{error, code, detail}` with the status that fits.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::io;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $code:ident $status:ident;)*) => {
        /// Why a request was not carried out. Clients may rely on the names.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[doc = $meaning])+ $code,)*
        }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The status that it is answered with.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$code => StatusCode::$status,)*
                }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$code => concat!($($meaning),+),)*
                }
            }
        }
    };
}

codes! {
    /// The request cannot be read: its JSON, a parameter, a header.
    BadRequest BAD_REQUEST;
    /// A path has a form that no path in the traces folder has.
    BadPath BAD_REQUEST;
    /// `X-API-Key` is missing or wrong.
    Unauthorized UNAUTHORIZED;
    /// The path leads out of the traces folder, or into what belongs to the server.
    OutsideTracesFolder FORBIDDEN;
    /// The web page or host name that the request came by may not use the server.
    ForbiddenOrigin FORBIDDEN;
    /// The setting cannot be changed over HTTP, or the traces folder cannot be changed at all.
    ReadOnly FORBIDDEN;
    /// The stored password is not sent to a server that a request names: the request has to bring one.
    PasswordRequired FORBIDDEN;
    /// There is no such address.
    NotFound NOT_FOUND;
    /// There is no such case.
    CaseNotFound NOT_FOUND;
    /// There is no such capture.
    TraceNotFound NOT_FOUND;
    /// The capture was not ingested yet.
    NotIngested NOT_FOUND;
    /// The trace has no such session.
    SessionNotFound NOT_FOUND;
    /// The session has no such operation.
    OperationNotFound NOT_FOUND;
    /// There is no such replay.
    RunNotFound NOT_FOUND;
    /// There is no such job.
    JobNotFound NOT_FOUND;
    /// There is no setting of this name.
    UnknownKey NOT_FOUND;
    /// The address does not take this method.
    MethodNotAllowed METHOD_NOT_ALLOWED;
    /// None of the forms in `Accept` is there.
    NotAcceptable NOT_ACCEPTABLE;
    /// The client was too slow.
    TooSlow REQUEST_TIMEOUT;
    /// It is there already, is in use, or is not in the state that this needs.
    Conflict CONFLICT;
    /// The body is larger than the server takes.
    TooLarge PAYLOAD_TOO_LARGE;
    /// The body is not of a media type that is taken here.
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE;
    /// A value is outside its range, or does not fit the others.
    InvalidValue UNPROCESSABLE_ENTITY;
    /// The filter expression is wrong; `detail` points at the place.
    InvalidFilter UNPROCESSABLE_ENTITY;
    /// The file is no capture that can be read.
    NotACapture UNPROCESSABLE_ENTITY;
    /// The sessions cannot be replayed, or not as the request says.
    NotReplayable UNPROCESSABLE_ENTITY;
    /// The lab server, its account or its share cannot be used.
    TargetUnusable UNPROCESSABLE_ENTITY;
    /// The job was cancelled.
    Cancelled CONFLICT;
    /// Too many jobs are waiting.
    TooManyJobs TOO_MANY_REQUESTS;
    /// Something on the server's side failed; its log says more.
    Internal INTERNAL_SERVER_ERROR;
    /// There is no room left where it has to be written.
    NoRoom INSUFFICIENT_STORAGE;
    /// The server is being stopped, or had no time for this.
    Unavailable SERVICE_UNAVAILABLE;
}

/// The body of an answer to a request that was not carried out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[schema(as = Error)]
#[error("{error}")]
pub struct ApiError {
    /// What is wrong, one line.
    pub error: String,
    /// The kind of it.
    pub code: ErrorCode,
    /// What to do about it, or where the fault is.
    #[schema(required)]
    pub detail: Option<String>,
}

impl ApiError {
    /// An error of this kind.
    pub(crate) fn new(code: ErrorCode, error: impl std::fmt::Display) -> Self {
        Self { error: error.to_string(), code, detail: None }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub(crate) fn advise(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// What only the log tells in full: clients learn that something failed.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!("{cause}");
        Self::new(ErrorCode::Internal, "something failed on the server").advise("the server's log says more")
    }

    /// What the system says of a change in the traces folder, which servers are given that may only read it.
    pub(crate) fn of_traces_folder(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                tracing::warn!("the traces folder cannot be changed: {error}");
                let told = Self::new(ErrorCode::ReadOnly, "the server may not change anything in the traces folder");
                told.advise("change it where the server runs, or give the server a folder that it may write to")
            }
            _ => Self::internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.code.status(), axum::Json(self)).into_response()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn codes_are_named_in_snake_case_and_errors_have_the_three_members() {
        let error = ApiError::new(ErrorCode::OutsideTracesFolder, "no").advise("stay inside");
        let json = serde_json::to_value(&error).unwrap();
        let expected = serde_json::json!({ "error": "no", "code": "outside_traces_folder", "detail": "stay inside" });
        assert_eq!(json, expected);
        assert!(ErrorCode::ALL.iter().all(|code| code.status().is_client_error() || code.status().is_server_error()));
    }
}
