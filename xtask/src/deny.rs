//! `cargo xtask deny` and `cargo xtask advisories`: what `deny.toml` holds the dependencies to.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::tool::{Installed, Tool};
use crate::workspace::{in_ci, root, step};

const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", features: None };
/// Where cargo-deny gets the advisories from.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";
/// Without an answer in this time there is no way there.
const PATIENCE_SECONDS: &str = "15";

/// What became of a check.
#[derive(Debug)]
pub(crate) enum Checked {
    InOrder,
    /// Why it was not made.
    NotRun(String),
}

impl Checked {
    /// The same for who asked for this check alone: it is an error that it was not made.
    pub(crate) fn demand(&self, what: &str) -> anyhow::Result<()> {
        match self {
            Self::InOrder => self.tell(what),
            Self::NotRun(reason) => bail!("{what} were not checked: {reason}"),
        }
        Ok(())
    }

    /// Says what became of the check of `what`.
    pub(crate) fn tell(&self, what: &str) {
        match self {
            Self::InOrder => println!("{what}: in order"),
            Self::NotRun(reason) => println!("NOT RUN: {what}: {reason}"),
        }
    }
}

/// Licences, second versions and sources, of the workspace and of the fuzz targets.
pub(crate) fn check() -> anyhow::Result<Checked> {
    let program = match CARGO_DENY.ensure() {
        Installed::Program(program) => program,
        Installed::Unavailable(reason) if in_ci() => bail!("there is no cargo-deny: {reason}"),
        Installed::Unavailable(reason) => return Ok(Checked::NotRun(reason)),
    };
    // The fuzz targets have an exception of their own, and lack much of what the rest has.
    step(cargo_deny(&program, "Cargo.toml").args(["-A", "license-exception-not-encountered"]).args(LISTS))?;
    let others = ["-A", "license-not-encountered", "-A", "unmatched-skip", "-A", "unnecessary-skip"];
    step(cargo_deny(&program, "fuzz/Cargo.toml").args(others).args(LISTS))?;
    Ok(Checked::InOrder)
}

/// What is known of holes in the dependencies, where the list of them can be had.
pub(crate) fn check_advisories() -> anyhow::Result<Checked> {
    if !reachable(ADVISORIES) {
        return Ok(Checked::NotRun(format!("{ADVISORIES} cannot be reached")));
    }
    let program = match CARGO_DENY.ensure() {
        Installed::Program(program) => program,
        Installed::Unavailable(reason) => return Ok(Checked::NotRun(reason)),
    };
    step(cargo_deny(&program, "Cargo.toml").arg("advisories"))?;
    Ok(Checked::InOrder)
}

const LISTS: [&str; 3] = ["licenses", "bans", "sources"];

fn cargo_deny(program: &Path, manifest: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["--locked", "--config", "deny.toml", "--manifest-path", manifest, "check", "-D", "warnings"]);
    command.current_dir(root());
    command
}

fn reachable(repository: &str) -> bool {
    let mut git = Command::new("git");
    git.args(["-c", "http.lowSpeedLimit=1", "-c", &format!("http.lowSpeedTime={PATIENCE_SECONDS}")]);
    git.args(["ls-remote", "--exit-code", repository, "HEAD"]).env("GIT_TERMINAL_PROMPT", "0");
    git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}
