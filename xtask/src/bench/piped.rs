//! `program | head`: how long it takes until the first lines are there, and both programs have ended.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::cost::Cost;
use super::interrupt::Interrupt;
use super::metered;
use crate::workspace::describe;

/// Lines that head lets through: its default.
pub(super) const LINES: usize = 10;
/// signal(7): what a program ends by that writes where nobody reads.
const SIGPIPE: i32 = 13;

/// Writes the first lines of what `command` prints to `output`; `closed` is the exit status, beside 0, by which it says that
/// nobody reads on. The cost is that of both ends of the pipe; the time is
/// that until both have ended, as a shell waits for them. A program that does not end when head has gone fails at `limit`.
pub(super) fn head(
    mut command: Command,
    closed: i32,
    output: &Path,
    limit: Duration,
    interrupt: &Interrupt,
) -> anyhow::Result<Cost> {
    let line = describe(&command);
    let (reader, writer) = io::pipe().context("no pipe")?;
    command.stdout(writer);
    let mut head = Command::new("head");
    let file = File::create(output).with_context(|| format!("cannot write {}", output.display()))?;
    head.args(["-n", &LINES.to_string()]).stdin(reader).stdout(file);
    let (used, wall) = metered::run(vec![command, head], limit, interrupt)?;
    let [program, head] = &used[..] else { anyhow::bail!("`{line} | head` was not run") };
    ensure!(has_done(program.status, closed), "`{line}` failed ({})", program.status);
    ensure!(head.status.success(), "head failed ({})", head.status);
    Ok(Cost::of(&used, wall))
}

/// Whether a program ended well, or because nobody read on.
fn has_done(status: ExitStatus, closed: i32) -> bool {
    status.success() || status.code() == Some(closed) || status.signal() == Some(SIGPIPE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::fs;

    use super::*;

    fn head_of(script: &str, limit: Duration) -> anyhow::Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        head(command, 2, &folder.path().join("lines"), limit, &Interrupt::default())?;
        Ok(fs::read_to_string(folder.path().join("lines")).unwrap())
    }

    #[test]
    fn a_program_ends_with_its_reader_and_may_say_so() {
        let lines = head_of("exec yes", Duration::from_secs(60)).unwrap();
        assert_eq!(lines.lines().count(), LINES);
        assert_eq!(head_of("echo a; exit 2", Duration::from_secs(60)).unwrap(), "a\n");
    }

    #[test]
    fn a_program_that_goes_on_without_a_reader_or_fails_is_an_error() {
        let error = head_of("exec sleep 600", Duration::from_millis(100)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
        let error = head_of("echo a; exit 3", Duration::from_secs(60)).unwrap_err();
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }
}
