//! Runs of several machines: what the report of a shard says of it, and what the report of all says of each.

use super::ReportTarget;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::metadata::Time;

/// Which part of the clients a run replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunShard {
    /// Its number, from 0.
    pub index: u32,
    /// How many shards there are.
    pub count: u32,
    /// Name of the machine that replayed it; empty where the system has none to tell.
    pub machine: String,
    /// Clients that fell to it.
    pub clients: u64,
    /// Clients of all shards.
    pub clients_of_all: u64,
    /// Names of its session files.
    pub session_files: Vec<String>,
    /// Sessions of all shards.
    pub sessions_of_all: u64,
    /// XXH3-128 of the names of the session files of all shards, which shows whether all were asked for the same.
    pub division: String,
    /// When it was to begin (`--start-at`); shards of one replay have it in common.
    pub start_at: Option<Time>,
    /// Paths that clients of several shards use and one of them changes, over all shards: between shards no order is kept.
    pub paths_across: u64,
    /// XXH3-128 of each file of the trace.
    pub trace_files: Vec<String>,
}

/// A run of which a merged report is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MergedShard {
    /// Number of its shard, from 0.
    pub index: u32,
    /// Name of the run.
    pub run: String,
    /// Its folder when it was merged.
    pub path: String,
    /// Name of the machine that replayed it.
    pub machine: String,
    /// Where it went.
    pub target: ReportTarget,
    /// Session ids replayed.
    pub sessions: Vec<String>,
    /// When its first request was to go out, by the clock of its machine.
    pub started: Option<Time>,
    /// Seconds from then to its last answer.
    pub elapsed: f64,
    /// Operations planned.
    pub total_operations: u64,
    /// Verdict `match`.
    pub matched: u64,
    /// Operations whose live answer is not the captured one, or is missing.
    pub diverged: u64,
    /// Verdict `skipped`.
    pub skipped: u64,
    /// Whether it was interrupted before its end.
    pub interrupted: bool,
}
