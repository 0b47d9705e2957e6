//! What is measured of a server with many clients.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// How long answers took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Latency {
    /// Requests that were answered.
    pub(in crate::bench) count: u64,
    /// Those that were not, or not as they should be.
    pub(in crate::bench) failures: u64,
    /// The median, milliseconds.
    pub(in crate::bench) p50: f64,
    /// The 99th percentile, milliseconds.
    pub(in crate::bench) p99: f64,
    /// The longest, milliseconds.
    pub(in crate::bench) longest: f64,
}

/// The most memory that a process was seen to have, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::bench) struct Memory {
    /// In RAM, pages of files included.
    pub(in crate::bench) resident: u64,
    /// The part of it that is of no file.
    pub(in crate::bench) anonymous: u64,
}

/// Jobs that went on one after the other beside the clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::bench) struct JobsDone {
    /// Those that ended in the time.
    pub(in crate::bench) done: u64,
    /// Packets that they ingested, or requests that they sent; also those of a replay that was cancelled in the end.
    pub(in crate::bench) amount: u64,
    /// Operations that the server of a replay answered otherwise than captured.
    pub(in crate::bench) diverged: u64,
}

/// A server with many clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Api {
    /// Requests of the recorded session.
    pub(in crate::bench) requests: u64,
    /// Clients at once.
    pub(in crate::bench) connections: u32,
    /// Seconds that they asked.
    pub(in crate::bench) seconds: f64,
    /// Bytes that they were sent.
    pub(in crate::bench) bytes: u64,
    /// What they had to wait.
    pub(in crate::bench) clients: Latency,
    /// `/health`, asked on one connection.
    pub(in crate::bench) kept: Latency,
    /// `/health`, asked on a new connection each time, whose making is a part of the time.
    pub(in crate::bench) fresh: Latency,
    /// The server's memory before anything was asked.
    pub(in crate::bench) idle: Memory,
    /// The same while it was.
    pub(in crate::bench) loaded: Memory,
    /// Ingests.
    pub(in crate::bench) ingests: JobsDone,
    /// Replays.
    pub(in crate::bench) replays: JobsDone,
    /// Load average of the machine at the end.
    pub(in crate::bench) load: f64,
}

impl Latency {
    /// Of microseconds.
    pub(super) fn of(microseconds: &Histogram<u64>, count: u64, failures: u64) -> Self {
        let milliseconds = |value: u64| value as f64 / 1e3;
        let at = |quantile| milliseconds(microseconds.value_at_quantile(quantile));
        Self { count, failures, p50: at(0.5), p99: at(0.99), longest: milliseconds(microseconds.max()) }
    }
}

impl Memory {
    /// The higher of each.
    pub(super) fn max(self, other: Self) -> Self {
        Self { resident: self.resident.max(other.resident), anonymous: self.anonymous.max(other.anonymous) }
    }
}

impl Api {
    /// Requests of all kinds that failed. A job that fails ends the bench.
    pub(in crate::bench) fn failures(&self) -> u64 {
        [self.clients, self.kept, self.fresh].iter().fold(0, |sum, it| sum.saturating_add(it.failures))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn percentiles_are_those_of_all_answers() {
        let mut microseconds = Histogram::<u64>::new(3).unwrap();
        (1..=99).for_each(|_| microseconds.record(2_000).unwrap());
        microseconds.record(70_000).unwrap();
        let latency = Latency::of(&microseconds, 100, 3);
        let near = |value: f64, expected: f64| (value / expected - 1.0).abs() < 0.002;
        assert!(near(latency.p50, 2.0) && near(latency.p99, 2.0) && near(latency.longest, 70.0), "{latency:?}");
        assert_eq!((latency.count, latency.failures), (100, 3));
        microseconds.record(70_000).unwrap();
        assert!(near(Latency::of(&microseconds, 101, 0).p99, 70.0));
    }

    #[test]
    fn failures_of_all_who_ask_count() {
        let failed = |failures| Latency { failures, ..Latency::default() };
        let api = Api { clients: failed(1), kept: failed(2), fresh: failed(4), ..Api::default() };
        assert_eq!(api.failures(), 7);
    }
}
