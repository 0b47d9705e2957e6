//! Running the release build of smbreplay to its end.

use std::borrow::Cow;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;

use super::cost::Cost;
use super::folder::Folder;
use super::interrupt::Interrupt;
use super::metered;
use crate::workspace::describe;

/// What takes longer has failed.
const LIMIT: Duration = Duration::from_secs(3_600);

/// What it printed, and what it cost.
pub(super) struct Ran {
    output: Vec<u8>,
    pub(super) cost: Cost,
}

/// Runs it; an exit status that is not among `statuses` is an error.
pub(super) fn run(command: Command, statuses: &[i32], folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Ran> {
    run_on(Stdio::null(), command, statuses, folder, interrupt)
}

/// The same with something on its standard input.
pub(super) fn run_on(
    input: Stdio,
    mut command: Command,
    statuses: &[i32],
    folder: &Folder,
    interrupt: &Interrupt,
) -> anyhow::Result<Ran> {
    let line = describe(&command);
    let output = folder.path().join("output.json");
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    command.stdin(input).stdout(create(&output)?).stderr(create(&folder.path().join("errors.txt"))?);
    let (used, wall) = metered::run(vec![command], LIMIT, interrupt)?;
    let status = used.first().context("nothing was run")?.status;
    let is_accepted = status.code().is_some_and(|code| statuses.contains(&code));
    ensure!(is_accepted, "`{line}` failed ({status}): {}", complaint(folder));
    let output = fs::read(&output).with_context(|| format!("cannot read {}", output.display()))?;
    Ok(Ran { output, cost: Cost::of(&used, wall) })
}

impl Ran {
    /// What it printed for people.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.output)
    }

    /// The report that it printed with `--format json`.
    pub(super) fn report<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.output).context("smbreplay printed no report")
    }
}

/// The end of what it last said on standard error.
fn complaint(folder: &Folder) -> String {
    let text = fs::read(folder.path().join("errors.txt")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(5)).copied().collect::<Vec<_>>().join("; ")
}
