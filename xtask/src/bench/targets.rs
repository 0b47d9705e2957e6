//! What is to be reached, and whether it was.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::analysis::{Analysis, Costs};
use super::api::{Api, Latency};
use super::crypto::Crypto;
use super::figures::{Figures, Replayed, ratio};
use super::ingest::{Ingest, TenTimes};
use super::setups::SetUp;

/// The most anonymous memory a replay may take, MiB.
const MEMORY: f64 = 128.0;
/// The same of an ingest.
const INGEST_MEMORY: f64 = 256.0;

/// The most memory of all kinds that a server may take, MiB.
const SERVER_MEMORY: f64 = 1_024.0;

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
        memory(figures.peak_mebibytes(), MEMORY),
    ]
}

/// Of metadata work in order `trace`.
pub(super) fn order_trace(clients: &Figures, replay: &Replayed) -> Vec<Target> {
    let figures = &replay.figures;
    vec![sent(clients, figures), wall(clients.wall, figures.wall, 1.5), memory(figures.peak_mebibytes(), MEMORY)]
}

/// Of a bulk copy.
pub(super) fn bulk(clients: &Figures, replay: &Replayed) -> Vec<Target> {
    let figures = &replay.figures;
    let throughput = ratio(figures.megabytes_per_second(), clients.megabytes_per_second());
    vec![
        sent(clients, figures),
        Target::new("throughput", throughput, Bound::AtLeast(1.0), "x the smbclient's"),
        memory(figures.peak_mebibytes(), MEMORY),
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

/// Of ingesting metadata work; what tshark is needed for is left out without it.
pub(super) fn ingest_metadata(measured: &Ingest) -> Vec<Target> {
    let speed = measured.dissected.map(|dissected| measured.times_faster_than(&dissected.fields));
    let at_least = |(what, least)| speed.map(|speed| Target::new(what, speed, Bound::AtLeast(least), THAN_FIELDS));
    let speed = [("speed", 50.0), ("speed, goal", 100.0)].into_iter().filter_map(at_least);
    speed.chain([memory(measured.smbreplay.peak_mebibytes(), INGEST_MEMORY)]).collect()
}

/// Of ingesting a bulk copy: no copy is much faster than cp, however slow tshark is.
pub(super) fn ingest_bulk(measured: &Ingest) -> Vec<Target> {
    let part_of_cp = measured.times_faster_than(&measured.cp);
    let speed = measured.dissected.into_iter().flat_map(|dissected| {
        let than_tshark = measured.times_faster_than(&dissected.fields);
        // Both are speeds of smbreplay: as parts of what has to be reached, the greater part is that of the lesser bound.
        let speed = if part_of_cp / 0.4 > than_tshark / 2.5 {
            Target::new("speed", part_of_cp, Bound::AtLeast(0.4), "x cp's")
        } else {
            Target::new("speed", than_tshark, Bound::AtLeast(2.5), THAN_FIELDS)
        };
        let than_all = measured.times_faster_than(&dissected.all_fields);
        [speed, Target::new("speed", than_all, Bound::AtLeast(10.0), "x tshark's, all fields")]
    });
    speed.chain([memory(measured.smbreplay.peak_mebibytes(), INGEST_MEMORY)]).collect()
}

const THAN_FIELDS: &str = "x tshark's, 34 fields";

/// Of ingesting a recording ten times over.
pub(super) fn ten_times(measured: &TenTimes) -> Vec<Target> {
    vec![
        Target::new("wall time", measured.wall_ratio(), Bound::AtMost(11.0), "x the one's"),
        Target::new("peak memory", measured.memory_ratio(), Bound::AtMost(1.1), "x the one's"),
        memory(measured.ten.peak_mebibytes(), INGEST_MEMORY),
    ]
}

/// Of questions about a long session; the bounds are for one of 1.2 million requests.
pub(super) fn analysis(measured: &Analysis) -> Vec<Target> {
    let Costs { first, filter, statistics } = measured.smbreplay;
    let within = |what, wall, most| Target::new(what, wall, Bound::AtMost(most), "s");
    vec![
        within("first lines", first.wall, 0.2),
        within("filter", filter.wall, 0.5),
        within("statistics", statistics.wall, 1.0),
    ]
}

/// Of a server with many clients; the bounds are for 200 of them and a session of 1.2 million requests.
pub(super) fn api(measured: &Api) -> Vec<Target> {
    let health = |latency: Latency, how| Target::new("/health p99", latency.p99, Bound::AtMost(50.0), how);
    let mebibytes = measured.loaded.resident as f64 / f64::from(1 << 20);
    vec![
        Target::new("failures", measured.failures() as f64, Bound::AtMost(0.0), "requests"),
        health(measured.kept, "ms, on one connection"),
        health(measured.fresh, "ms, on new connections"),
        memory(mebibytes, SERVER_MEMORY),
    ]
}

/// Of one core that decrypts and expands messages.
pub(super) fn crypto(measured: &Crypto) -> Vec<Target> {
    let at_least = |what, speed, least| Target::new(what, speed, Bound::AtLeast(least), "MB/s");
    vec![
        at_least("AES-128-GCM", measured.aes_128_gcm, 500.0),
        at_least("AES-256-GCM", measured.aes_256_gcm, 500.0),
        at_least("LZ77", measured.lz77, 300.0),
    ]
}

/// A replay that leaves requests out has won nothing.
fn sent(clients: &Figures, replay: &Figures) -> Target {
    let part = ratio(replay.requests as f64, clients.requests as f64);
    Target::new("requests sent", part, Bound::AtLeast(1.0), "x the captured")
}

fn wall(clients: f64, measured: f64, most: f64) -> Target {
    Target::new("wall time", ratio(measured, clients), Bound::AtMost(most), "x the smbclients'")
}

fn memory(mebibytes: f64, most: f64) -> Target {
    Target::new("peak memory", mebibytes, Bound::AtMost(most), "MiB")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::bench::api::Memory;
    use crate::bench::cost::Cost;
    use crate::bench::ingests::Found;
    use crate::bench::tshark::Dissected;

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

    fn ingest(wall: f64, mebibytes: u64, tshark: Option<(f64, f64)>, cp: f64) -> Ingest {
        let cost = |wall: f64| Cost { wall, peak_anonymous: mebibytes << 20, ..Cost::default() };
        let dissected = tshark.map(|(fields, all)| Dissected {
            bytes: 1,
            messages: 1,
            requests: 1,
            fields: cost(fields),
            all_count: 500,
            all_fields: cost(all),
        });
        Ingest {
            bytes: 1,
            output: 1,
            found: Found::default(),
            smbreplay: cost(wall),
            cp: cost(cp),
            cat: cost(cp),
            dissected,
            kept: false,
        }
    }

    #[test]
    fn an_ingest_of_metadata_is_held_against_tshark() {
        assert_eq!(reached(&ingest_metadata(&ingest(1.0, 256, Some((100.0, 1.0)), 1.0))), [true; 3]);
        assert_eq!(reached(&ingest_metadata(&ingest(1.0, 257, Some((50.0, 1.0)), 1.0))), [true, false, false]);
        assert_eq!(reached(&ingest_metadata(&ingest(1.0, 1, None, 1.0))), [true]);
    }

    #[test]
    fn an_ingest_of_bulk_is_held_against_the_slower_of_two_speeds() {
        let told = |ingest: Ingest| ingest_bulk(&ingest).iter().map(ToString::to_string).collect::<Vec<_>>();
        // cp takes 0.4 s, so that 1 s are allowed; 2.5 times as fast as tshark would be 0.8 s.
        let [speed, all, _] = told(ingest(1.0, 1, Some((2.0, 10.0)), 0.4)).try_into().unwrap();
        assert_eq!(speed, "ok      speed              0.40 x cp's (at least 0.4)");
        assert_eq!(all, "ok      speed             10.00 x tshark's, all fields (at least 10)");
        // Now that is 2 s.
        let [speed, ..] = &told(ingest(1.9, 1, Some((5.0, 10.0)), 0.4))[..] else { panic!() };
        assert_eq!(speed, "ok      speed              2.63 x tshark's, 34 fields (at least 2.5)");
    }

    #[test]
    fn ten_copies_may_take_eleven_times_as_long_and_a_tenth_more_memory() {
        let cost = |wall: f64, mebibytes: u64| Cost { wall, peak_anonymous: mebibytes << 20, ..Cost::default() };
        let ten_times =
            |ten| TenTimes { bytes: 1, found: Found::default(), once: cost(1.0, 100), ten, through_pipe: true };
        assert_eq!(reached(&super::ten_times(&ten_times(cost(11.0, 110)))), [true; 3]);
        assert_eq!(reached(&super::ten_times(&ten_times(cost(11.1, 111)))), [false, false, true]);
    }

    #[test]
    fn each_answer_has_its_own_bound() {
        let cost = |wall| Cost { wall, ..Cost::default() };
        let answered = |first, filter, statistics| {
            let smbreplay = Costs { first: cost(first), filter: cost(filter), statistics: cost(statistics) };
            reached(&analysis(&Analysis { smbreplay, ..Analysis::default() }))
        };
        assert_eq!(answered(0.2, 0.5, 1.0), [true; 3]);
        assert_eq!(answered(0.21, 0.5, 1.0), [false, true, true]);
        assert_eq!(answered(0.2, 0.51, 1.01), [true, false, false]);
    }

    #[test]
    fn a_core_has_to_decrypt_and_expand_fast_enough() {
        let of = |aes_128_gcm, aes_256_gcm, lz77| {
            reached(&crypto(&Crypto { aes_128_gcm, aes_256_gcm, lz77, ..Crypto::default() }))
        };
        assert_eq!(of(500.0, 500.0, 300.0), [true; 3]);
        assert_eq!(of(499.0, 501.0, 299.0), [false, true, false]);
    }

    #[test]
    fn one_failure_of_a_server_is_one_too_many() {
        let latency = |p99, failures| Latency { p99, failures, ..Latency::default() };
        let served = |kept, fresh, failures, mebibytes: u64| {
            let loaded = Memory { resident: mebibytes << 20, anonymous: 0 };
            let (kept, fresh) = (latency(kept, 0), latency(fresh, failures));
            reached(&api(&Api { kept, fresh, loaded, ..Api::default() }))
        };
        assert_eq!(served(50.0, 50.0, 0, 1_024), [true; 4]);
        assert_eq!(served(50.1, 50.0, 1, 1_025), [false, false, true, false]);
        assert_eq!(served(50.0, 50.1, 0, 1), [true, true, false, true]);
    }

    #[test]
    fn a_line_tells_verdict_figure_and_bound() {
        let target = Target::new("wall time", 1.234, Bound::AtMost(1.5), "x the smbclients'");
        assert_eq!(target.to_string(), "ok      wall time          1.23 x the smbclients' (at most 1.5)");
    }
}
