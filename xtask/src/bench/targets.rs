//! What is to be reached, and whether it was.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::figures::{Figures, Replayed, ratio};
use super::setups::SetUp;

/// The most anonymous memory a replay may take, MiB.
const MEMORY: f64 = 128.0;

/// One thing to be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Target {
    /// What is measured.
    pub(super) what: String,
    /// What was measured.
    pub(super) measured: f64,
    /// What it has to be.
    pub(super) bound: Bound,
    /// What both count in.
    pub(super) unit: String,
}

/// From which side a figure is bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub(super) fn is_reached(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.measured <= most,
            Bound::AtLeast(least) => self.measured >= least,
        }
    }

    fn new(what: &str, measured: f64, bound: Bound, unit: &str) -> Self {
        Self { what: what.into(), measured, bound, unit: unit.into() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, unit, .. } = self;
        let (side, bound) = match self.bound {
            Bound::AtMost(most) => ("at most", most),
            Bound::AtLeast(least) => ("at least", least),
        };
        let verdict = if self.is_reached() { "ok" } else { "missed" };
        write!(f, "{verdict:<6}  {what:<14} {measured:>8.2} {unit} ({side} {bound})")
    }
}

/// Of metadata work in order `session`.
pub(super) fn order_session(clients: &Figures, replay: &Replayed) -> Vec<Target> {
    let figures = &replay.figures;
    let cpu = ratio(figures.cpu_microseconds_per_request(), clients.cpu_microseconds_per_request());
    vec![
        sent(clients, figures),
        wall(clients.wall, figures.wall, 1.0),
        Target::new("CPU a request", cpu, Bound::AtMost(0.5), "x the smbclients'"),
        memory(figures),
    ]
}

/// Of metadata work in order `trace`.
pub(super) fn order_trace(clients: &Figures, replay: &Replayed) -> Vec<Target> {
    let figures = &replay.figures;
    vec![sent(clients, figures), wall(clients.wall, figures.wall, 1.5), memory(figures)]
}

/// Of a bulk copy.
pub(super) fn bulk(clients: &Figures, replay: &Replayed) -> Vec<Target> {
    let figures = &replay.figures;
    let throughput = ratio(figures.megabytes_per_second(), clients.megabytes_per_second());
    vec![
        sent(clients, figures),
        Target::new("throughput", throughput, Bound::AtLeast(1.0), "x the smbclient's"),
        memory(figures),
    ]
}

/// Of a replay at the captured pace, whose server need not be as fast as the captured one.
pub(super) fn original_pace(replay: &Replayed) -> Vec<Target> {
    vec![
        Target::new("own lag p50", replay.own_lag_p50, Bound::AtMost(0.5), "ms"),
        Target::new("own lag p99", replay.own_lag_p99, Bound::AtMost(2.0), "ms"),
        Target::new("span", replay.span_error() * 100.0, Bound::AtMost(1.0), "% off the captured"),
    ]
}

/// Of setting up the tree that clients made.
pub(super) fn set_up(measured: &SetUp) -> Vec<Target> {
    vec![wall(measured.clients.wall, measured.setup.wall, 1.0)]
}

/// A replay that leaves requests out has won nothing.
fn sent(clients: &Figures, replay: &Figures) -> Target {
    let part = ratio(replay.requests as f64, clients.requests as f64);
    Target::new("requests sent", part, Bound::AtLeast(1.0), "x the captured")
}

fn wall(clients: f64, measured: f64, most: f64) -> Target {
    Target::new("wall time", ratio(measured, clients), Bound::AtMost(most), "x the smbclients'")
}

fn memory(replay: &Figures) -> Target {
    Target::new("peak memory", replay.peak_mebibytes(), Bound::AtMost(MEMORY), "MiB")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn figures(wall: f64, cpu: f64, mebibytes: u64) -> Figures {
        Figures { requests: 1_000, payload: 1 << 30, wall, cpu, peak_anonymous: mebibytes << 20, load: 1.0 }
    }

    fn reached(targets: &[Target]) -> Vec<bool> {
        targets.iter().map(Target::is_reached).collect()
    }

    #[test]
    fn what_is_exactly_at_its_bound_is_reached() {
        let clients = figures(10.0, 4.0, 50);
        let replay = |wall, cpu, mebibytes| Replayed { figures: figures(wall, cpu, mebibytes), ..Replayed::default() };
        assert_eq!(reached(&order_session(&clients, &replay(10.0, 2.0, 128))), [true; 4]);
        assert_eq!(reached(&order_session(&clients, &replay(10.1, 2.1, 129))), [true, false, false, false]);
        assert_eq!(reached(&order_trace(&clients, &replay(15.0, 9.0, 129))), [true, true, false]);
        assert_eq!(reached(&bulk(&clients, &replay(10.0, 9.0, 1))), [true; 3]);
        assert_eq!(reached(&bulk(&clients, &replay(10.1, 9.0, 1))), [true, false, true]);
    }

    #[test]
    fn requests_that_are_left_out_are_no_gain() {
        let mut replay = Replayed { figures: figures(1.0, 0.1, 1), ..Replayed::default() };
        replay.figures.requests = 999;
        assert_eq!(reached(&order_trace(&figures(10.0, 4.0, 50), &replay)), [false, true, true]);
    }

    #[test]
    fn lag_and_span_are_bound_from_above() {
        let replay = |own_lag_p50, own_lag_p99, elapsed| Replayed {
            own_lag_p50,
            own_lag_p99,
            elapsed,
            captured_span: 10.0,
            ..Replayed::default()
        };
        assert_eq!(reached(&original_pace(&replay(0.5, 2.0, 10.05))), [true; 3]);
        assert_eq!(reached(&original_pace(&replay(0.6, 2.1, 9.8))), [false; 3]);
    }

    #[test]
    fn a_line_tells_verdict_figure_and_bound() {
        let target = Target::new("wall time", 1.234, Bound::AtMost(1.5), "x the smbclients'");
        assert_eq!(target.to_string(), "ok      wall time          1.23 x the smbclients' (at most 1.5)");
    }
}
