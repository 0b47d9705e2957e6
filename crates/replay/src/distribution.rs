//! How times are spread, however many there are.

use crate::report::Percentiles;
use hdrhistogram::Histogram;
use std::time::Duration;

/// Digits that a percentile keeps.
const DIGITS: u8 = 3;

/// Times that were counted; memory does not grow with their number.
#[derive(Debug)]
pub(crate) struct Distribution {
    /// Nanoseconds; `None`: nothing was counted yet.
    counted: Option<Histogram<u64>>,
    largest: Duration,
}

impl Distribution {
    /// Nothing was counted yet.
    pub(crate) const fn new() -> Self {
        Self { counted: None, largest: Duration::ZERO }
    }

    /// Counts a time.
    pub(crate) fn count(&mut self, time: Duration) {
        self.largest = self.largest.max(time);
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if self.counted.is_none() {
            self.counted = Histogram::new(DIGITS).ok();
        }
        if let Some(counted) = &mut self.counted {
            // What does not fit any more is beyond all percentiles.
            let _ = counted.record(nanoseconds);
        }
    }

    /// Median and 99th percentile to three digits, and the largest time; zeros for nothing.
    pub(crate) fn percentiles(&self) -> Percentiles {
        let at = |quantile: f64| {
            let found = self.counted.as_ref().map_or(0, |counted| counted.value_at_quantile(quantile));
            milliseconds(Duration::from_nanos(found).min(self.largest))
        };
        Percentiles { p50: at(0.5), p99: at(0.99), max: milliseconds(self.largest) }
    }
}

impl Default for Distribution {
    fn default() -> Self {
        Self::new()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_three_digits_and_the_largest_exactly() {
        let mut spread = Distribution::new();
        (1..=200).rev().for_each(|ms| spread.count(Duration::from_micros(ms * 1_000 + 7)));
        let Percentiles { p50, p99, max } = spread.percentiles();
        assert!((p50 - 100.007).abs() < 0.1, "{p50}");
        assert!((p99 - 198.007).abs() < 0.2, "{p99}");
        assert!((max - 200.007).abs() < 1e-9, "{max}");
        assert_eq!(Distribution::new().percentiles(), Percentiles::default());
    }

    #[test]
    fn a_time_without_end_is_counted_and_nothing_worse() {
        let mut spread = Distribution::new();
        spread.count(Duration::MAX);
        spread.count(Duration::ZERO);
        assert!(spread.percentiles().max > spread.percentiles().p50);
    }
}
