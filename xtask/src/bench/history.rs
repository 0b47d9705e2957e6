//! Earlier runs of the bench, a line of JSON each, and what got slower since.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::analysis::{Analysis, Costs};
use super::api::Api;
use super::cost::Cost;
use super::crypto::Crypto;
use super::figures::{Figures, Replayed, ratio};
use super::ingest::{Ingest, TenTimes};
use super::setups::SetUp;
use super::targets::Target;
use crate::workspace;

/// What differs by less than this is noise.
const NOISE: f64 = 0.03;
/// Milliseconds of lag that are noise, whatever their ratio.
const LAG_NOISE: f64 = 0.05;
/// Seconds that are noise of an answer that is there at once: programs are looked at every few milliseconds.
const ANSWER_NOISE: f64 = 0.01;
/// Milliseconds that are noise of an answer on a machine where everything wants a processor.
const LATENCY_NOISE: f64 = 5.0;

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

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// The recording and what was done with it.
    pub(super) name: String,
    /// The smbclients' figures; none for a recording that is not the bench's own, or when `measured` has them.
    pub(super) clients: Option<Figures>,
    /// The medians of a few runs.
    #[serde(flatten)]
    pub(super) measured: Measured,
    /// What was to be reached.
    pub(super) targets: Vec<Target>,
}

/// What was done with a recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Measured {
    Replay(Replayed),
    Setup(SetUp),
    Ingest(Ingest),
    TenTimes(TenTimes),
    Analysis(Analysis),
    Api(Api),
    Crypto(Crypto),
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

    /// The last of these runs that there is anything to compare with.
    pub(super) fn last_like_it<'a>(&self, earlier: &'a [Self]) -> Option<&'a Self> {
        earlier.iter().rfind(|line| self.has_part_of(line))
    }

    fn has_part_of(&self, other: &Self) -> bool {
        self.parts.iter().any(|part| other.parts.iter().any(|it| it.name == part.name))
    }
}

/// The runs of the history, the last one last.
pub(super) fn read(history: &Path) -> anyhow::Result<Vec<Line>> {
    let text = match fs::read_to_string(history) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", history.display())),
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let run = |(index, line): (usize, &str)| {
        let number = index.saturating_add(1);
        serde_json::from_str(line).with_context(|| format!("line {number} of {} is no run", history.display()))
    };
    lines.map(run).collect()
}

fn slower(now: &Part, before: &Part) -> Vec<String> {
    let line = |(now_it_is, it_was): (Figure, Figure)| {
        let Figure { what, value, noise } = now_it_is;
        let is_slower = value > it_was.value * (1.0 + NOISE) && value - it_was.value > noise;
        let more = (ratio(value, it_was.value) - 1.0) * 100.0;
        is_slower.then(|| format!("{}: {what}: {:.2}, now {value:.2} (+{more:.0} %)", now.name, it_was.value))
    };
    let (now_it_is, it_was) = (now.measured.figures(), before.measured.figures());
    let slower: Vec<String> = now_it_is.into_iter().zip(it_was).filter_map(line).collect();
    let (load, load_now) = (before.measured.load(), now.measured.load());
    let doubt = (load_now > load + MORE_LOAD && !slower.is_empty())
        .then(|| format!("{}: the load average was {load:.1}, now {load_now:.1}: measure again", now.name));
    slower.into_iter().chain(doubt).collect()
}

/// A figure that is better when it is smaller.
struct Figure {
    what: &'static str,
    value: f64,
    /// Less than this is noise, whatever the ratio.
    noise: f64,
}

impl Measured {
    /// The load average of the machine.
    pub(super) fn load(&self) -> f64 {
        match self {
            Self::Replay(replay) => replay.figures.load,
            Self::Setup(set_up) => set_up.setup.load,
            Self::Ingest(ingest) => ingest.smbreplay.load,
            Self::TenTimes(ten_times) => ten_times.ten.load,
            Self::Analysis(analysis) => analysis.smbreplay.load(),
            Self::Api(api) => api.load,
            Self::Crypto(crypto) => crypto.load,
        }
    }

