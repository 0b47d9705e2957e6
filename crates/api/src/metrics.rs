//! What is counted, for Prometheus.

use crate::jobs::{JobKind, JobState};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use replay::{Pace, Progress, Report};
use std::sync::Mutex;
use std::time::Duration;
use store::runs::Verdict;

/// Methods that are told apart.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

type Labels<const N: usize> = [(&'static str, String); N];

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Labels<3>, Counter>,
    times: Family<Labels<2>, Histogram>,
    jobs: Family<Labels<2>, Counter>,
    running: Family<Labels<1>, Gauge>,
    operations: Family<Labels<1>, Counter>,
    divergences: Family<Labels<1>, Counter>,
    lag: Histogram,
    uploaded: Counter,
}

impl Metrics {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("smbreplay");
        let times: Family<Labels<2>, Histogram> =
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 4.0, 9)));
        let lag = Histogram::new(exponential_buckets(0.000_1, 4.0, 10));
        let (requests, jobs, running, uploaded) =
            (Family::default(), Family::default(), Family::default(), Counter::default());
        let (operations, divergences) = (Family::default(), Family::default());
        registry.register("http_requests", "requests by method, path template and status", requests.clone());
        let help = "time until an answer began, by method and path template";
        registry.register_with_unit("http_answer", help, Unit::Seconds, times.clone());
        registry.register("jobs", "jobs that ended, by kind and state", jobs.clone());
        registry.register("jobs_running", "jobs that run, by kind", running.clone());
        registry.register("replay_operations", "operations of replays, as they end, by verdict", operations.clone());
        let help = "root divergences of replays, as they are found, by verdict";
        registry.register("replay_divergences", help, divergences.clone());
        let help = "how late requests of replays with a pace were sent, looked at up to 20 times a second";
        registry.register_with_unit("replay_lag", help, Unit::Seconds, lag.clone());
        registry.register_with_unit("uploaded", "bytes of captures that were uploaded", Unit::Bytes, uploaded.clone());
        Self { registry: Mutex::new(registry), requests, times, jobs, running, operations, divergences, lag, uploaded }
    }

    /// The exposition format of OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }

    /// A request was answered.
    pub(crate) fn answered(&self, method: &str, path: &str, status: u16, took: Duration) {
        // A client can think up any number of methods, and each would be counted by itself for ever.
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        let (method, path) = (("method", method.to_owned()), ("path", path.to_owned()));
        let status = ("status", status.to_string());
        self.requests.get_or_create(&[method.clone(), path.clone(), status]).inc();
        self.times.get_or_create(&[method, path]).observe(took.as_secs_f64());
    }

    /// A job began, or ended: `by` is 1 or -1.
    pub(crate) fn job_runs(&self, kind: JobKind, by: i64) {
        self.running.get_or_create(&[("kind", kind.name().to_owned())]).inc_by(by);
    }

    /// A job ended.
    pub(crate) fn job_ended(&self, kind: JobKind, state: JobState) {
        self.jobs.get_or_create(&[("kind", kind.name().to_owned()), ("state", state.name().to_owned())]).inc();
    }

    /// A replay begins.
    pub(crate) fn replay(&self, pace: Pace) -> Replaying<'_> {
        Replaying { metrics: self, is_paced: pace != Pace::Asap, counted: [0; VERDICTS] }
    }

    /// Bytes of a capture came.
    pub(crate) fn uploaded(&self, bytes: u64) {
        self.uploaded.inc_by(bytes);
    }
}

/// Verdicts of operations.
const VERDICTS: usize = Verdict::ALL.len();

/// A replay that goes on: what was counted of it already.
#[derive(Debug)]
pub(crate) struct Replaying<'a> {
    metrics: &'a Metrics,
    is_paced: bool,
    counted: [u64; VERDICTS],
}

impl Replaying<'_> {
    /// It told how far it is.
    pub(crate) fn at(&mut self, now: &Progress) {
        // Without a pace nothing is due at any time.
        if self.is_paced && now.verdicts != self.counted {
            self.metrics.lag.observe(now.lag.as_secs_f64());
        }
        self.count(now.verdicts);
    }

    /// A root divergence was found.
    pub(crate) fn diverged(&self, verdict: &str) {
        self.metrics.divergences.get_or_create(&[("verdict", verdict.to_owned())]).inc();
    }

    /// It ended.
    pub(crate) fn ended(mut self, report: &Report) {
        self.count(Verdict::ALL.map(|verdict| match verdict {
            Verdict::Match => report.matched,
            Verdict::Status => report.status_diverged,
            Verdict::Body => report.body_diverged,
            Verdict::NoResponse => report.no_response,
            Verdict::Skipped => report.skipped,
            Verdict::NotCompared => report.not_compared,
        }));
    }

    fn count(&mut self, now: [u64; VERDICTS]) {
        for ((verdict, counted), now) in Verdict::ALL.into_iter().zip(&mut self.counted).zip(now) {
            let name = verdict.name().to_owned();
            self.metrics.operations.get_or_create(&[("verdict", name)]).inc_by(now.saturating_sub(*counted));
            *counted = now.max(*counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_is_counted_while_it_goes_on_and_each_operation_once() {
        let metrics = Metrics::new();
        let mut replay = metrics.replay(Pace::Original);
        let lag = Duration::from_millis(3);
        let at = |verdicts| Progress { verdicts, lag, ..Progress::default() };
        replay.at(&at([7, 1, 0, 0, 0, 0]));
        replay.diverged("status");
        let has = |line: &str| metrics.text().lines().any(|found| found == line);
        assert!(has(r#"smbreplay_replay_operations_total{verdict="match"} 7"#), "{}", metrics.text());
        assert!(has(r#"smbreplay_replay_divergences_total{verdict="status"} 1"#), "{}", metrics.text());
        // Nothing has ended since.
        replay.at(&at([7, 1, 0, 0, 0, 0]));
        replay.at(&at([8, 1, 0, 0, 0, 0]));
        assert!(has("smbreplay_replay_lag_seconds_count 2"), "{}", metrics.text());
        replay.ended(&Report { matched: 9, status_diverged: 1, skipped: 2, ..Report::default() });
        for line in [r#"verdict="match"} 9"#, r#"verdict="status"} 1"#, r#"verdict="skipped"} 2"#] {
            assert!(has(&format!("smbreplay_replay_operations_total{{{line}")), "{line}: {}", metrics.text());
        }
        let mut at_once = metrics.replay(Pace::Asap);
        at_once.at(&at([1, 0, 0, 0, 0, 0]));
        assert!(has("smbreplay_replay_lag_seconds_count 2"), "{}", metrics.text());
    }
}
