//! Ingesting recordings and replaying them on fresh private Sambas, with the release build.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::clients;
use super::figures::{Figures, Replayed};
use super::folder::Folder;
use super::interrupt::Interrupt;
use super::metered::{self, Used};
use super::process_files::load_average;

/// A replay that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(3_600);
/// Replays of which the median is taken.
const REPLAYS: usize = 3;

/// What a recording holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Requests.
    pub(super) requests: u64,
    /// Bytes read and written with them.
    pub(super) payload: u64,
}

/// Ingests a recording anew, since the program may read it otherwise than the last one did.
pub(super) fn ingest(name: &str, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Contents> {
    forget_runs(&folder.runs(name))?;
    let mut command = folder.smbreplay(("", ""));
    command.args(["ingest", "--force", &format!("{name}.pcap")]);
    let (_, used) = run(command, folder, interrupt)?;
    ensure!(used.status.success(), "`smbreplay ingest` failed ({}): {}", used.status, complaint(folder));
    println!("ingested {name} in {:.1} s", used.wall.as_secs_f64());
    let metadata: Metadata = read_json(&folder.metadata(name))?;
    Ok(metadata.contents())
}

/// Replays a recording a few times, each on a Samba of its own; the medians.
pub(super) fn replay(name: &str, how: &[&str], folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Replayed> {
    let mut runs = Vec::new();
    for number in 1..=REPLAYS {
        let run = replay_once(name, how, folder, interrupt)?;
        println!(
            "replayed {name} {} ({number} of {REPLAYS}): {:.1} s, {:.1} s of CPU, {:.0} MiB, load average {:.1}",
            how.join(" "),
            run.figures.wall,
            run.figures.cpu,
            run.figures.peak_mebibytes(),
            run.figures.load
        );
        runs.push(run);
    }
    Replayed::median(&runs).context("nothing was replayed")
}

fn replay_once(name: &str, how: &[&str], folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Replayed> {
    let samba = clients::server()?;
    let mut command = folder.smbreplay((samba.username(), samba.password()));
    command.args(["replay", "--all", "--trace", &format!("{name}.pcap"), "--format", "json"]);
    command.args(["--server-ip", "127.0.0.1", "--port", &samba.port().to_string(), "--tree-name", samba.share()]);
    command.args(how);
    let (output, used) = run(command, folder, interrupt)?;
    // 1: something was not answered as captured, which the figures tell.
    ensure!(
        matches!(used.status.code(), Some(0 | 1)),
        "`smbreplay replay` failed ({}): {}",
        used.status,
        complaint(folder)
    );
    let report: Report = serde_json::from_slice(&output).context("smbreplay printed no report")?;
    // Runs are as large as the recording, and nobody looks at them.
    forget_runs(&folder.runs(name))?;
    let metadata: Metadata = read_json(&folder.metadata(name))?;
    Ok(report.replayed(metadata.contents().payload, &used))
}

/// Removes the recorded runs of a recording; an interrupted bench leaves one.
fn forget_runs(runs: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(runs) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", runs.display()))
        }
        _ => Ok(()),
    }
}

/// Runs smbreplay to its end; what it printed.
fn run(mut command: Command, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<(Vec<u8>, Used)> {
    let output = folder.path().join("output.json");
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    command.stdin(Stdio::null()).stdout(create(&output)?).stderr(create(&folder.path().join("errors.txt"))?);
    let (used, _) = metered::run(vec![command], LIMIT, interrupt)?;
    let used = used.into_iter().next().context("nothing was run")?;
    Ok((fs::read(&output).with_context(|| format!("cannot read {}", output.display()))?, used))
}

/// The end of what smbreplay last said on standard error.
fn complaint(folder: &Folder) -> String {
    let text = fs::read(folder.path().join("errors.txt")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(5)).copied().collect::<Vec<_>>().join("; ")
}

fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not what it should be", path.display()))
}

/// What is needed of `session_metadata.json`.
#[derive(Deserialize)]
struct Metadata {
    sessions: Vec<Session>,
}

/// A session, or what belongs to none.
#[derive(Deserialize)]
struct Session {
    /// Requests by command; connects and closes have none.
    commands: BTreeMap<String, u64>,
    bytes_read: u64,
    bytes_written: u64,
}

impl Metadata {
    fn contents(&self) -> Contents {
        self.sessions.iter().fold(Contents::default(), |sum, session| Contents {
            requests: session.commands.values().fold(sum.requests, |sum, count| sum.saturating_add(*count)),
            payload: sum.payload.saturating_add(session.bytes_read).saturating_add(session.bytes_written),
        })
    }
}

/// What is needed of a replay's report.
#[derive(Deserialize)]
struct Report {
    sent: u64,
    skipped: u64,
    status_diverged: u64,
    body_diverged: u64,
    no_response: u64,
    elapsed: f64,
    captured_span: f64,
    lag_ms: Lag,
    own_lag_ms: Lag,
}

#[derive(Deserialize)]
struct Lag {
    p50: f64,
    p99: f64,
}

impl Report {
    fn replayed(&self, payload: u64, used: &Used) -> Replayed {
        Replayed {
            figures: Figures {
                requests: self.sent,
                payload,
                wall: used.wall.as_secs_f64(),
                cpu: used.cpu.as_secs_f64(),
                peak_anonymous: used.peak_anonymous,
                load: load_average(),
            },
            elapsed: self.elapsed,
            captured_span: self.captured_span,
            diverged: self.status_diverged.saturating_add(self.body_diverged).saturating_add(self.no_response),
            skipped: self.skipped,
            lag_p50: self.lag_ms.p50,
            lag_p99: self.lag_ms.p99,
            own_lag_p50: self.own_lag_ms.p50,
            own_lag_p99: self.own_lag_ms.p99,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn requests_and_payload_are_summed_over_sessions() {
        let text = r#"{"schema_version": "1.1", "sessions": [
            {"commands": {"NEGOTIATE": 1}, "bytes_read": 0, "bytes_written": 0, "file": "a"},
            {"commands": {"READ": 2, "WRITE": 3}, "bytes_read": 70, "bytes_written": 30, "file": "b"}]}"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        assert_eq!(metadata.contents(), Contents { requests: 6, payload: 100 });
    }
}
