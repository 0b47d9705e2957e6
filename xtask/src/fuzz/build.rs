//! Building the libFuzzer programs, with the stable toolchain: coverage needs a pass of LLVM's, no sanitizer and no unstable
//! flag.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::folder;
use crate::workspace::{cargo, root, step};

/// What makes the code tell libFuzzer where it has been, and which values it compared.
const COVERAGE: [&str; 7] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The programs, built.
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Builds the programs of all targets in a folder of their own: the flags would make the other builds begin anew.
    pub(super) fn build() -> anyhow::Result<Self> {
        let host = host()?;
        let mut build = cargo();
        // With a target named, the flags are not those of build scripts.
        build
            .args(["build", "--locked", "--release", "--bins", "--manifest-path", "fuzz/Cargo.toml"])
            .args(["--target", &host, "--target-dir"])
            .arg(folder())
            .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1f}"));
        step(&mut build)?;
        Ok(Self(folder().join(host).join("release")))
    }

    /// The program of a target.
    pub(super) fn of(&self, target: &str) -> PathBuf {
        self.0.join(format!("{target}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// The names of the targets: those of the programs.
pub(super) fn targets() -> anyhow::Result<Vec<String>> {
    let sources = root().join("fuzz").join("src").join("bin");
    let mut names = Vec::new();
    for entry in fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The target triple of this machine.
fn host() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(Path::new(&rustc)).arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("rustc names no host"),
    }
}
