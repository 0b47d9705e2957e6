//! Counting the instructions of a program with valgrind's callgrind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use lab::Program;

use crate::workspace::describe;

/// The instructions that `program` takes for `capture`, all threads together; `profile` becomes callgrind's file.
pub(super) fn instructions(program: &Path, capture: &Path, profile: &Path) -> anyhow::Result<u64> {
    let mut command = Command::new("taskset");
    // One processor, so that the program starts as many threads on every machine.
    command.args(["--cpu-list", &first_processor()]).arg(Program::Valgrind.find()?);
    command.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", profile.display()));
    // The name of the capture is of one length wherever the project lies.
    let folder = capture.parent().context("a capture lies in a folder")?;
    command.current_dir(folder).arg(program).arg(capture.file_name().unwrap_or_default());
    // Nothing of the user's environment decides how memory is laid out.
    command.env_clear().env("TMPDIR", std::env::temp_dir()).stdin(Stdio::null());
    let line = describe(&command);
    println!("\n==> {line}");
    let output = command.output().with_context(|| format!("cannot run `{line}`"))?;
    ensure!(output.status.success(), "`{line}` failed: {}", String::from_utf8_lossy(&output.stderr));
    print!("{}", String::from_utf8_lossy(&output.stdout));
    let text = fs::read_to_string(profile).with_context(|| format!("cannot read {}", profile.display()))?;
    total(&text).with_context(|| format!("{} has no total", profile.display()))
}

/// The sum over all threads, which have a part of the profile each.
fn total(profile: &str) -> Option<u64> {
    let count = |line: &str| line.split_whitespace().next()?.parse::<u64>().ok();
    profile.lines().rev().find_map(|line| line.strip_prefix("totals:")).and_then(count)
}

/// The first processor that this process may use.
fn first_processor() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    parse_first_processor(&status).unwrap_or("0").to_owned()
}

fn parse_first_processor(status: &str) -> Option<&str> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    list.trim().split([',', '-']).next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_total_stands_at_the_end_of_a_profile() {
        let profile = "version: 1\nevents: Ir\nsummary: 12\n\nfn=(1) main\n16 400\n\ntotals: 1234567\n";
        assert_eq!(total(profile), Some(1_234_567));
        assert_eq!(total("version: 1\n"), None);
    }

    #[test]
    fn a_list_of_processors_begins_with_the_first() {
        assert_eq!(parse_first_processor("Cpus_allowed:\tc\nCpus_allowed_list:\t2-3,7\n"), Some("2"));
        assert_eq!(parse_first_processor("Name:\tx\n"), None);
    }
}
