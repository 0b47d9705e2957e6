//! Earlier runs of the bench, a line of JSON each, and what got slower since.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::figures::{Figures, Replayed, ratio};
use super::targets::Target;
use crate::workspace;

/// What differs by less than this is noise.
const NOISE: f64 = 0.03;
/// Milliseconds of lag that are noise, whatever their ratio.
const LAG_NOISE: f64 = 0.05;

/// With so much more load than before, what got slower proves nothing.
const MORE_LOAD: f64 = 1.0;

/// A run of the bench.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Seconds since 1970.
    pub(super) time: u64,
    /// The commit that was measured, with `+` when something was changed since.
    pub(super) commit: String,
    /// What was measured.
    pub(super) parts: Vec<Part>,
}

/// One replay of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// The recording and how it was replayed.
    pub(super) name: String,
    /// The smbclients' figures; none for a recording that is not the bench's own.
    pub(super) clients: Option<Figures>,
    /// The medians of the replays.
    pub(super) replay: Replayed,
    /// What was to be reached.
    pub(super) targets: Vec<Target>,
}

impl Line {
    /// A run that begins now.
    pub(super) fn begin() -> Self {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { time, commit: commit(), parts: Vec::new() }
    }

    /// Adds the run to the history.
    pub(super) fn append_to(&self, history: &Path) -> anyhow::Result<()> {
        let line = serde_json::to_string(self)? + "\n";
        let mut file = OpenOptions::new().create(true).append(true).open(history);
        file.as_mut()
            .map_err(|error| std::io::Error::new(error.kind(), error.to_string()))
            .and_then(|file| file.write_all(line.as_bytes()))
            .with_context(|| format!("cannot write {}", history.display()))
    }

    /// What takes more than in an earlier run, a line each. Parts are compared that both have, by name: so with the same
    /// size of recording.
    pub(super) fn slower_than(&self, earlier: &Self) -> Vec<String> {
        let pairs = self.parts.iter().filter_map(|now| {
            let before = earlier.parts.iter().find(|before| before.name == now.name)?;
            Some((now, before))
        });
        pairs.flat_map(|(now, before)| slower(now, before)).collect()
    }

    /// Whether there is anything to compare.
    pub(super) fn has_part_of(&self, other: &Self) -> bool {
        self.parts.iter().any(|part| other.parts.iter().any(|it| it.name == part.name))
    }
}

/// The last run of the history.
pub(super) fn last(history: &Path) -> anyhow::Result<Option<Line>> {
    let text = match fs::read_to_string(history) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", history.display())),
    };
    let Some(line) = text.lines().rfind(|line| !line.trim().is_empty()) else { return Ok(None) };
    let line = serde_json::from_str(line);
    line.map(Some).with_context(|| format!("the last line of {} is no run of the bench", history.display()))
}

fn slower(now: &Part, before: &Part) -> Vec<String> {
    type Figure = (&'static str, fn(&Replayed) -> f64, f64);
    const FIGURES: [Figure; 6] = [
        ("wall time, s", |replay| replay.figures.wall, 0.0),
        ("first connect to last answer, s", |replay| replay.elapsed, 0.0),
        ("CPU a request, µs", |replay| replay.figures.cpu_microseconds_per_request(), 0.0),
        ("peak anonymous memory, MiB", |replay| replay.figures.peak_mebibytes(), 0.0),
        ("lag p50, ms", |replay| replay.lag_p50, LAG_NOISE),
        ("lag p99, ms", |replay| replay.lag_p99, LAG_NOISE),
    ];
    let line = |(what, of, noise): &Figure| {
        let (now_it_is, it_was) = (of(&now.replay), of(&before.replay));
        let is_slower = now_it_is > it_was * (1.0 + NOISE) && now_it_is - it_was > *noise;
        let more = (ratio(now_it_is, it_was) - 1.0) * 100.0;
        is_slower.then(|| format!("{}: {what}: {it_was:.2}, now {now_it_is:.2} (+{more:.0} %)", now.name))
    };
    let slower: Vec<String> = FIGURES.iter().filter_map(line).collect();
    let (load, load_now) = (before.replay.figures.load, now.replay.figures.load);
    let doubt = (load_now > load + MORE_LOAD && !slower.is_empty())
        .then(|| format!("{}: the load average was {load:.1}, now {load_now:.1}: measure again", now.name));
    slower.into_iter().chain(doubt).collect()
}

/// The commit of the workspace; `unknown` outside a repository.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(workspace::root()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".into() };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|files| !files.is_empty());
    if changed { commit + "+" } else { commit }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn line(name: &str, wall: f64, lag_p50: f64) -> Line {
        let figures = Figures { requests: 100, wall, cpu: 1.0, ..Figures::default() };
        let replay = Replayed { figures, elapsed: 1.0, lag_p50, ..Replayed::default() };
        let part = Part { name: name.into(), replay, ..Part::default() };
        Line { parts: vec![part], ..Line::default() }
    }

    #[test]
    fn the_last_line_survives_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.jsonl");
        assert_eq!(last(&history).unwrap(), None);
        let (first, second) = (line("a", 1.0, 0.0), line("b", 2.0, 0.5));
        first.append_to(&history).unwrap();
        second.append_to(&history).unwrap();
        assert_eq!(last(&history).unwrap(), Some(second));
        fs::write(&history, "no JSON\n").unwrap();
        assert!(last(&history).is_err());
    }

    #[test]
    fn only_what_got_slower_beyond_noise_is_told() {
        let before = line("a", 10.0, 0.1);
        assert_eq!(line("a", 10.2, 0.12).slower_than(&before), [""; 0]);
        assert_eq!(line("a", 5.0, 0.0).slower_than(&before), [""; 0]);
        let slower = line("a", 11.0, 0.2).slower_than(&before);
        assert_eq!(slower, ["a: wall time, s: 10.00, now 11.00 (+10 %)", "a: lag p50, ms: 0.10, now 0.20 (+100 %)"]);
    }

    #[test]
    fn what_got_slower_on_a_busier_machine_is_doubted() {
        let mut now = line("a", 20.0, 0.1);
        now.parts.iter_mut().for_each(|part| part.replay.figures.load = 9.5);
        let told = now.slower_than(&line("a", 10.0, 0.1));
        assert_eq!(told.last().unwrap(), "a: the load average was 0.0, now 9.5: measure again");
    }

    #[test]
    fn recordings_of_other_sizes_are_not_compared() {
        let (now, before) = (line("metadata-1000", 9.0, 0.0), line("metadata-600000", 1.0, 0.0));
        assert!(!now.has_part_of(&before));
        assert_eq!(now.slower_than(&before), [""; 0]);
    }
}
