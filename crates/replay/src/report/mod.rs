//! The outcome of a run, in the shape of the command line's JSON and of `report.json`.

pub mod junit;
pub mod listed;
mod shard;

pub use shard::{MergedShard, RunShard};

use crate::provisioning::SetupReport;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::SessionMetadata;
use store::metadata::Time;
use store::runs::Difference;

/// The replay JSON. `total_operations` = `sent` + `skipped`;
/// `sent` = `matched` + `status_diverged` + `body_diverged` + `no_response` + `not_compared`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this layout, `major.minor`.
    pub schema_version: String,
    /// Name of the run: its folder under `replays/`.
    pub run: String,
    /// Session ids replayed (`0x` and 16 lower-case hex digits).
    pub sessions: Vec<String>,
    /// Operations planned.
    pub total_operations: u64,
    /// Requests that went out on the wire.
    pub sent: u64,
    /// Verdict `match`.
    pub matched: u64,
    /// Verdict `status`.
    pub status_diverged: u64,
    /// Verdict `body`.
    pub body_diverged: u64,
    /// Verdict `no_response`.
    pub no_response: u64,
    /// Verdict `skipped`: never sent.
    pub skipped: u64,
    /// Verdict `not_compared`.
    pub not_compared: u64,
    /// Reasons of `skipped` and `not_compared`, with counts.
    pub reasons: Vec<Reason>,
    /// Root divergences, grouped.
    pub roots: Vec<Root>,
    /// Operations that diverge because an earlier one did.
    #[serde(default)]
    pub explained: u64,
    /// Differences that do not count, by rule.
    #[serde(default)]
    pub ignored: Vec<Ignored>,
    /// How late requests were sent against when they were due.
    pub lag_ms: Percentiles,
    /// The part of that lag that is not because the live server answered later than the captured one.
    #[serde(default)]
    pub own_lag_ms: Percentiles,
    /// Server response times.
    pub latency_ms: Latency,
    /// When the first connection was to be made, by the clock of the machine that replayed. Since 1.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Time>,
    /// Seconds from first connect to last answer.
    pub elapsed: f64,
    /// Seconds between the same points in the capture.
    pub captured_span: f64,
    /// How many copies of the sessions were replayed at once.
    #[serde(default)]
    pub clones: u32,
    /// What the trace was: ingested otherwise, it has other operations under the same numbers. Since 1.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingested: Option<Ingested>,
    /// Which part of the clients it replayed, where there are several shards. Since 1.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<RunShard>,
    /// The runs that it was made of, if it is the report of several. Since 1.5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<MergedShard>,
    /// Numbers of the shards whose runs such a report lacks. Since 1.5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_shards: Vec<u32>,
    /// Whether the run was interrupted before its end.
    pub interrupted: bool,
    /// What was set up before it, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<SetupReport>,
    /// Things the user should know: repaired, inferred, warned about.
    pub warnings: Vec<String>,
    /// Server, port, user, share. Never a secret.
    pub target: ReportTarget,
    /// Folder of the run on disk.
    pub path: String,
}

impl Report {
    /// Operations whose live answer is not the captured one, or is missing.
    pub fn diverged(&self) -> u64 {
        self.status_diverged.saturating_add(self.body_diverged).saturating_add(self.no_response)
    }

    /// How many shards there were, also of a merged report; `None` of a run that was no shard.
    pub fn shard_count(&self) -> Option<u32> {
        let merged = self.shards.len().saturating_add(self.missing_shards.len());
        let merged = u32::try_from(merged).ok().filter(|count| *count > 0);
        self.shard.as_ref().map(|shard| shard.count).or(merged)
    }

