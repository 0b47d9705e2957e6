//! The operations that took longest.

use super::columns::Row;
use super::place::by_name;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::Command;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An operation and how long it took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct SlowOperation {
    /// From the last byte of the request to the last byte of the final response, nanoseconds.
    pub latency_ns: u64,
    /// The `op` of its row.
    pub op: u32,
    /// Frame of its request.
    pub request_frame: Option<u64>,
    /// Frame of its final response.
    pub response_frame: Option<u64>,
    /// Its command.
    #[serde(serialize_with = "by_name")]
    #[schemars(with = "Option<String>")]
    pub command: Option<Command>,
    /// Name of its final status.
    pub status_name: Option<String>,
    /// Share it works on.
    pub share: Option<String>,
    /// Path within the share.
    pub path: Option<String>,
}

/// The slowest operations so far.
#[derive(Clone, Debug)]
pub(super) struct Slowest {
    top: usize,
    kept: BinaryHeap<Reverse<Ranked>>,
}

#[derive(Clone, Debug)]
struct Ranked(SlowOperation);

impl Slowest {
    pub(super) fn new(top: usize) -> Self {
        Self { top, kept: BinaryHeap::new() }
    }

    pub(super) fn count(&mut self, row: &Row<'_>) {
        let Some(latency_ns) = row.latency_ns else { return };
        let is_full = self.kept.len() >= self.top;
        if is_full && self.kept.peek().is_none_or(|Reverse(least)| rank(latency_ns, row.op) < least.rank()) {
            return;
        }
        if is_full {
            self.kept.pop();
        }
        self.kept.push(Reverse(Ranked(SlowOperation {
            latency_ns,
            op: row.op,
            request_frame: row.request_frame,
            response_frame: row.response_frame,
            command: row.command,
            status_name: row.status.map(store::schema::status_name),
            share: row.share.map(|share| share.text.to_owned()),
            path: row.path.map(|path| path.text.to_owned()),
        })));
    }

    /// The slowest first.
    pub(super) fn finish(self) -> Vec<SlowOperation> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(Ranked(operation))| operation).collect()
    }
}

/// Of two that took as long, the earlier comes first.
fn rank(latency_ns: u64, op: u32) -> (u64, Reverse<u32>) {
    (latency_ns, Reverse(op))
}

impl Ranked {
    fn rank(&self) -> (u64, Reverse<u32>) {
        rank(self.0.latency_ns, self.0.op)
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Ranked {}

#[cfg(test)]
mod tests {
    use super::super::fixture::exchange;
    use super::*;

    fn slowest(top: usize, latencies: &[(u32, i64)]) -> Vec<(u32, u64)> {
        let mut slowest = Slowest::new(top);
        latencies.iter().for_each(|(op, latency)| slowest.count(&exchange(*op, Command::READ, 0, *latency)));
        slowest.finish().into_iter().map(|slow| (slow.op, slow.latency_ns)).collect()
    }

    #[test]
    fn the_slowest_come_first_and_of_equals_the_earlier() {
        let latencies = [(4, 70), (1, 20), (2, 70), (3, 90), (5, 10)];
        assert_eq!(slowest(3, &latencies), [(3, 90), (2, 70), (4, 70)]);
        assert_eq!(slowest(9, &latencies).len(), 5);
        assert_eq!(slowest(0, &latencies), []);
    }
}
