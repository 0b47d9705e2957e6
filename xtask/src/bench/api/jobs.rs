//! Jobs beside the clients, one after the other: what the server does for one client that takes long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use lab::Samba;
use serde::Deserialize;
use serde_json::{Value, json};

use super::http::Client;
use super::measured::JobsDone;
use super::served::Served;
use super::site::{CASE, INGESTED_TRACE, REPLAYED_TRACE};
use crate::bench::interrupt::Interrupt;

/// How often it is asked whether a job has ended.
const POLL: Duration = Duration::from_millis(100);
/// A job that goes on for so long after it was cancelled does not end.
const END: Duration = Duration::from_secs(60);
/// Operations that are replayed: so few that replays end in the time.
const REPLAYED: u64 = 20_000;

/// What is done again and again.
#[derive(Clone, Copy)]
pub(super) enum Work<'a> {
    /// A recording is ingested anew.
    Ingest,
    /// Another is replayed on this server, each time into a folder of its own.
    Replay(&'a Samba),
}

/// What is needed of a job.
#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    state: State,
    result: Option<Value>,
    error: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
    Interrupted,
}

/// Ingests the trace that is replayed.
pub(super) fn prepare(server: &Served<'_>, interrupt: &Interrupt) -> anyhow::Result<()> {
    let mut job = start(server.client(), "/api/traces/ingest", &ingest(REPLAYED_TRACE))?;
    while !job.has_ended()? {
        interrupt.check()?;
        thread::sleep(POLL);
        job = look(server.client(), &job.id)?;
    }
    ensure!(job.state == State::Done, "{REPLAYED_TRACE} was not ingested: {:?}", job.state);
    Ok(())
}

/// Starts a job when the one before has ended, until it is over; what then runs is cancelled, and only what came of it until then
/// counts. A job that fails is an error, and so is work of which nothing came.
pub(super) fn again_and_again(work: Work<'_>, client: &Client, over: &AtomicBool) -> anyhow::Result<JobsDone> {
    let mut all = JobsDone::default();
    while !over.load(Ordering::Relaxed) {
        let (address, body) = work.request(all.done);
        let mut job = start(client, address, &body)?;
        while !job.has_ended()? && !over.load(Ordering::Relaxed) {
            thread::sleep(POLL);
            job = look(client, &job.id)?;
        }
        if job.has_ended()? {
            ensure!(job.state == State::Done, "a job at {address} ended as {:?}", job.state);
            let result = job.result.with_context(|| format!("a job at {address} has no result"))?;
            ensure!(all.add(&result) > 0, "a job at {address} did nothing");
            all.done = all.done.saturating_add(1);
        } else if let Some(result) = cancel(client, &job.id)?.result {
            all.add(&result);
        }
    }
    ensure!(all.amount > 0, "{} in the time: ask for more --seconds or less --beside", work.nothing());
    Ok(all)
}

impl Work<'_> {
    fn nothing(self) -> &'static str {
        match self {
            Self::Ingest => "no ingest ended",
            Self::Replay(_) => "no replay sent anything",
        }
    }

    /// Address and body.
    fn request(self, number: u64) -> (&'static str, Value) {
        match self {
            Self::Ingest => ("/api/traces/ingest", ingest(INGESTED_TRACE)),
            Self::Replay(samba) => (
                "/api/replay/execute",
                json!({
                    "capture_path": REPLAYED_TRACE, "case_id": CASE, "all": true, "limit": REPLAYED,
                    "server_ip": "127.0.0.1", "port": samba.port(), "tree_name": samba.share(),
                    "username": samba.username(), "password": samba.password(),
                    "root": format!("replay-{number}"), "setup": false,
                }),
            ),
        }
    }
}

fn ingest(trace: &str) -> Value {
    json!({ "path": trace, "case_id": CASE, "force": true })
}

fn start(client: &Client, address: &str, body: &Value) -> anyhow::Result<Job> {
    let job = client.post(&format!("{address}?async=true"), body, 202)?;
    serde_json::from_value(job).with_context(|| format!("{address} answers with no job"))
}

fn look(client: &Client, id: &str) -> anyhow::Result<Job> {
    serde_json::from_value(client.get(&format!("/api/jobs/{id}"))?).with_context(|| format!("{id} is no job"))
}

/// The job as it ends.
fn cancel(client: &Client, id: &str) -> anyhow::Result<Job> {
    let status = client.delete(&format!("/api/jobs/{id}"))?;
    // It may have ended meanwhile.
    ensure!([202, 409].contains(&status), "cancelling a job was answered {status}");
    let start = Instant::now();
    while start.elapsed() < END {
        let job = look(client, id)?;
        if job.has_ended()? {
            return Ok(job);
        }
        thread::sleep(POLL);
    }
    bail!("job {id} has not ended {} s after it was cancelled", END.as_secs())
}

impl Job {
    /// A failure is an error.
    fn has_ended(&self) -> anyhow::Result<bool> {
        match self.state {
            State::Queued | State::Running => Ok(false),
            State::Done | State::Cancelled => Ok(true),
            State::Failed | State::Interrupted => {
                bail!("a job failed: {}", self.error.as_ref().unwrap_or(&Value::Null))
            }
        }
    }
}

impl JobsDone {
    /// Adds what a job has as its result; how much it did.
    fn add(&mut self, result: &Value) -> u64 {
        let count = |name: &str| result.get(name).and_then(Value::as_u64);
        let amount = count("total_frames").or_else(|| count("sent")).unwrap_or_default();
        let diverged = ["status_diverged", "body_diverged", "no_response"].iter().filter_map(|name| count(name));
        self.amount = self.amount.saturating_add(amount);
        self.diverged = diverged.fold(self.diverged, u64::saturating_add);
        amount
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_jobs_did_adds_up() {
        let mut all = JobsDone::default();
        let replayed = |sent: u64| json!({"sent": sent, "status_diverged": 1, "body_diverged": 2, "no_response": 0});
        assert_eq!([all.add(&replayed(100)), all.add(&replayed(50))], [100, 50]);
        assert_eq!(all, JobsDone { done: 0, amount: 150, diverged: 6 });
        assert_eq!([all.add(&json!({"total_frames": 7})), all.add(&json!({}))], [7, 0]);
        assert_eq!(all.amount, 157);
    }

    #[test]
    fn a_job_that_fails_is_told_with_its_reason() {
        let job = |state: &str| -> Job {
            let text =
                format!(r#"{{"id": "ab", "kind": "replay", "state": "{state}", "error": {{"code": "no_room"}}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        assert!(!job("queued").has_ended().unwrap());
        assert!(job("cancelled").has_ended().unwrap());
        assert!(job("failed").has_ended().unwrap_err().to_string().contains("no_room"));
    }
}
