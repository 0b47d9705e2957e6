//! How often each final status was answered.

use super::columns::Row;
use crate::Outcome;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::{Command, NtStatus};
use std::collections::BTreeMap;
use store::metadata::HexStatus;

/// Statuses that are counted by themselves: MS-ERREF has some 1,800, but a status is any 32 bits.
const MOST: usize = 4096;

/// The final statuses. STATUS_PENDING of an interim response is not among them.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Statuses {
    /// The most frequent first.
    pub each: Vec<StatusTotals>,
    /// Operations with a status beyond the first 4,096 different ones.
    pub other: u64,
}

/// One final status.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct StatusTotals {
    /// Its value.
    pub status: HexStatus,
    /// Its name, or the value where it has none.
    pub name: String,
    /// `success`, `warning` or `error`.
    pub outcome: &'static str,
    /// Operations that ended with it.
    pub count: u64,
    /// Of these, how many of each command.
    pub commands: BTreeMap<String, u64>,
    /// Frame of the first such response.
    pub first_frame: Option<u64>,
}

/// Statuses that are being counted.
#[derive(Clone, Debug, Default)]
pub(super) struct StatusCounts {
    each: FxHashMap<u32, Counts>,
    other: u64,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    count: u64,
    /// By the code of the command; those that are unknown are the last.
    commands: [u64; Command::ALL.len() + 1],
    /// `op` and frame of the first.
    first: Option<(u32, Option<u64>)>,
}

impl StatusCounts {
    pub(super) fn count(&mut self, row: &Row<'_>) {
        let Some(status) = row.status else { return };
        if self.each.len() >= MOST && !self.each.contains_key(&status) {
            self.other = self.other.saturating_add(1);
            return;
        }
        let counts = self.each.entry(status).or_default();
        counts.count = counts.count.saturating_add(1);
        let code = row.command.map_or(usize::MAX, |command| usize::from(command.0)).min(Command::ALL.len());
        if let Some(of_command) = counts.commands.get_mut(code) {
            *of_command = of_command.saturating_add(1);
        }
        if counts.first.is_none_or(|(op, _)| row.op < op) {
            counts.first = Some((row.op, row.response_frame));
        }
    }

    pub(super) fn finish(self) -> Statuses {
        let mut each: Vec<StatusTotals> =
            self.each.into_iter().map(|(status, counts)| totals(status, counts)).collect();
        each.sort_by(|a, b| b.count.cmp(&a.count).then(a.status.cmp(&b.status)));
        Statuses { each, other: self.other }
    }
}

fn totals(status: u32, counts: Counts) -> StatusTotals {
    let names = Command::ALL.iter().map(|command| command.to_string()).chain(["unknown".to_owned()]);
    let commands = names.zip(counts.commands).filter(|(_, count)| *count > 0).collect();
    StatusTotals {
        status: HexStatus(status),
        name: store::schema::status_name(status),
        outcome: Outcome::of(NtStatus(status)).name(),
        count: counts.count,
        commands,
        first_frame: counts.first.and_then(|(_, frame)| frame),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::super::fixture::exchange;
    use super::*;

    #[test]
    fn statuses_are_counted_by_command_and_the_most_frequent_comes_first() {
        let mut counts = StatusCounts::default();
        counts.count(&Row { status: Some(0xc000_0034), ..exchange(3, Command::CREATE, 0, 10) });
        counts.count(&Row { status: Some(0xc000_0034), ..exchange(2, Command::CREATE, 0, 10) });
        counts.count(&Row { status: Some(0xc000_0034), ..exchange(4, Command(0x77), 0, 10) });
        counts.count(&exchange(1, Command::CLOSE, 0, 10));
        let found = counts.finish();
        assert_eq!(found.each.len(), 2);
        let absent = &found.each[0];
        assert_eq!((absent.name.as_str(), absent.outcome, absent.count), ("STATUS_OBJECT_NAME_NOT_FOUND", "error", 3));
        assert_eq!(absent.commands, BTreeMap::from([("CREATE".to_owned(), 2), ("unknown".to_owned(), 1)]));
        assert_eq!(absent.first_frame, Some(exchange(2, Command::CREATE, 0, 10).response_frame.unwrap_or(0)));
    }

    #[test]
    fn a_capture_with_any_number_of_statuses_fills_a_bounded_table() {
        let mut counts = StatusCounts::default();
        (0..5000)
            .for_each(|status| counts.count(&Row { status: Some(status), ..exchange(status, Command::READ, 0, 1) }));
        let found = counts.finish();
        assert_eq!((found.each.len(), found.other), (4096, 904));
    }
}
