//! What changed from one run to another, grouped by what it looks like.

use super::rows::Judged;
use crate::report::FieldDifference;
use dissect::Operation;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;
use store::runs::Verdict;
use store::schema::status_name;

/// Whether the second run is nearer to the capture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DirectionOfTwoRuns")]
pub enum Direction {
    /// It matched in the first run and diverges in the second.
    Worse,
    /// It diverged in the first run and matches in the second.
    Better,
    /// Neither: it diverges in both, otherwise, or was not judged in one of them.
    Different,
}

/// Operations that changed alike.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChangeOfTwoRuns")]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// Command name.
    pub command: String,
    /// Captured status name, or `no response`.
    pub captured_status: String,
    /// Status name in the first run, or the verdict where there was no answer.
    pub a: String,
    /// The same in the second run.
    pub b: String,
    /// Names of the fields that differ from the capture in one run, or otherwise in both.
    pub fields: Vec<String>,
    /// Number of operations.
    pub count: u64,
    /// Frame of the first one's request.
    pub first_frame: Option<u64>,
    /// Path of the first one.
    pub path: Option<String>,
    /// Differences of the first one from the capture in the first run.
    pub a_differences: Vec<FieldDifference>,
    /// The same in the second run.
    pub b_differences: Vec<FieldDifference>,
}

/// Changes by what they look like.
#[derive(Default)]
pub(super) struct Changes {
    groups: FxHashMap<Kind, usize>,
    changes: Vec<Change>,
}

/// What is the same in all changes of a group.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    direction: Direction,
    command: Option<u16>,
    captured_status: Option<u32>,
    a: (Verdict, Option<u32>),
    b: (Verdict, Option<u32>),
    fields: Vec<String>,
}

impl Changes {
    /// Counts an operation, which is not the same in both runs.
    pub(super) fn add(&mut self, captured: &Operation, a: &Judged, b: &Judged) {
        let kind = Kind {
            direction: direction(a.verdict, b.verdict),
            command: captured.command.map(|command| command.0),
            captured_status: captured.status,
            a: (a.verdict, a.live_status),
            b: (b.verdict, b.live_status),
            fields: fields(a, b),
        };
        match self.groups.get(&kind).and_then(|group| self.changes.get_mut(*group)) {
            Some(change) => change.count = change.count.saturating_add(1),
            None => {
                self.changes.push(first(captured, a, b, &kind));
                self.groups.insert(kind, self.changes.len().saturating_sub(1));
            }
        }
    }

    /// What got worse first, then what got better, each by count.
    pub(super) fn sorted(mut self) -> Vec<Change> {
        self.changes.sort_by_key(|change| (change.direction, std::cmp::Reverse(change.count)));
        self.changes
    }
}

fn direction(a: Verdict, b: Verdict) -> Direction {
    match (a, b) {
        (Verdict::Match, b) if b.is_diverged() => Direction::Worse,
        (a, Verdict::Match) if a.is_diverged() => Direction::Better,
        _ => Direction::Different,
    }
}

/// Fields that differ from the capture in one run and not so in the other.
fn fields(a: &Judged, b: &Judged) -> Vec<String> {
    let only = |of: &Judged, other: &Judged| -> Vec<String> {
        let missing = of.differences.iter().filter(|difference| !other.differences.contains(difference));
        missing.map(|difference| difference.field.clone()).collect()
    };
    let mut fields = [only(a, b), only(b, a)].concat();
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn first(captured: &Operation, a: &Judged, b: &Judged, kind: &Kind) -> Change {
    Change {
        direction: kind.direction,
        command: captured.command.map(|command| command.to_string()).unwrap_or_default(),
        captured_status: captured.status.map_or_else(|| "no response".to_owned(), status_name),
        a: outcome(a),
        b: outcome(b),
        fields: kind.fields.clone(),
        count: 1,
        first_frame: captured.request_frame,
        path: captured.path.as_deref().map(str::to_owned),
        a_differences: differences(a),
        b_differences: differences(b),
    }
}

/// The live status, or why there is none.
fn outcome(judged: &Judged) -> String {
    match (judged.verdict, judged.live_status) {
        (Verdict::NoResponse, _) => "no response".to_owned(),
        (_, Some(status)) => status_name(status),
        (verdict, None) => verdict.name().to_owned(),
    }
}

fn differences(judged: &Judged) -> Vec<FieldDifference> {
    judged.differences.iter().map(FieldDifference::from).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use dissect::Kind as RowKind;
    use store::runs::{Difference, RunRow};

    fn judged(verdict: Verdict, status: Option<u32>, field: Option<&str>) -> Judged {
        let differences =
            field.map(|field| Difference { field: field.to_owned(), captured: "1".to_owned(), live: "2".to_owned() });
        Judged::of(&RunRow {
            live_status: status,
            differences: differences.into_iter().collect(),
            ..RunRow::new(verdict)
        })
    }

    #[test]
    fn what_got_worse_comes_before_what_got_better_and_before_what_merely_differs() {
        let operation = Operation::new(0, RowKind::Exchange, 0);
        let matched = judged(Verdict::Match, Some(0), None);
        let denied = judged(Verdict::Status, Some(0xc000_0022), None);
        let lost = judged(Verdict::NoResponse, None, None);
        let mut changes = Changes::default();
        changes.add(&operation, &denied, &lost);
        changes.add(&operation, &denied, &matched);
        changes.add(&operation, &matched, &denied);
        changes.add(&operation, &denied, &matched);
        let seen: Vec<_> = changes.sorted().into_iter().map(|change| (change.direction, change.count)).collect();
        assert_eq!(seen, [(Direction::Worse, 1), (Direction::Better, 2), (Direction::Different, 1)]);
    }

    #[test]
    fn a_field_that_differs_in_both_runs_alike_is_not_what_changed() {
        let both = judged(Verdict::Body, Some(0), Some("EndOfFile"));
        let mut also = both.clone();
        also.differences =
            [both.differences.as_ref(), judged(Verdict::Body, None, Some("FileAttributes")).differences.as_ref()]
                .concat()
                .into();
        assert_eq!(fields(&both, &also), ["FileAttributes"]);
    }
}
