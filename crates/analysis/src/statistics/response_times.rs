//! How response times are spread, however many there are.

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::Serialize;

/// Digits that a percentile keeps.
const DIGITS: u8 = 3;

/// Response times, from a request's last byte to the last byte of its final response. Nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct ResponseTimes {
    /// How many there are.
    pub count: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The median, right to three digits.
    pub p50_ns: u64,
    /// The 99th percentile, right to three digits.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// Their mean, rounded to the nearest.
    pub mean_ns: u64,
    /// Their sum. Not beyond 2^64 - 1 (584 years).
    pub sum_ns: u64,
}

/// Response times that are being counted. Memory does not grow with their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    count: u64,
    min: u64,
    max: u64,
    sum: u128,
    histogram: Option<Histogram<u64>>,
}

impl Spread {
    /// Counts a time of so many nanoseconds.
    pub(super) fn count(&mut self, nanoseconds: u64) {
        self.min = if self.count == 0 { nanoseconds } else { self.min.min(nanoseconds) };
        self.max = self.max.max(nanoseconds);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(nanoseconds.into());
        if self.histogram.is_none() {
            self.histogram = Histogram::new(DIGITS).ok();
        }
        if let Some(histogram) = &mut self.histogram {
            // What does not fit any more is beyond all percentiles.
            let _ = histogram.record(nanoseconds);
        }
    }

    /// What they are; `None` if there are none.
    pub(super) fn times(&self) -> Option<ResponseTimes> {
        let count = u128::from(self.count);
        let half = count.checked_div(2)?;
        let mean = self.sum.saturating_add(half).checked_div(count)?;
        let at = |quantile: f64| {
            let found = self.histogram.as_ref().map_or(0, |histogram| histogram.value_at_quantile(quantile));
            found.clamp(self.min, self.max)
        };
        Some(ResponseTimes {
            count: self.count,
            min_ns: self.min,
            p50_ns: at(0.5),
            p99_ns: at(0.99),
            max_ns: self.max,
            mean_ns: u64::try_from(mean).unwrap_or(u64::MAX),
            sum_ns: u64::try_from(self.sum).unwrap_or(u64::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn spread(times: impl IntoIterator<Item = u64>) -> Option<ResponseTimes> {
        let mut spread = Spread::default();
        times.into_iter().for_each(|time| spread.count(time));
        spread.times()
    }

    #[test]
    fn percentiles_are_right_to_three_digits_and_all_else_exactly() {
        // 1,007 to 200,007 ns in steps of 1,000: 100 of the 200 are up to 100,007, 198 up to 198,007.
        let times = spread((1..=200).rev().map(|step| step * 1_000 + 7)).unwrap();
        assert_eq!((times.count, times.min_ns, times.max_ns), (200, 1_007, 200_007));
        assert_eq!((times.sum_ns, times.mean_ns), (20_101_400, 100_507));
        assert!(times.p50_ns.abs_diff(100_007) <= 100, "{times:?}");
        assert!(times.p99_ns.abs_diff(198_007) <= 198, "{times:?}");
    }

    #[test]
    fn short_times_have_exact_percentiles() {
        let times = spread([5, 1, 4, 2, 3]).unwrap();
        assert_eq!((times.min_ns, times.p50_ns, times.p99_ns, times.max_ns, times.mean_ns), (1, 3, 5, 5, 3));
    }

    #[test]
    fn of_no_times_there_is_neither_mean_nor_percentile() {
        assert_eq!(spread([]), None);
    }

    #[test]
    fn one_time_is_all_of_them_and_zero_is_a_time() {
        let times = spread([1_234_567]).unwrap();
        assert_eq!([times.min_ns, times.p50_ns, times.p99_ns, times.max_ns, times.mean_ns], [1_234_567; 5]);
        assert_eq!(spread([0]).unwrap().max_ns, 0);
    }

    #[test]
    fn times_without_end_are_counted_and_nothing_worse() {
        let times = spread([u64::MAX, u64::MAX, 0]).unwrap();
        assert_eq!((times.count, times.max_ns, times.sum_ns), (3, u64::MAX, u64::MAX));
        assert_eq!(times.mean_ns, u64::MAX / 3 * 2);
    }
}
