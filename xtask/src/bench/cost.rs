//! What some programs cost that ran side by side: time, processor time and memory.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::figures::median;
use super::metered::Used;
use super::process_files::load_average;

/// What they cost, all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cost {
    /// How many programs. Recordings call them clients, which they all were once.
    #[serde(rename = "clients")]
    pub(super) programs: u64,
    /// Seconds from the start of the first to the end of the last.
    pub(super) wall: f64,
    /// Seconds of processor time, all together.
    pub(super) cpu: f64,
    /// Bytes of anonymous memory: the sum of the most that each had.
    pub(super) peak_anonymous: u64,
    /// Load average of the machine at the end.
    pub(super) load: f64,
}

impl Cost {
    /// Of programs that have just ended, and `wall` after the first of them was started.
    pub(super) fn of(used: &[Used], wall: Duration) -> Self {
        Self {
            programs: used.len() as u64,
            wall: wall.as_secs_f64(),
            cpu: used.iter().map(|used| used.cpu.as_secs_f64()).sum(),
            peak_anonymous: used.iter().fold(0, |sum, used| sum.saturating_add(used.peak_anonymous)),
            load: load_average(),
        }
    }

    /// Every figure's own median; `None` of nothing.
    pub(super) fn median(runs: impl Iterator<Item = Self> + Clone) -> Option<Self> {
        let float = |of: fn(Self) -> f64| median(runs.clone().map(of), f64::total_cmp);
        let count = |of: fn(Self) -> u64| median(runs.clone().map(of), u64::cmp);
        Some(Self {
            programs: count(|run| run.programs)?,
            wall: float(|run| run.wall)?,
            cpu: float(|run| run.cpu)?,
            peak_anonymous: count(|run| run.peak_anonymous)?,
            load: float(|run| run.load)?,
        })
    }

    pub(super) fn peak_mebibytes(&self) -> f64 {
        self.peak_anonymous as f64 / f64::from(1 << 20)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_median_is_taken_figure_by_figure() {
        let run = |wall: f64, peak_anonymous: u64| Cost { wall, peak_anonymous, ..Cost::default() };
        let median = Cost::median([run(3.0, 1 << 20), run(1.0, 3 << 20), run(2.0, 2 << 20)].into_iter()).unwrap();
        assert_eq!((median.wall, median.peak_mebibytes()), (2.0, 2.0));
        assert_eq!(Cost::median(std::iter::empty()), None);
    }

    #[test]
    fn what_kept_recordings_say_of_their_clients_is_still_read() {
        let kept = r#"{"clients": 8, "wall": 1.5, "cpu": 2.25, "peak_anonymous": 4096, "load": 2.5}"#;
        let cost = Cost { programs: 8, wall: 1.5, cpu: 2.25, peak_anonymous: 4096, load: 2.5 };
        assert_eq!(serde_json::from_str::<Cost>(kept).unwrap(), cost);
    }
}
