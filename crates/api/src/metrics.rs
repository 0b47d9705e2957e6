//! What is counted, for Prometheus.

use crate::jobs::{JobKind, JobState};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use replay::{Progress, Report};
use std::sync::Mutex;
use std::time::Duration;

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
        let (requests, jobs, running, operations, uploaded) =
            (Family::default(), Family::default(), Family::default(), Family::default(), Counter::default());
        registry.register("http_requests", "requests by method, path template and status", requests.clone());
        let help = "time until an answer began, by method and path template";
        registry.register_with_unit("http_answer", help, Unit::Seconds, times.clone());
        registry.register("jobs", "jobs that ended, by kind and state", jobs.clone());
        registry.register("jobs_running", "jobs that run, by kind", running.clone());
        registry.register("replay_operations", "operations of replays that ended, by verdict", operations.clone());
        registry.register_with_unit("replay_lag", "how late requests of replays were sent", Unit::Seconds, lag.clone());
        registry.register_with_unit("uploaded", "bytes of captures that were uploaded", Unit::Bytes, uploaded.clone());
        Self { registry: Mutex::new(registry), requests, times, jobs, running, operations, lag, uploaded }
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
        // Anybody may make a method up.
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

    /// A replay told how far it is.
    pub(crate) fn replaying(&self, now: &Progress) {
        self.lag.observe(now.lag.as_secs_f64());
    }

    /// A replay ended.
    pub(crate) fn replayed(&self, report: &Report) {
        for (verdict, count) in [
            ("match", report.matched),
            ("status", report.status_diverged),
            ("body", report.body_diverged),
            ("no_response", report.no_response),
            ("skipped", report.skipped),
            ("not_compared", report.not_compared),
        ] {
            self.operations.get_or_create(&[("verdict", verdict.to_owned())]).inc_by(count);
        }
    }

    /// Bytes of a capture came.
    pub(crate) fn uploaded(&self, bytes: u64) {
        self.uploaded.inc_by(bytes);
    }
}