    /// What is compared: the same figures in the same order for the same kind.
    fn figures(&self) -> Vec<Figure> {
        let exact = |what, value| Figure { what, value, noise: 0.0 };
        let costs = |cost: &Cost| {
            [
                exact("wall time, s", cost.wall),
                exact("CPU, s", cost.cpu),
                exact("peak anonymous memory, MiB", cost.peak_mebibytes()),
            ]
        };
        let answer = |what, value| Figure { what, value, noise: ANSWER_NOISE };
        let lag = |what, value| Figure { what, value, noise: LAG_NOISE };
        let latency = |what, value| Figure { what, value, noise: LATENCY_NOISE };
        match self {
            Self::Replay(replay) => vec![
                exact("wall time, s", replay.figures.wall),
                exact("first connect to last answer, s", replay.elapsed),
                exact("CPU a request, µs", replay.figures.cpu_microseconds_per_request()),
                exact("peak anonymous memory, MiB", replay.figures.peak_mebibytes()),
                lag("lag p50, ms", replay.lag_p50),
                lag("lag p99, ms", replay.lag_p99),
            ],
            Self::Setup(set_up) => costs(&set_up.setup)
                .into_iter()
                .chain([
                    exact("wall time of the check, s", set_up.check.wall),
                    exact("wall time of the cleanup, s", set_up.cleanup.wall),
                ])
                .collect(),
            Self::Ingest(ingest) => costs(&ingest.smbreplay).into(),
            Self::TenTimes(ten_times) => costs(&ten_times.ten).into(),
            Self::Analysis(analysis) => {
                let Costs { first, filter, statistics } = &analysis.smbreplay;
                vec![
                    answer("first lines, wall time, s", first.wall),
                    answer("filter, wall time, s", filter.wall),
                    answer("statistics, wall time, s", statistics.wall),
                    exact("first lines, peak anonymous memory, MiB", first.peak_mebibytes()),
                    exact("filter, peak anonymous memory, MiB", filter.peak_mebibytes()),
                    exact("statistics, peak anonymous memory, MiB", statistics.peak_mebibytes()),
                ]
            }
            Self::Api(api) => vec![
                exact("microseconds an answer", ratio(api.seconds * 1e6, api.clients.count as f64)),
                exact("clients p50, ms", api.clients.p50),
                exact("clients p99, ms", api.clients.p99),
                latency("/health on one connection p99, ms", api.kept.p99),
                latency("/health on new connections p99, ms", api.fresh.p99),
                exact("peak memory, MiB", api.loaded.resident as f64 / f64::from(1 << 20)),
                exact("peak anonymous memory, MiB", api.loaded.anonymous as f64 / f64::from(1 << 20)),
            ],
            Self::Crypto(crypto) => {
                crypto.speeds().into_iter().map(|(what, speed)| exact(what, ratio(1e6, speed))).collect()
            }
        }
    }
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
        let measured = Measured::Replay(replay);
        let part = Part { name: name.into(), clients: None, measured, targets: Vec::new() };
        Line { parts: vec![part], ..Line::default() }
    }

    fn of_set_up(wall: f64, cleanup: f64) -> Line {
        let cost = |wall| Cost { wall, ..Cost::default() };
        let set_up = SetUp { setup: cost(wall), cleanup: cost(cleanup), ..SetUp::default() };
        let mut line = line("a", 1.0, 0.0);
        line.parts.iter_mut().for_each(|part| part.measured = Measured::Setup(set_up));
        line
    }

    #[test]
    fn lines_survive_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.jsonl");
        assert_eq!(read(&history).unwrap(), []);
        let lines = [line("a", 1.0, 0.0), line("b", 2.0, 0.5), of_set_up(3.0, 4.0)];
        lines.iter().for_each(|line| line.append_to(&history).unwrap());
        assert_eq!(read(&history).unwrap(), lines);
        fs::write(&history, "no JSON\n").unwrap();
        assert!(read(&history).is_err());
    }

    #[test]
    fn lines_from_before_there_were_setups_are_read() {
        let line = r#"{"time": 1, "commit": "a", "parts": [{"name": "office, original pace", "clients": null, "replay":
            {"figures": {"requests": 5, "payload": 0, "wall": 1.5, "cpu": 0.5, "peak_anonymous": 9, "load": 1.0},
            "elapsed": 1.0, "captured_span": 1.0, "diverged": 0, "skipped": 0, "lag_p50": 0.1, "lag_p99": 0.2},
            "targets": []}]}"#;
        let line: Line = serde_json::from_str(line).unwrap();
        let Measured::Replay(replay) = line.parts.first().unwrap().measured else { panic!("{line:?}") };
        assert_eq!((replay.figures.requests, replay.lag_p99), (5, 0.2));
    }

    #[test]
    fn setups_are_compared_with_setups() {
        let slower = of_set_up(3.0, 2.0).slower_than(&of_set_up(3.0, 1.0));
        assert_eq!(slower, ["a: wall time of the cleanup, s: 1.00, now 2.00 (+100 %)"]);
    }

    #[test]
    fn answers_are_compared_question_by_question() {
        let of_questions = |first, statistics| {
            let cost = |wall| Cost { wall, ..Cost::default() };
            let smbreplay = Costs { first: cost(first), filter: cost(0.1), statistics: cost(statistics) };
            let mut line = line("a", 1.0, 0.0);
            let analysis = Measured::Analysis(Analysis { smbreplay, ..Analysis::default() });
            line.parts.iter_mut().for_each(|part| part.measured = analysis);
            line
        };
        let slower = of_questions(0.02, 0.75).slower_than(&of_questions(0.015, 0.5));
        assert_eq!(slower, ["a: statistics, wall time, s: 0.50, now 0.75 (+50 %)"]);
    }

    #[test]
    fn the_last_run_that_measured_the_same_is_found() {
        let earlier = [line("a", 1.0, 0.0), line("a", 2.0, 0.0), line("b", 3.0, 0.0)];
        let found = line("a", 9.0, 0.0).last_like_it(&earlier);
        assert_eq!(found, earlier.get(1));
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
        let figures = Figures { requests: 100, wall: 20.0, load: 9.5, ..Figures::default() };
        let replay = Replayed { figures, ..Replayed::default() };
        now.parts.iter_mut().for_each(|part| part.measured = Measured::Replay(replay));
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
