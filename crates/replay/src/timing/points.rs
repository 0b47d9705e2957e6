//! The operations that are told of.

use super::{Sampling, latency_ns};
use crate::replayed::ReplayedOperation;
use crate::report::Report;
use capture::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU32;
use store::runs::Verdict;

/// One of so many points is for the slowest operations, whatever else there is.
const FOR_THE_SLOWEST: u64 = 10;

/// An operation, and its times.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TimingPoint")]
pub struct Point {
    /// Its place among all rows of the run, 0-based.
    pub row: u64,
    /// Its command; null for a request that the replay sent of its own accord.
    pub command: Option<String>,
    /// `match`, `status`, `body`, `no_response`, `skipped` or `not_compared`.
    #[schemars(extend("enum" = ["match", "status", "body", "no_response", "skipped", "not_compared"]))]
    pub verdict: &'static str,
    /// When the captured request was complete, nanoseconds since `first_time`.
    pub captured_at_ns: Option<u64>,
    /// Captured time from request to final response, nanoseconds.
    pub captured_latency_ns: Option<u64>,
    /// When the live request was sent, nanoseconds since `first_sent_time`.
    pub sent_at_ns: Option<u64>,
    /// The same as `captured_latency_ns` of the live ones.
    pub live_latency_ns: Option<u64>,
    /// How much later than due it was sent, nanoseconds.
    pub lag_ns: Option<u64>,
}

/// The operations of a run that are told of, in bounded memory.
#[derive(Debug)]
pub(super) struct Points {
    sampling: Option<Sampling>,
    kept: Vec<Timed>,
    /// The slowest of the others.
    slowest: BinaryHeap<Reverse<Slow>>,
    for_the_slowest: usize,
    first_time: Option<Timestamp>,
    first_sent_time: Option<Timestamp>,
    total: u64,
}

/// An operation with its times since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Timed {
    row: u64,
    command: Option<smb2::Command>,
    verdict: Verdict,
    requested: Option<Timestamp>,
    captured_latency: Option<u64>,
    sent: Option<Timestamp>,
    live_latency: Option<u64>,
    lag: Option<u64>,
}

/// An operation by how long it took.
#[derive(Debug, PartialEq, Eq)]
struct Slow(Timed);

impl Points {
    /// Nothing yet of a run with this report and so many rows, of which `most` are told of.
    pub(super) fn new(report: &Report, rows: u64, most: NonZeroU32) -> Self {
        let most = u64::from(most.get());
        let for_the_slowest = (most / FOR_THE_SLOWEST).max(1);
        let sampling = (rows > most).then(|| Sampling::with_room(report, most.saturating_sub(for_the_slowest)));
        Self {
            sampling,
            kept: Vec::new(),
            slowest: BinaryHeap::new(),
            for_the_slowest: usize::try_from(for_the_slowest).unwrap_or(usize::MAX),
            first_time: None,
            first_sent_time: None,
            total: 0,
        }
    }

    /// Adds an operation.
    pub(super) fn push(&mut self, found: &ReplayedOperation) {
        let timed = Timed::of(found);
        self.total = self.total.saturating_add(1);
        self.first_time = self.first_time.into_iter().chain(timed.requested).min();
        self.first_sent_time = self.first_sent_time.into_iter().chain(timed.sent).min();
        if self.sampling.as_mut().is_none_or(|sampling| sampling.keeps(timed.verdict)) {
            self.kept.push(timed);
            return;
        }
        let slow = Slow(timed);
        let is_full = self.slowest.len() >= self.for_the_slowest;
        if is_full && self.slowest.peek().is_some_and(|Reverse(least)| slow <= *least) {
            return;
        }
        if is_full {
            self.slowest.pop();
        }
        self.slowest.push(Reverse(slow));
    }

    /// When the first of the captured requests was complete.
    pub(super) fn first_time(&self) -> Option<Timestamp> {
        self.first_time
    }

    /// When the first live request was sent.
    pub(super) fn first_sent_time(&self) -> Option<Timestamp> {
        self.first_sent_time
    }

    /// How many operations were added.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Whether some of them are not told of.
    pub(super) fn are_sampled(&self) -> bool {
        let told = self.kept.len().saturating_add(self.slowest.len());
        u64::try_from(told).is_ok_and(|told| told < self.total)
    }

