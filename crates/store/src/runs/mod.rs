//! Recorded replays: `replays/<run>/operations.parquet` and `report.json`.

mod background;
mod chosen;
mod columns;
mod folder;
mod recording;

pub use background::BackgroundRecording;
pub use chosen::OfVerdicts;
pub use columns::RUN_COLUMNS;
pub use folder::{Run, RunError, list};
pub use recording::{RunFile, RunRows, RunWriter};

use bytes::Bytes;
use capture::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// What comparing the live response with the captured one says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// Nothing differs, or there was no answer in either.
    Match,
    /// The NTSTATUS differs, or a close came where an answer was captured, or the reverse.
    Status,
    /// A compared field differs.
    Body,
    /// Sent, but not answered in time.
    NoResponse,
    /// Never sent.
    Skipped,
    /// Sent; its answer cannot be compared.
    NotCompared,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 6] =
        [Self::Match, Self::Status, Self::Body, Self::NoResponse, Self::Skipped, Self::NotCompared];

    /// The word stored in the `verdict` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Status => "status",
            Self::Body => "body",
            Self::NoResponse => "no_response",
            Self::Skipped => "skipped",
            Self::NotCompared => "not_compared",
        }
    }

    /// Whether the live server answered differently, or not at all.
    pub fn is_diverged(self) -> bool {
        matches!(self, Self::Status | Self::Body | Self::NoResponse)
    }

    /// The inverse of [`Verdict::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// A byte range of a request that was sent with other bytes than captured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Patch {
    /// Offset of the first byte in the live request, which starts with the SMB2 header.
    pub offset: u32,
    /// Number of bytes in the live request.
    pub length: u32,
    /// Number of bytes that they replace in the captured request.
    pub captured_length: u32,
    /// Which field: `MessageId`, `SessionId`, `Signature`, …
    pub what: Cow<'static, str>,
}

/// A compared field whose captured and live values differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Name of the field.
    pub field: String,
    /// As captured.
    pub captured: String,
    /// As answered by the live server.
    pub live: String,
}

/// A planned operation and what became of it: a row of `operations.parquet`.
/// Times are nanoseconds since 1970 UTC by the clock of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunRow {
    /// File name of the session the operation is from.
    pub session_file: Option<Arc<str>>,
    /// Its `op` in that file.
    pub op: Option<u32>,
    /// Its captured connection.
    pub connection: Option<u32>,
    /// Number of the live connection it went out on.
    pub live_connection: Option<u32>,
    /// 0-based number of the clone.
    pub clone: u32,
    /// What became of it.
    pub verdict: Verdict,
    /// `op` of the operation that explains the verdict.
    pub cause_op: Option<u32>,
    /// Words: `orphan`, `pattern_payload`, `inferred`, …
    pub marks: Vec<Cow<'static, str>>,
    /// When it was due.
    pub due_time: Option<Timestamp>,
    /// When it was sent.
    pub sent_time: Option<Timestamp>,
    /// When the final response had arrived.
    pub response_time: Option<Timestamp>,
    /// `sent_time` minus `due_time`, nanoseconds.
    pub lag_ns: Option<u64>,
    /// The part of `lag_ns` that is not because the live server answered later than the captured one. Since 1.4.
    pub own_lag_ns: Option<u64>,
    /// NTSTATUS of the live response.
    pub live_status: Option<u32>,
    /// The request as sent: from the SMB2 header on, before encryption.
    pub live_request: Option<Bytes>,
    /// How many bytes at its end are left out, because they are the last ones of the captured request in `session_file`.
    pub live_request_left: Option<u32>,
    /// The final response, decrypted.
    pub live_response: Option<Bytes>,
    /// How many bytes at its end are left out, because they are the last ones of the captured response in `session_file`.
    pub live_response_left: Option<u32>,
    /// What was changed in the captured request.
    pub patches: Vec<Patch>,
    /// What differs in the response.
    pub differences: Vec<Difference>,
    /// One phrase for people.
    pub detail: Option<String>,
}

/// The mark of a row that something explains which has no `op`: what was opened before the capture began, for example.
pub const EXPLAINED: &str = "explained";

impl RunRow {
    /// Whether something else explains the verdict.
    pub fn is_explained(&self) -> bool {
        self.cause_op.is_some() || self.marks.iter().any(|mark| mark == EXPLAINED)
    }

    /// A row with `verdict` and nothing else known.
    pub fn new(verdict: Verdict) -> Self {
        Self {
            session_file: None,
            op: None,
            connection: None,
            live_connection: None,
            clone: 0,
            verdict,
            cause_op: None,
            marks: Vec::new(),
            due_time: None,
            sent_time: None,
            response_time: None,
            lag_ns: None,
            own_lag_ns: None,
            live_status: None,
            live_request: None,
            live_request_left: None,
            live_response: None,
            live_response_left: None,
            patches: Vec::new(),
            differences: Vec::new(),
            detail: None,
        }
    }
}

#[cfg(test)]
mod tests;