    /// Which shards a merged report lacks, as a phrase: `shards 1, 3 of 4 are missing`.
    pub fn missing(&self) -> Option<String> {
        let numbers: Vec<String> = self.missing_shards.iter().map(u32::to_string).collect();
        let count = self.shards.len().saturating_add(numbers.len());
        match numbers.as_slice() {
            [] => None,
            [one] => Some(format!("shard {one} of {count} is missing")),
            several => Some(format!("shards {} of {count} are missing", several.join(", "))),
        }
    }

    /// Whether there is nothing to look at: all was sent, and nothing diverged. A shard without clients is such a run.
    pub fn all_matched(&self) -> bool {
        self.diverged() == 0 && self.skipped == 0 && !self.interrupted && self.missing_shards.is_empty()
    }
}

/// What a trace was when it was replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ingested {
    /// Packets read.
    pub packets: u64,
    /// SMB2 messages seen in clear or decrypted.
    pub smb2_messages: u64,
    /// Operations of all sessions.
    pub operations: u64,
}

impl Ingested {
    /// What `metadata` say of it.
    pub fn of(metadata: &SessionMetadata) -> Self {
        let operations = metadata.sessions.iter().map(|session| session.operations).fold(0, u64::saturating_add);
        Self { packets: metadata.trace.packets, smb2_messages: metadata.smb2_messages, operations }
    }
}

/// The target of a run, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportTarget {
    /// Host as given.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// NTLM domain.
    pub domain: String,
    /// User name.
    pub username: String,
    /// Share.
    pub share: String,
}

/// A reason and how many operations it holds for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// `skipped` or `not_compared`.
    pub verdict: String,
    /// One phrase.
    pub reason: String,
    /// Number of operations.
    pub count: u64,
}

/// A group of divergences with one cause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Root {
    /// Command name.
    pub command: String,
    /// Captured status name, or `no response`.
    pub captured_status: String,
    /// Live status name, or `no response`.
    pub live_status: String,
    /// Number of operations in the group.
    pub count: u64,
    /// Frame of the first one's request.
    pub first_frame: Option<u64>,
    /// Path of the first one.
    pub path: Option<String>,
    /// Fields whose values differ, of a group whose statuses do not.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The differences of the first one.
    #[serde(default)]
    pub differences: Vec<FieldDifference>,
}

/// A field whose captured and live values differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldDifference {
    /// Name of the field.
    pub field: String,
    /// As captured.
    pub captured: String,
    /// As answered live.
    pub live: String,
}

impl From<&Difference> for FieldDifference {
    fn from(found: &Difference) -> Self {
        let Difference { field, captured, live } = found.clone();
        Self { field, captured, live }
    }
}

/// Differences that were asked not to count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ignored {
    /// The rule, or the runs of the baseline.
    pub rule: String,
    /// How many differences it took out.
    pub differences: u64,
}

/// Three numbers that describe a distribution, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

/// Response times of the captured and of the live server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// As captured.
    pub captured: Percentiles,
    /// As measured in this run.
    pub live: Percentiles,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_which_shards_it_lacks() {
        let shards = vec![MergedShard::default(); 2];
        let lacking = |missing_shards| Report { shards: shards.clone(), missing_shards, ..Report::default() }.missing();
        assert_eq!(lacking(vec![]), None);
        assert_eq!(lacking(vec![2]).as_deref(), Some("shard 2 of 3 is missing"));
        assert_eq!(lacking(vec![1, 3]).as_deref(), Some("shards 1, 3 of 4 are missing"));
    }

    #[test]
    fn what_was_not_compared_is_not_a_divergence_but_what_was_skipped_is_no_full_match() {
        let report = Report { total_operations: 3, sent: 3, matched: 2, not_compared: 1, ..Report::default() };
        assert!(report.all_matched());
        assert!(!Report { skipped: 1, ..report.clone() }.all_matched());
        assert!(!Report { no_response: 1, ..report.clone() }.all_matched());
        assert!(!Report { missing_shards: vec![2], ..report.clone() }.all_matched());
        assert!(!Report { interrupted: true, ..report }.all_matched());
    }
}
