//! What happened in a span of time.

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::Serialize;

/// Digits that a percentile keeps: two, so that many buckets are small.
const DIGITS: u8 = 2;

/// What happened in a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TimelineBucket")]
pub struct Bucket {
    /// When it begins, nanoseconds since `first_time`.
    pub at_ns: u64,
    /// Operations whose request came in it; without a captured request, whose response did.
    pub operations: u64,
    /// Those of them that ended with an error.
    pub errors: u64,
    /// Bytes that they read, wrote or were answered.
    pub bytes: u64,
    /// The most requests that were outstanding at once. One whose response was not captured counts in the moment it was sent.
    pub concurrency: u64,
    /// How long the operations took that began in it; null when none of them has a response time.
    pub latency_ns: Option<Latency>,
}

/// Response times, nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TimelineLatency")]
pub struct Latency {
    /// The median, right to two digits.
    pub p50: u64,
    /// The 99th percentile, right to two digits.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

/// A bucket that is being filled.
#[derive(Clone, Debug, Default)]
pub(super) struct Filling {
    operations: u64,
    errors: u64,
    bytes: u64,
    concurrency: u64,
    times: Option<Times>,
}

#[derive(Clone, Debug)]
struct Times {
    least: u64,
    most: u64,
    histogram: Option<Histogram<u32>>,
}

impl Filling {
    /// Counts an operation.
    pub(super) fn count(&mut self, is_error: bool, bytes: u64, latency_ns: Option<u64>) {
        self.operations = self.operations.saturating_add(1);
        self.errors = self.errors.saturating_add(is_error.into());
        self.bytes = self.bytes.saturating_add(bytes);
        let Some(latency) = latency_ns else { return };
        let empty = || Times { least: latency, most: latency, histogram: Histogram::new(DIGITS).ok() };
        let times = self.times.get_or_insert_with(empty);
        times.least = times.least.min(latency);
        times.most = times.most.max(latency);
        if let Some(histogram) = &mut times.histogram {
            // What does not fit any more is beyond all percentiles.
            let _ = histogram.record(latency);
        }
    }

    /// So many requests were outstanding at once.
    pub(super) fn outstanding(&mut self, requests: usize) {
        self.concurrency = self.concurrency.max(u64::try_from(requests).unwrap_or(u64::MAX));
    }

    /// Operations so far.
    pub(super) fn operations(&self) -> u64 {
        self.operations
    }

    /// What happened in it.
    pub(super) fn finish(&self, at_ns: u64) -> Bucket {
        Bucket {
            at_ns,
            operations: self.operations,
            errors: self.errors,
            bytes: self.bytes,
            concurrency: self.concurrency,
            latency_ns: self.times.as_ref().map(Times::latency),
        }
    }
}

impl Times {
    fn latency(&self) -> Latency {
        let at = |quantile: f64| {
            let found = self.histogram.as_ref().map_or(0, |histogram| histogram.value_at_quantile(quantile));
            found.clamp(self.least, self.most)
        };
        Latency { p50: at(0.5), p99: at(0.99), max: self.most }
    }
}
