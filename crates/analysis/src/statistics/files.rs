//! What was done to each file.

use super::columns::Row;
use super::names::Names;
use crate::Outcome;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::{Command, NtStatus};
use std::cmp::Reverse;

/// Files that are told apart. What is done to others is summed.
const MOST: usize = 1 << 18;

/// Which files come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileOrder {
    /// Those of which most bytes were read and written; of equals, those with more operations.
    Bytes,
    /// Those with most operations; of equals, those of which more bytes were read and written.
    Operations,
}

/// The operations of a session by the path they work on.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Files {
    /// What `top` is sorted by.
    pub order: FileOrder,
    /// The first ones in this order.
    pub top: Vec<FileTotals>,
    /// How many files there are beside them.
    pub rest_files: u64,
    /// Their sums.
    pub rest: Sums,
    /// Operations on files beyond those that are told apart: the first 262,144, of at most 64 MiB of names.
    pub beyond: Sums,
    /// Operations without a path: logons, tree connects, handles from before the capture.
    pub without_path: Sums,
}

/// A file, folder, stream or pipe.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct FileTotals {
    /// Share, as the TREE_CONNECT named it.
    pub share: Option<String>,
    /// Path within it; empty for its root.
    pub path: String,
    /// What was done to it.
    #[serde(flatten)]
    pub sums: Sums,
}

/// What operations add up to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Sums {
    /// Requests, and responses whose request was not captured.
    pub operations: u64,
    /// CREATEs that succeeded.
    pub opens: u64,
    /// READs, whatever their answer.
    pub reads: u64,
    /// WRITEs, whatever their answer.
    pub writes: u64,
    /// Bytes that READs answered.
    pub bytes_read: u64,
    /// Bytes that WRITEs wrote.
    pub bytes_written: u64,
    /// Operations whose final status is an error.
    pub errors: u64,
    /// Sum of the response times that are known, nanoseconds.
    pub response_time_ns: u64,
}

/// Files that are being counted.
#[derive(Clone, Debug, Default)]
pub(super) struct FileCounts {
    /// By the numbers of share and path.
    each: FxHashMap<(Option<u32>, u32), Sums>,
    beyond: Sums,
    without_path: Sums,
}

impl FileCounts {
    pub(super) fn count(&mut self, row: &Row<'_>) {
        let Some(path) = row.path else { return self.without_path.count(row) };
        let numbers = match (row.share, path.number) {
            (None, Some(path)) => Some((None, path)),
            (Some(share), Some(path)) => share.number.map(|share| (Some(share), path)),
            (_, None) => None,
        };
        let room = self.each.len() < MOST;
        let sums = numbers.and_then(|numbers| match room {
            true => Some(self.each.entry(numbers).or_default()),
            false => self.each.get_mut(&numbers),
        });
        sums.unwrap_or(&mut self.beyond).count(row);
    }

    /// The first `top` files in `order`, and the others together.
    pub(super) fn finish(self, names: &Names, top: usize, order: FileOrder) -> Files {
        let text = |number: u32| names.name(number).map(|name| name.to_string());
        let mut each: Vec<_> = self.each.into_iter().collect();
        each.sort_by_cached_key(|((share, path), sums)| {
            let bytes = sums.bytes_read.saturating_add(sums.bytes_written);
            let weight = match order {
                FileOrder::Bytes => (bytes, sums.operations),
                FileOrder::Operations => (sums.operations, bytes),
            };
            // The numbers are those of their first appearance.
            (Reverse(weight), *path, *share)
        });
        let others = each.split_off(top.min(each.len()));
        let mut rest = Sums::default();
        others.iter().for_each(|(_, sums)| rest.add(sums));
        let totals = |((share, path), sums): ((Option<u32>, u32), Sums)| FileTotals {
            share: share.and_then(text),
            path: text(path).unwrap_or_default(),
            sums,
        };
        Files {
            order,
            top: each.into_iter().map(totals).collect(),
            rest_files: u64::try_from(others.len()).unwrap_or(u64::MAX),
            rest,
            beyond: self.beyond,
            without_path: self.without_path,
        }
    }
}

impl Sums {
    fn count(&mut self, row: &Row<'_>) {
        let outcome = row.status.map(|status| Outcome::of(NtStatus(status)));
        let is = |command| row.command == Some(command);
        let transferred = |command| row.transferred.filter(|_| is(command)).unwrap_or(0);
        self.add(&Self {
            operations: 1,
            opens: u64::from(is(Command::CREATE) && outcome == Some(Outcome::Success)),
            reads: u64::from(is(Command::READ)),
            writes: u64::from(is(Command::WRITE)),
            bytes_read: transferred(Command::READ),
            bytes_written: transferred(Command::WRITE),
            errors: u64::from(outcome == Some(Outcome::Error)),
            response_time_ns: row.latency_ns.unwrap_or(0),
        });
    }

    fn add(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.operations, other.operations),
            (&mut self.opens, other.opens),
            (&mut self.reads, other.reads),
            (&mut self.writes, other.writes),
            (&mut self.bytes_read, other.bytes_read),
            (&mut self.bytes_written, other.bytes_written),
            (&mut self.errors, other.errors),
            (&mut self.response_time_ns, other.response_time_ns),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

#[cfg(test)]
mod tests;
