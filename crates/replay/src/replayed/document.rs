//! A row of a run beside what it replayed, for programs.

use super::ReplayedOperation;
use crate::report::FieldDifference;
use schemars::JsonSchema;
use serde::Serialize;
use store::Columns;
use store::layout::parse_session_file_name;
use store::metadata::{HexId, HexStatus, Time};
use store::schema::status_name;

/// The columns of captured operations that it is made of.
pub const NEEDED: Columns = Columns::Only(&[
    "command",
    "status",
    "share",
    "path",
    "request_frame",
    "response_frame",
    "request_time",
    "response_time",
    "latency_ns",
]);

/// A row of a run beside what it replayed. Live times are by the clock of the machine that replayed.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ReplayedRow {
    /// Its place among all rows of the run, 0-based.
    pub row: u64,
    /// Number of the captured operation; null for a request that the replay sent of its own accord (mark `extra`).
    pub op: Option<u32>,
    /// Id of its session.
    pub session_id: Option<HexId>,
    /// File of its session.
    pub session_file: Option<String>,
    /// 0-based number of the clone.
    pub clone: u32,
    /// Its captured connection.
    pub connection: Option<u32>,
    /// The live connection it went out on.
    pub live_connection: Option<u32>,
    /// Command.
    pub command: Option<String>,
    /// Share, as captured.
    pub share: Option<String>,
    /// Path, as captured.
    pub path: Option<String>,
    /// Frame of the captured request.
    pub request_frame: Option<u64>,
    /// Frame of the captured final response.
    pub response_frame: Option<u64>,
    /// Captured final status.
    pub captured_status: Option<HexStatus>,
    /// Its name.
    pub captured_status_name: Option<String>,
    /// Status of the live answer.
    pub live_status: Option<HexStatus>,
    /// Its name.
    pub live_status_name: Option<String>,
    /// `match`, `status`, `body`, `no_response`, `skipped` or `not_compared`.
    #[schemars(extend("enum" = ["match", "status", "body", "no_response", "skipped", "not_compared"]))]
    pub verdict: &'static str,
    /// Number of the operation that explains the verdict.
    pub cause_op: Option<u32>,
    /// Whether something else explains the verdict, whether it has a number or not.
    pub explained: bool,
    /// When the captured request was complete.
    pub request_time: Option<Time>,
    /// When the captured final response was.
    pub response_time: Option<Time>,
    /// When the live request was due.
    pub due_time: Option<Time>,
    /// When it was sent.
    pub sent_time: Option<Time>,
    /// When the live final response had arrived.
    pub live_response_time: Option<Time>,
    /// How late it was sent, nanoseconds.
    pub lag_ns: Option<u64>,
    /// Captured time from request to final response, nanoseconds.
    pub latency_ns: Option<u64>,
    /// The same of the live ones.
    pub live_latency_ns: Option<u64>,
    /// Compared fields whose values differ.
    pub differences: Vec<FieldDifference>,
    /// What is special about it: `orphan`, `inferred`, `extra` and the like.
    pub marks: Vec<String>,
    /// One phrase for people.
    pub detail: Option<String>,
}

impl ReplayedRow {
    /// The row, read with [`NEEDED`].
    pub fn of(row: &ReplayedOperation) -> Self {
        let (live, captured) = (&row.live, row.captured.as_ref());
        let id = live.session_file.as_deref().and_then(parse_session_file_name).map(|(id, _)| HexId(id));
        let took = live.sent_time.zip(live.response_time).and_then(|(sent, end)| end.0.checked_sub(sent.0));
        let captured_status = captured.and_then(|captured| captured.status);
        Self {
            row: row.row,
            op: live.op,
            session_id: id,
            session_file: live.session_file.as_deref().map(str::to_owned),
            clone: live.clone,
            connection: live.connection,
            live_connection: live.live_connection,
            command: captured.and_then(|captured| captured.command).map(|command| command.to_string()),
            share: captured.and_then(|captured| captured.share.as_deref()).map(str::to_owned),
            path: captured.and_then(|captured| captured.path.as_deref()).map(str::to_owned),
            request_frame: captured.and_then(|captured| captured.request_frame),
            response_frame: captured.and_then(|captured| captured.response_frame),
            captured_status: captured_status.map(HexStatus),
            captured_status_name: captured_status.map(status_name),
            live_status: live.live_status.map(HexStatus),
            live_status_name: live.live_status.map(status_name),
            verdict: live.verdict.name(),
            cause_op: live.cause_op,
            explained: live.is_explained(),
            request_time: captured.and_then(|captured| captured.request_time).map(Time),
            response_time: captured.and_then(|captured| captured.response_time).map(Time),
            due_time: live.due_time.map(Time),
            sent_time: live.sent_time.map(Time),
            live_response_time: live.response_time.map(Time),
            lag_ns: live.lag_ns,
            latency_ns: captured.and_then(|captured| captured.latency_ns),
            live_latency_ns: took.and_then(|took| u64::try_from(took).ok()),
            differences: live.differences.iter().map(FieldDifference::from).collect(),
            marks: live.marks.iter().map(|mark| mark.clone().into_owned()).collect(),
            detail: live.detail.clone(),
        }
    }
}
