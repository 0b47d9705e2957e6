//! Runs of a trace as programs are told of them.

use super::{Report, ReportTarget};
use schemars::JsonSchema;
use serde::Serialize;
use store::runs::Run;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It came to its end.
    Complete,
    /// It was interrupted; what was done until then is recorded.
    Interrupted,
    /// It has no report: it still goes on, or its program was ended.
    Unfinished,
}

/// A run. What only its report tells is null without one.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ListedRun {
    /// Its name: that of its folder.
    pub run: String,
    /// Its folder.
    pub path: String,
    /// How it ended.
    pub state: RunState,
    /// Whether it has a report.
    pub complete: bool,
    /// Number of its shard, from 0, if it was of one.
    pub shard: Option<u32>,
    /// How many shards there were; of a merged run, how many there should be.
    pub shard_count: Option<u32>,
    /// Shards of which a merged run lacks the run: it does not tell of all.
    pub missing_shards: Option<Vec<u32>>,
    /// Ids of the sessions.
    pub sessions: Option<Vec<String>>,
    /// Server, port, user, share.
    pub target: Option<ReportTarget>,
    /// Operations planned.
    pub total_operations: Option<u64>,
    /// Requests that went out on the wire.
    pub sent: Option<u64>,
    /// Verdict `match`.
    pub matched: Option<u64>,
    /// Verdict `status`.
    pub status_diverged: Option<u64>,
    /// Verdict `body`.
    pub body_diverged: Option<u64>,
    /// Verdict `no_response`.
    pub no_response: Option<u64>,
    /// Verdict `skipped`.
    pub skipped: Option<u64>,
    /// Verdict `not_compared`.
    pub not_compared: Option<u64>,
    /// Seconds from first connect to last answer.
    pub elapsed: Option<f64>,
    /// Whether it was interrupted.
    pub interrupted: Option<bool>,
}

impl ListedRun {
    /// A run with its report, if it has one that can be read.
    pub fn of(run: &Run, report: Option<&Report>) -> Self {
        let state = match report {
            Some(report) if report.interrupted => RunState::Interrupted,
            Some(_) => RunState::Complete,
            None => RunState::Unfinished,
        };
        Self {
            run: run.name().to_owned(),
            path: run.path().display().to_string(),
            state,
            complete: report.is_some(),
            shard: report.and_then(|report| Some(report.shard.as_ref()?.index)),
            shard_count: report.and_then(Report::shard_count),
            missing_shards: report.map(|report| report.missing_shards.clone()),
            sessions: report.map(|report| report.sessions.clone()),
            target: report.map(|report| report.target.clone()),
            total_operations: report.map(|report| report.total_operations),
            sent: report.map(|report| report.sent),
            matched: report.map(|report| report.matched),
            status_diverged: report.map(|report| report.status_diverged),
            body_diverged: report.map(|report| report.body_diverged),
            no_response: report.map(|report| report.no_response),
            skipped: report.map(|report| report.skipped),
            not_compared: report.map(|report| report.not_compared),
            elapsed: report.map(|report| report.elapsed),
            interrupted: report.map(|report| report.interrupted),
        }
    }
}
