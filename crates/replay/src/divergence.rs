//! A root divergence, told when it is found.

use crate::engine::{Engine, RequestRecord};
use crate::report::FieldDifference;
use serde::Serialize;
use smb2::NtStatus;
use store::runs::Verdict;

/// An operation whose live answer differs from the captured one, and no earlier divergence explains it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Divergence {
    /// Name of its session file; none for a request of no session.
    pub session_file: Option<String>,
    /// Its number in the trace.
    pub op: Option<u32>,
    /// Frame that completes the captured request.
    pub frame: Option<u64>,
    /// `status`, `body` or `no_response`.
    pub verdict: &'static str,
    /// Command, or `unknown`.
    pub command: String,
    /// Path, relative to the share.
    pub path: Option<String>,
    /// Name of the captured status.
    pub captured_status: String,
    /// Name of the live status, or `no response`.
    pub live_status: String,
    /// Names of the fields that differ, where the statuses do not; sorted.
    pub fields: Vec<String>,
    /// The first ten differences.
    pub differences: Vec<FieldDifference>,
}

impl Divergence {
    /// What a record tells, if it is a root divergence.
    pub(crate) fn root(engine: &Engine, record: &RequestRecord) -> Option<Self> {
        if !record.verdict.is_diverged() || record.cause.is_some() {
            return None;
        }
        let request = engine.plan().planned(record.request)?;
        let row = engine.plan().trace.rows.get(request.row()).filter(|row| !row.stand_in());
        let status = |status: Option<NtStatus>| status.map_or_else(|| "no response".to_owned(), |s| s.to_string());
        Some(Self {
            session_file: row.map(|row| row.file().to_string()),
            op: row.map(|row| row.op()),
            frame: row.and_then(|row| row.request_frame()),
            verdict: record.verdict.name(),
            command: request.command().map_or_else(|| "unknown".to_owned(), |command| command.to_string()),
            path: row.and_then(|row| row.path()).map(str::to_owned),
            captured_status: status(request.captured_status()),
            live_status: status(record.live_status),
            fields: fields(record),
            differences: differences(record),
        })
    }
}

/// The fields that make a group of divergences: what differs where the statuses do not.
fn fields(record: &RequestRecord) -> Vec<String> {
    if record.verdict != Verdict::Body {
        return Vec::new();
    }
    let mut fields: Vec<String> = record.differences.iter().map(|difference| difference.field.clone()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The differences of an operation as a report shows them.
fn differences(record: &RequestRecord) -> Vec<FieldDifference> {
    const MOST_SHOWN: usize = 10;
    let shown = record.differences.iter().take(MOST_SHOWN).cloned();
    let shown = shown.map(|found| FieldDifference { field: found.field, captured: found.captured, live: found.live });
    shown.collect()
}
