//! The groups of root divergences, and which operation is the first of each.

use crate::replayed::ReplayedOperation;
use crate::report::{Report, Root};
use rustc_hash::FxHashMap;
use smb2::NtStatus;
use std::sync::Arc;
use store::runs::{RunRow, Verdict};

/// Which operation a row is about: session file, number in it, clone.
pub(crate) type Place = (Arc<str>, u32, u32);

/// Command, captured status, live status, fields.
type Key = (String, String, String, Vec<String>);

/// The groups of a report.
#[derive(Debug)]
pub(crate) struct Causes {
    numbers: FxHashMap<Key, usize>,
    firsts: Vec<Option<First>>,
    left_out: usize,
}

#[derive(Clone, Debug)]
struct First {
    frame: Option<u64>,
    place: Place,
}

impl Causes {
    /// The first `most` groups of a report.
    pub(crate) fn of(report: &Report, most: usize) -> Self {
        let shown = report.roots.len().min(most);
        let key = |root: &Root| {
            let Root { command, captured_status, live_status, fields, .. } = root.clone();
            (command, captured_status, live_status, fields)
        };
        let numbers = report.roots.iter().take(shown).map(key).zip(0..).collect();
        Self { numbers, firsts: vec![None; shown], left_out: report.roots.len().saturating_sub(shown) }
    }

    /// The number of the group an operation is in; remembers the first of each.
    pub(crate) fn count(&mut self, found: &ReplayedOperation) -> Option<usize> {
        let captured = found.captured.as_ref()?;
        let place = place(&found.live).filter(|_| is_root(&found.live))?;
        let command = captured.command.map_or_else(|| "unknown".to_owned(), |command| command.to_string());
        let key = (command, status(captured.status), status(found.live.live_status), fields(&found.live));
        let number = *self.numbers.get(&key)?;
        let first = self.firsts.get_mut(number)?;
        let frame = captured.request_frame;
        // Of several in one frame the report tells of the one that was answered last, and rows come in that order.
        if first.as_ref().is_none_or(|first| frame <= first.frame) {
            *first = Some(First { frame, place });
        }
        Some(number)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.firsts.len()
    }

    /// How many more the report has.
    pub(crate) fn left_out(&self) -> usize {
        self.left_out
    }

    /// The first operation of each of the first `most` groups.
    pub(crate) fn firsts(&self, most: usize) -> FxHashMap<Place, usize> {
        let firsts = self.firsts.iter().take(most).zip(0..);
        firsts.filter_map(|(first, number)| Some((first.as_ref()?.place.clone(), number))).collect()
    }
}

/// Which operation a row is about.
pub(crate) fn place(row: &RunRow) -> Option<Place> {
    Some((Arc::clone(row.session_file.as_ref()?), row.op?, row.clone))
}

/// Whether a row diverged, and nothing earlier explains it: only such are in a group.
pub(crate) fn is_root(row: &RunRow) -> bool {
    row.verdict.is_diverged() && !row.is_explained()
}

/// A status as reports have it.
pub(crate) fn status(status: Option<u32>) -> String {
    status.map_or_else(|| "no response".to_owned(), |status| NtStatus(status).to_string())
}

fn fields(row: &RunRow) -> Vec<String> {
    if row.verdict != Verdict::Body {
        return Vec::new();
    }
    let mut fields: Vec<String> = row.differences.iter().map(|difference| difference.field.clone()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use dissect::{Kind, Operation};
    use smb2::Command;

    fn found(op: u32, frame: u64, live_status: u32) -> ReplayedOperation {
        let captured = Operation {
            command: Some(Command::READ),
            status: Some(0),
            request_frame: Some(frame),
            ..Operation::new(op, Kind::Exchange, 0)
        };
        let live = RunRow {
            session_file: Some("a".into()),
            op: Some(op),
            live_status: Some(live_status),
            ..RunRow::new(Verdict::Status)
        };
        ReplayedOperation { row: 0, captured: Some(captured), live }
    }

    fn causes() -> Causes {
        let root = Root {
            command: "READ".into(),
            captured_status: status(Some(0)),
            live_status: status(Some(0xc000_0022)),
            ..Root::default()
        };
        Causes::of(&Report { roots: vec![root], ..Report::default() }, 9)
    }

    #[test]
    fn the_first_of_a_group_is_the_one_in_the_earliest_frame() {
        let mut causes = causes();
        for (op, frame) in [(7, 30), (2, 20), (9, 40)] {
            assert_eq!(causes.count(&found(op, frame, 0xc000_0022)), Some(0));
        }
        assert_eq!(causes.firsts(9).into_keys().next().unwrap().1, 2);
    }

    #[test]
    fn of_several_in_one_frame_it_is_the_one_that_the_report_tells_of() {
        let mut causes = causes();
        for op in [2, 3] {
            causes.count(&found(op, 20, 0xc000_0022));
        }
        assert_eq!(causes.firsts(9).into_keys().next().unwrap().1, 3);
    }

    #[test]
    fn what_an_earlier_operation_explains_is_in_no_group_nor_what_the_report_has_no_group_for() {
        let mut causes = causes();
        let mut explained = found(1, 1, 0xc000_0022);
        explained.live.cause_op = Some(0);
        assert_eq!(causes.count(&explained), None);
        assert_eq!(causes.count(&found(1, 1, 0xc000_0034)), None);
        assert!(causes.firsts(9).is_empty());
    }
}
