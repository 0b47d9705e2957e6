//! The figures that are compared: of the clients and of replays, with their medians.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// What some work came to, whoever did it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// Requests sent.
    pub(super) requests: u64,
    /// Bytes read and written with them.
    pub(super) payload: u64,
    /// Seconds, from the start of the first process to the end of the last.
    pub(super) wall: f64,
    /// Seconds of processor time, user and system.
    pub(super) cpu: f64,
    /// The most anonymous memory in RAM, bytes.
    pub(super) peak_anonymous: u64,
    /// Load average of the machine at the end: figures of very different loads cannot be compared.
    pub(super) load: f64,
}

/// A replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Replayed {
    /// Of the whole process: reading the sessions, replaying and recording them.
    pub(super) figures: Figures,
    /// Seconds from the first connect to the last answer.
    pub(super) elapsed: f64,
    /// Seconds between the same points in the capture.
    pub(super) captured_span: f64,
    /// Answers that were not as captured.
    pub(super) diverged: u64,
    /// Requests that were not sent.
    pub(super) skipped: u64,
    /// Milliseconds after they were due at which requests were sent: the median.
    pub(super) lag_p50: f64,
    /// The same: the 99th percentile.
    pub(super) lag_p99: f64,
    /// The part of that which is not because the server answered later than captured: the median.
    #[serde(default)]
    pub(super) own_lag_p50: f64,
    /// The same: the 99th percentile.
    #[serde(default)]
    pub(super) own_lag_p99: f64,
}

impl Figures {
    pub(super) fn requests_per_second(&self) -> f64 {
        ratio(self.requests as f64, self.wall)
    }

    /// Millions of bytes of payload.
    pub(super) fn megabytes_per_second(&self) -> f64 {
        ratio(self.payload as f64 / 1e6, self.wall)
    }

    pub(super) fn cpu_microseconds_per_request(&self) -> f64 {
        ratio(self.cpu * 1e6, self.requests as f64)
    }

    pub(super) fn peak_mebibytes(&self) -> f64 {
        self.peak_anonymous as f64 / f64::from(1 << 20)
    }
}

impl Replayed {
    /// Every figure's own median; `None` of nothing.
    pub(super) fn median(runs: &[Self]) -> Option<Self> {
        let float = |of: fn(&Self) -> f64| median(runs.iter().map(of), f64::total_cmp);
        let count = |of: fn(&Self) -> u64| median(runs.iter().map(of), u64::cmp);
        Some(Self {
            figures: Figures {
                requests: count(|run| run.figures.requests)?,
                payload: count(|run| run.figures.payload)?,
                wall: float(|run| run.figures.wall)?,
                cpu: float(|run| run.figures.cpu)?,
                peak_anonymous: count(|run| run.figures.peak_anonymous)?,
                load: float(|run| run.figures.load)?,
            },
            elapsed: float(|run| run.elapsed)?,
            captured_span: float(|run| run.captured_span)?,
            diverged: count(|run| run.diverged)?,
            skipped: count(|run| run.skipped)?,
            lag_p50: float(|run| run.lag_p50)?,
            lag_p99: float(|run| run.lag_p99)?,
            own_lag_p50: float(|run| run.own_lag_p50)?,
            own_lag_p99: float(|run| run.own_lag_p99)?,
        })
    }

    /// How far the replay's span is from the captured one, as a part of that.
    pub(super) fn span_error(&self) -> f64 {
        (ratio(self.elapsed, self.captured_span) - 1.0).abs()
    }
}

/// `of` as a multiple of `to`; infinite when there is nothing to compare with, which no bound from above lets pass.
pub(crate) fn ratio(of: f64, to: f64) -> f64 {
    if to > 0.0 { of / to } else { f64::INFINITY }
}

/// The middle value, the lower one of two.
pub(super) fn median<T: Copy>(values: impl Iterator<Item = T>, compare: fn(&T, &T) -> Ordering) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_by(compare);
    let middle = values.len().checked_sub(1)?.checked_div(2)?;
    values.get(middle).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_median_is_taken_figure_by_figure() {
        let run = |wall: f64, peak_anonymous: u64| Replayed {
            figures: Figures { wall, peak_anonymous, ..Figures::default() },
            ..Replayed::default()
        };
        let median = Replayed::median(&[run(3.0, 10), run(1.0, 30), run(2.0, 20)]).unwrap();
        assert_eq!((median.figures.wall, median.figures.peak_anonymous), (2.0, 20));
        assert_eq!(Replayed::median(&[run(3.0, 1), run(1.0, 2)]).unwrap().figures.wall, 1.0);
        assert_eq!(Replayed::median(&[]), None);
    }

    #[test]
    fn rates_are_of_the_whole_wall_time() {
        let figures =
            Figures { requests: 600, payload: 8_000_000, wall: 2.0, cpu: 0.3, peak_anonymous: 3 << 20, load: 1.0 };
        assert_eq!(figures.requests_per_second(), 300.0);
        assert_eq!(figures.megabytes_per_second(), 4.0);
        assert_eq!(figures.cpu_microseconds_per_request(), 500.0);
        assert_eq!(figures.peak_mebibytes(), 3.0);
    }

    #[test]
    fn a_ratio_to_nothing_passes_no_bound_from_above() {
        assert_eq!(ratio(3.0, 2.0), 1.5);
        assert_eq!(ratio(0.0, 0.0), f64::INFINITY);
    }

    #[test]
    fn a_span_may_be_off_in_both_directions() {
        let off = |elapsed| Replayed { elapsed, captured_span: 4.0, ..Replayed::default() }.span_error();
        assert_eq!((off(3.0), off(5.0)), (0.25, 0.25));
    }
}
