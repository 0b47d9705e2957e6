//! Whether every operation can be replayed.

use crate::options::Options;
use crate::plan::{Plan, Request};
use crate::trace::Trace;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smb2::Command;
use std::collections::BTreeMap;

/// What is known of the operations before they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OperationsCheck {
    /// All of them can be sent as captured.
    pub valid: bool,
    /// Operations that are planned.
    pub total_operations: u64,
    /// Those that can be sent.
    pub supported_operations: u64,
    /// Those that use what was set up before the capture began: stand-ins take its place.
    pub orphans: u64,
    /// PDUs that are encrypted with an unknown key.
    pub encrypted: u64,
    /// What is not as captured, most frequent first.
    pub issues: Vec<Issue>,
}

/// Something that is not as captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// One phrase.
    pub reason: String,
    /// Command of the first.
    pub command: Option<String>,
    /// How many operations.
    pub count: u64,
    /// Frame of the first; 0 for none.
    pub first_frame: u64,
    /// They are not sent; else they are sent, with what is told.
    pub skipped: bool,
}

/// Checks the operations of a trace.
pub fn check_operations(trace: Trace, options: &Options) -> OperationsCheck {
    let encrypted = trace.rows.iter().filter(|row| row.kind() == dissect::Kind::Encrypted).count();
    let plan = Plan::new(trace, options);
    let mut check = OperationsCheck { encrypted: encrypted as u64, ..OperationsCheck::default() };
    let mut issues: BTreeMap<(bool, String), Issue> = BTreeMap::new();
    for request in plan.requests.iter().filter(|request| !request.stand_in) {
        check.total_operations = check.total_operations.saturating_add(1);
        let skipped = request.skipped().map(str::to_owned);
        if skipped.is_none() {
            check.supported_operations = check.supported_operations.saturating_add(1);
        }
        if request.orphan {
            check.orphans = check.orphans.saturating_add(1);
        }
        let stand_in =
            request.orphan.then(|| "it uses what was set up before the capture: a stand-in is used".to_owned());
        let is_skipped = skipped.is_some();
        if let Some(reason) = skipped.or(stand_in) {
            let found = issues.entry((is_skipped, reason.clone())).or_insert_with(|| Issue {
                reason,
                command: command(request).map(|command| command.to_string()),
                count: 0,
                first_frame: plan.trace.planned(request).and_then(|planned| planned.row.request_frame()).unwrap_or(0),
                skipped: is_skipped,
            });
            found.count = found.count.saturating_add(1);
        }
    }
    check.issues = issues.into_values().collect();
    check.issues.sort_by_key(|issue| (!issue.skipped, std::cmp::Reverse(issue.count)));
    check.valid = check.supported_operations == check.total_operations && check.encrypted == 0;
    check
}

fn command(request: &Request) -> Option<Command> {
    request.command()
}
