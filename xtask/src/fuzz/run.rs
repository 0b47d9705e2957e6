//! One libFuzzer program, run for some time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use super::build::Programs;
use super::{Options, corpus, folder};

/// What became of a target.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) target: String,
    pub(super) executions: u64,
    pub(super) per_second: u64,
    /// Edges of the code that were reached.
    pub(super) coverage: u64,
    /// Edges, how often, and values compared: what libFuzzer tells inputs apart by.
    pub(super) features: u64,
    pub(super) peak_rss_mb: u64,
    /// What went wrong.
    pub(super) failure: Option<String>,
    /// Inputs that show it.
    pub(super) artifacts: Vec<PathBuf>,
    /// All that the program said.
    pub(super) log: PathBuf,
}

/// Runs the program of `target`.
pub(super) fn run(programs: &Programs, target: &str, scratch: &Path, options: &Options) -> anyhow::Result<Outcome> {
    let failures = folder().join("failures").join(target);
    fs::create_dir_all(&failures)?;
    let before = files(&failures);
    let log = failures.join("log.txt");
    let found = corpus::folder(scratch, target);
    fs::create_dir_all(&found)?;
    let mut program = Command::new(programs.of(target));
    program
        .arg(format!("-max_total_time={}", options.seconds))
        .args(["-rss_limit_mb=512", "-timeout=10", "-max_len=32768", "-len_control=0", "-print_final_stats=1"])
        .args(options.seed.map(|seed| format!("-seed={seed}")))
        .arg(format!("-artifact_prefix={}/", failures.display()))
        .arg(&found)
        .args([corpus::kept(target), corpus::regressions(target)].into_iter().filter(|folder| folder.is_dir()));
    let output = File::create(&log)?;
    let status = program
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()
        .with_context(|| format!("cannot run {}", programs.of(target).display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let artifacts: Vec<_> =
        files(&failures).into_iter().filter(|path| !before.contains(path) && *path != log).collect();
    let failure = (!status.success()).then(|| reason(&text).unwrap_or_else(|| status.to_string()));
    Ok(Outcome { target: target.to_owned(), failure, artifacts, log, ..figures(&text) })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The figures in what libFuzzer says.
fn figures(text: &str) -> Outcome {
    let stat = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok()).unwrap_or_default()
    };
    let last = |name: &str| {
        let line = text.lines().rev().find(|line| line.starts_with('#') && line.contains(name));
        let mut words = line.unwrap_or_default().split_whitespace().skip_while(|word| *word != name).skip(1);
        words.next().and_then(|value| value.parse().ok()).unwrap_or_default()
    };
    Outcome {
        executions: stat("number_of_executed_units"),
        per_second: stat("average_exec_per_sec"),
        peak_rss_mb: stat("peak_rss_mb"),
        coverage: last("cov:"),
        features: last("ft:"),
        ..Outcome::default()
    }
}

/// Why a program ended: the panic, or libFuzzer's own words.
fn reason(text: &str) -> Option<String> {
    let panic = text.lines().skip_while(|line| !line.starts_with("panicked at ")).take(2).collect::<Vec<_>>().join(" ");
    let fuzzer = || text.lines().find_map(|line| Some(line.split_once("ERROR: libFuzzer: ")?.1.to_owned()));
    if panic.is_empty() { fuzzer() } else { Some(panic.chars().take(400).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_last_lines() {
        let text = "#2\tINITED cov: 10 ft: 12 corp: 1/1b\n#900\tREDUCE cov: 345 ft: 678 corp: 9/99b lim: 4\n\
            stat::number_of_executed_units: 4321\nstat::average_exec_per_sec:     216\nstat::peak_rss_mb:              91\n";
        let Outcome { executions, per_second, coverage, features, peak_rss_mb, .. } = figures(text);
        assert_eq!((executions, per_second, coverage, features, peak_rss_mb), (4321, 216, 345, 678, 91));
    }

    #[test]
    fn a_panic_is_the_reason_before_libfuzzers_own_words() {
        let panic = "panicked at a.rs:1:2:\nno such thing\n==7== ERROR: libFuzzer: deadly signal\n";
        assert_eq!(reason(panic).as_deref(), Some("panicked at a.rs:1:2: no such thing"));
        assert_eq!(reason("==7== ERROR: libFuzzer: timeout after 10\n").as_deref(), Some("timeout after 10"));
    }
}
