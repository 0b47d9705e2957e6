//! Replaying recordings on fresh private Sambas, with the release build.

use anyhow::Context;
use serde::Deserialize;

use super::clients;
use super::cost::Cost;
use super::figures::{Figures, Replayed};
use super::folder::Folder;
use super::ingested;
use super::interrupt::Interrupt;
use super::smbreplay;

/// Replays of which the median is taken.
const REPLAYS: usize = 3;

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
    // 1: something was not answered as captured, which the figures tell.
    let ran = smbreplay::run(command, &[0, 1], folder, interrupt)?;
    let report: Report = ran.report()?;
    // Runs are as large as the recording.
    ingested::forget(&folder.runs(name))?;
    Ok(report.replayed(ingested::contents(name, folder)?.payload, &ran.cost))
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
    fn replayed(&self, payload: u64, cost: &Cost) -> Replayed {
        Replayed {
            figures: Figures {
                requests: self.sent,
                payload,
                wall: cost.wall,
                cpu: cost.cpu,
                peak_anonymous: cost.peak_anonymous,
                load: cost.load,
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
