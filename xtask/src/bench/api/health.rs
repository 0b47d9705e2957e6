//! `/health`, asked again and again: whether the server answers at once, whatever it has to do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use serde_json::Value;

use super::http::{Client, Connections};
use super::measured::Latency;

/// From one request to the next.
const INTERVAL: Duration = Duration::from_millis(20);
/// The longest time that is told apart, microseconds: nobody waits longer.
const LONGEST: u64 = 120_000_000;

/// Asks until it is over.
pub(super) fn probe(url: &str, connections: Connections, over: &AtomicBool) -> anyhow::Result<Latency> {
    let client = Client::new(url, connections);
    let mut times = Times::new()?;
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        match client.get("/health").and_then(|health| ensure_well(&health)) {
            Ok(()) => times.add(start.elapsed()),
            Err(error) => times.fail(error),
        }
        due = due.checked_add(INTERVAL).context("the clock ends")?.max(Instant::now());
    }
    times.latency()
}

fn ensure_well(health: &Value) -> anyhow::Result<()> {
    let status = health.get("status").and_then(Value::as_str);
    ensure!(status == Some("ok"), "/health says {health}");
    Ok(())
}

/// How long requests took that were to be made at equal intervals.
struct Times {
    microseconds: Histogram<u64>,
    count: u64,
    failures: u64,
}

impl Times {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { microseconds: Histogram::new_with_bounds(1, LONGEST, 3)?, count: 0, failures: 0 })
    }

    /// While one request took longer than the interval others were due, which would have waited for the rest of its time. Without them
    /// a server that stops now and then would look well.
    fn add(&mut self, took: Duration) {
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST);
        self.count = self.count.saturating_add(1);
        // It is within the bounds.
        let _ = self.microseconds.record_correct(microseconds(took), microseconds(INTERVAL));
    }

    fn fail(&mut self, error: anyhow::Error) {
        if self.failures == 0 {
            println!("/health: {error:#}");
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn latency(self) -> anyhow::Result<Latency> {
        Ok(Latency::of(&self.microseconds, self.count, self.failures))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_pause_counts_for_all_who_would_have_asked_during_it() {
        let mut times = Times::new().unwrap();
        (0..99).for_each(|_| times.add(Duration::from_millis(1)));
        times.add(Duration::from_millis(500));
        let latency = times.latency().unwrap();
        assert_eq!(latency.count, 100);
        // 25 requests were due in it, of 124 in all: the last but one of them after 20 ms.
        assert!(latency.p50 < 1.1 && latency.p99 > 470.0, "{latency:?}");
    }

    #[test]
    fn a_server_that_is_not_well_is_no_answer() {
        ensure_well(&serde_json::json!({"status": "ok"})).unwrap();
        assert!(ensure_well(&serde_json::json!({"status": "degraded"})).is_err());
        assert!(ensure_well(&serde_json::json!({})).is_err());
    }
}
