//! Ingesting recordings with the release build, and having cp and cat read them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::folder::Folder;
use super::ingested;
use super::interrupt::Interrupt;
use super::metered;
use super::repeated;
use super::scratch::Scratch;
use super::smbreplay;
use crate::workspace::describe;

/// Copying takes no longer on a machine that can measure anything.
const LIMIT: Duration = Duration::from_secs(600);
/// What is ingested lies here in the scratch folder.
pub(super) const OUTPUT: &str = "ingested";
/// The file of what belongs to no session.
const OF_NO_SESSION: &str = "smb2_session_0x0000000000000000";

/// What smbreplay found in a recording: the same in every run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) packets: u64,
    /// SMB2 messages.
    pub(super) messages: u64,
    pub(super) operations: u64,
    /// Requests that are in session files.
    pub(super) requests: u64,
    pub(super) sessions: u64,
}

/// Where a recording comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    File(&'a Path),
    /// A recording so many times, made while it is read.
    Pipe {
        capture: &'a Path,
        copies: u8,
    },
}

/// Ingests a recording a few times, each time into an empty folder; what each run says it found must be the same.
pub(super) fn ingest(
    input: Input<'_>,
    runs: u32,
    folder: &Folder,
    scratch: &Scratch,
    interrupt: &Interrupt,
) -> anyhow::Result<(Found, Cost)> {
    let mut costs = Vec::new();
    let mut found: Option<Found> = None;
    for number in 1..=runs {
        scratch.remove(OUTPUT)?;
        let (found_now, cost) = once(input, folder, scratch, interrupt)?;
        println!(
            "ingested {input} ({number} of {runs}): {:.2} s, {:.2} s of CPU, {:.1} MiB, load average {:.1}",
            cost.wall,
            cost.cpu,
            cost.peak_mebibytes(),
            cost.load
        );
        let first = *found.get_or_insert(found_now);
        ensure!(first == found_now, "two runs found two things: {first:?} and {found_now:?}");
        costs.push(cost);
    }
    let cost = Cost::median(costs.into_iter()).context("nothing was ingested")?;
    Ok((found.context("nothing was ingested")?, cost))
}

/// Copies a recording into the scratch folder.
pub(super) fn cp(capture: &Path, runs: u32, scratch: &Scratch, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let copy = || {
        scratch.remove("copy")?;
        let mut cp = Command::new("cp");
        cp.arg(capture).arg(scratch.join("copy"));
        Ok(cp)
    };
    let cost = reading(copy, runs, interrupt)?;
    scratch.remove("copy")?;
    Ok(cost)
}

/// Reads a recording and does nothing with it.
pub(super) fn cat(capture: &Path, runs: u32, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let cat = || {
        let mut cat = Command::new("cat");
        cat.arg(capture).stdout(Stdio::null());
        Ok(cat)
    };
    reading(cat, runs, interrupt)
}

/// Reads a recording, so that it comes from the disk's cache from now on.
pub(super) fn warm(capture: &Path) -> anyhow::Result<u64> {
    let mut file = File::open(capture).with_context(|| format!("cannot read {}", capture.display()))?;
    io::copy(&mut file, &mut io::sink()).with_context(|| format!("cannot read {}", capture.display()))
}

fn reading(command: impl Fn() -> anyhow::Result<Command>, runs: u32, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let mut costs = Vec::new();
    for _ in 0..runs {
        let command = command()?;
        let line = describe(&command);
        let (used, wall) = metered::run(vec![command], LIMIT, interrupt)?;
        ensure!(used.iter().all(|used| used.status.success()), "`{line}` failed");
        costs.push(Cost::of(&used, wall));
    }
    Cost::median(costs.into_iter()).context("nothing was read")
}

fn once(input: Input<'_>, folder: &Folder, scratch: &Scratch, interrupt: &Interrupt) -> anyhow::Result<(Found, Cost)> {
    let mut command = folder.smbreplay(("", ""));
    command.env("SESSION_OUTPUT_DIR", scratch.join(OUTPUT)).args(["ingest", "--force", "--format", "json"]);
    let ran = match input {
        Input::File(capture) => {
            command.arg(capture);
            smbreplay::run(command, &[0], folder, interrupt)?
        }
        Input::Pipe { capture, copies } => {
            command.args(["-", "--name", "piped"]);
            let (reader, writer) = io::pipe().context("no pipe")?;
            thread::scope(|scope| {
                let repeating = scope.spawn(move || {
                    let mut writer = BufWriter::with_capacity(1 << 20, writer);
                    repeated::write(capture, copies, &mut writer)?;
                    writer.flush().context("cannot write into the pipe")
                });
                let ran = smbreplay::run_on(reader.into(), command, &[0], folder, interrupt);
                let repeated = repeating.join().map_err(|_| anyhow!("the pipe was not filled"))?;
                // What smbreplay says of its end is the cause of a broken pipe.
                let ran = ran?;
                repeated.map(|()| ran)
            })?
        }
    };
    let report: Report = ran.report()?;
    Ok((report.found()?, ran.cost))
}

/// What is needed of the JSON of `ingest`.
#[derive(Deserialize)]
struct Report {
    output_dir: PathBuf,
    packets: u64,
    smb2_messages: u64,
    session_count: u64,
    counters: Counters,
}

#[derive(Deserialize)]
struct Counters {
    operations: u64,
}

impl Report {
    /// What lies in the output folder must be what was reported, too.
    fn found(&self) -> anyhow::Result<Found> {
        let sessions = self.output_dir.join("sessions");
        let requests = ingested::described_in(&sessions.join("session_metadata.json"))?.requests;
        let names = fs::read_dir(&sessions).with_context(|| format!("cannot read {}", sessions.display()))?;
        let names = names.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let files: Vec<String> = names.filter(|name| name.ends_with(".parquet")).collect();
        ensure!(
            files.len() as u64 == self.session_count,
            "{} sessions were reported, and {} files are there",
            self.session_count,
            files.len()
        );
        let of_no_session = files.iter().filter(|name| name.starts_with(OF_NO_SESSION)).count() as u64;
        Ok(Found {
            packets: self.packets,
            messages: self.smb2_messages,
            operations: self.counters.operations,
            requests,
            sessions: self.session_count.saturating_sub(of_no_session),
        })
    }
}

impl std::fmt::Display for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |capture: &Path| capture.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match self {
            Self::File(capture) => f.write_str(&name(capture)),
            Self::Pipe { capture, copies: 1 } => write!(f, "{} through a pipe", name(capture)),
            Self::Pipe { capture, copies } => write!(f, "{} x{copies} through a pipe", name(capture)),
        }
    }
}