    /// The points in the order of their rows.
    pub(super) fn sorted(self) -> Vec<Point> {
        let since =
            |time: Option<Timestamp>, first: Option<Timestamp>| u64::try_from(time?.0.checked_sub(first?.0)?).ok();
        let (first, first_sent) = (self.first_time, self.first_sent_time);
        let mut points = self.kept;
        points.extend(self.slowest.into_iter().map(|Reverse(Slow(timed))| timed));
        points.sort_unstable_by_key(|timed| timed.row);
        let point = |timed: Timed| Point {
            row: timed.row,
            command: timed.command.map(|command| command.to_string()),
            verdict: timed.verdict.name(),
            captured_at_ns: since(timed.requested, first),
            captured_latency_ns: timed.captured_latency,
            sent_at_ns: since(timed.sent, first_sent),
            live_latency_ns: timed.live_latency,
            lag_ns: timed.lag,
        };
        points.into_iter().map(point).collect()
    }
}

impl Timed {
    fn of(found: &ReplayedOperation) -> Self {
        let ReplayedOperation { row, captured, live } = found;
        let captured = captured.as_ref();
        Self {
            row: *row,
            command: captured.and_then(|captured| captured.command),
            verdict: live.verdict,
            requested: captured.and_then(|captured| captured.request_time),
            captured_latency: captured.and_then(|captured| captured.latency_ns),
            sent: live.sent_time,
            live_latency: latency_ns(live),
            lag: live.lag_ns,
        }
    }
}

impl Slow {
    /// Whichever took longer of the captured and the live operation; of two alike the earlier one counts as slower.
    fn order(&self) -> (Option<u64>, Reverse<u64>) {
        (self.0.captured_latency.max(self.0.live_latency), Reverse(self.0.row))
    }
}

impl Ord for Slow {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Slow {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use dissect::{Kind, Operation};
    use store::runs::RunRow;

    /// What `most` points tell of operations of these verdicts and live response times.
    fn told(operations: &[(Verdict, i64)], most: u32) -> (Vec<Point>, bool) {
        let count = |of: fn(Verdict) -> bool| operations.iter().filter(|(verdict, _)| of(*verdict)).count() as u64;
        let report = Report {
            total_operations: operations.len() as u64,
            matched: count(|verdict| !verdict.is_diverged()),
            status_diverged: count(Verdict::is_diverged),
            ..Report::default()
        };
        let mut points = Points::new(&report, operations.len() as u64, NonZeroU32::new(most).unwrap());
        for ((verdict, took), row) in operations.iter().zip(0_u64..) {
            let at = i64::try_from(row).unwrap().saturating_add(1_000);
            let captured = Operation { request_time: Some(Timestamp(at)), ..Operation::new(0, Kind::Exchange, 0) };
            let live = RunRow {
                sent_time: Some(Timestamp(at)),
                response_time: Some(Timestamp(at.saturating_add(*took))),
                ..RunRow::new(*verdict)
            };
            points.push(&ReplayedOperation { row, captured: Some(captured), live });
        }
        let sampled = points.are_sampled();
        (points.sorted(), sampled)
    }

    fn run(length: usize) -> Vec<(Verdict, i64)> {
        let mut operations = vec![(Verdict::Match, 5); length];
        operations.splice(7..9, [(Verdict::Status, 1), (Verdict::Match, 900)]);
        operations.splice(501..502, [(Verdict::Body, 1)]);
        operations
    }

    #[test]
    fn a_run_that_fits_is_told_of_as_a_whole() {
        let (points, sampled) = told(&run(600), 600);
        assert_eq!((points.len(), sampled), (600, false));
        let first = points.first().unwrap();
        assert_eq!((first.captured_at_ns, first.sent_at_ns, first.live_latency_ns), (Some(0), Some(0), Some(5)));
        assert_eq!(points.last().unwrap().captured_at_ns, Some(599));
    }

    #[test]
    fn of_a_larger_one_there_are_the_slowest_what_diverged_and_an_even_sample() {
        let (points, sampled) = told(&run(2_000), 40);
        assert!(sampled && points.len() <= 40 && points.len() > 30, "{}", points.len());
        let rows: Vec<u64> = points.iter().map(|point| point.row).collect();
        assert!(rows.is_sorted() && [7, 8, 501].iter().all(|row| rows.contains(row)), "{rows:?}");
        let in_second_half = rows.iter().filter(|row| **row >= 1_000).count();
        assert!((12..=20).contains(&in_second_half), "{rows:?}");
    }

    #[test]
    fn where_there_is_room_for_one_it_is_the_slowest() {
        let (points, _) = told(&run(600), 1);
        assert_eq!(points.iter().map(|point| point.row).collect::<Vec<_>>(), [8]);
    }
}
