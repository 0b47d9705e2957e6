//! Where fuzzing begins, and keeping what it has found.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use super::build::Programs;
use crate::workspace::{cargo, root, step};

/// Largest input that is kept.
const LARGEST_KEPT: u64 = 10 << 10;
/// Bytes of all kept inputs of a target, and their number.
const MOST_KEPT: (u64, u64) = (160 << 10, 120);

/// Captures that inputs are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sources {
    /// Those that the project recorded itself.
    Own,
    /// These, and those of others: in the folder of `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.
    All,
}

/// The folder of the inputs of `target` that are not kept: a fuzzer adds what it finds.
pub(super) fn folder(scratch: &Path, target: &str) -> PathBuf {
    scratch.join("corpus").join(target)
}

/// The folder of the kept inputs of `target`.
pub(super) fn kept(target: &str) -> PathBuf {
    root().join("fuzz").join("corpus").join(target)
}

/// The folder of inputs of `target` that once failed.
pub(super) fn regressions(target: &str) -> PathBuf {
    root().join("fuzz").join("regressions").join(target)
}

/// Makes the inputs of all targets that captures give.
pub(super) fn gather(scratch: &Path, sources: Sources) -> anyhow::Result<()> {
    let mut captures = Vec::new();
    captures_in(&root().join("tests").join("data"), &mut captures);
    if sources == Sources::All {
        let named = std::env::var_os("SMBREPLAY_CORPUS").map(PathBuf::from);
        captures_in(&named.unwrap_or_else(|| root().join("../shared/captures")), &mut captures);
    }
    captures.sort();
    let mut seeds = cargo();
    seeds.args(["run", "--quiet", "--package", "smbreplay-fuzz", "--bin", "seeds", "--"]);
    let status = seeds.arg(scratch.join("corpus")).args(&captures).status().context("cannot make seeds")?;
    anyhow::ensure!(status.success(), "making seeds of {} captures failed", captures.len());
    Ok(())
}

/// Adds the captures in `folder` and below to `found`; there are none where it is not.
fn captures_in(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() {
            captures_in(&path, found);
        } else if ["pcap", "pcapng", "cap", "gz", "zst"].contains(&extension) {
            found.push(path);
        }
    }
}

/// Replaces the kept inputs of `target` by the fewest that reach what these, and those found, reach.
pub(super) fn keep(programs: &Programs, target: &str, scratch: &Path) -> anyhow::Result<()> {
    let merged = scratch.join("merged").join(target);
    fs::create_dir_all(&merged)?;
    let kept = kept(target);
    fs::create_dir_all(&kept)?;
    let mut merge = Command::new(programs.of(target));
    merge.args(["-merge=1", "-rss_limit_mb=512", "-timeout=10", "-max_len=32768"]);
    merge.arg(&merged).arg(&kept).arg(folder(scratch, target)).stderr(Stdio::null());
    step(&mut merge)?;
    fs::remove_dir_all(&kept)?;
    fs::create_dir_all(&kept)?;
    let mut inputs: Vec<(u64, PathBuf)> = fs::read_dir(&merged)?
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.len(), entry.path())))
        .filter(|(length, _)| *length <= LARGEST_KEPT)
        .collect();
    inputs.sort();
    // Too many: some of every size.
    let total = inputs.iter().map(|(length, _)| *length).fold(0, u64::saturating_add);
    let step = total.div_ceil(MOST_KEPT.0).max((inputs.len() as u64).div_ceil(MOST_KEPT.1)).max(1);
    for (_, path) in inputs.iter().step_by(usize::try_from(step)?) {
        // Sixteen digits of the hash that libFuzzer names it by are enough.
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        fs::copy(path, kept.join(name.get(..16).unwrap_or(name)))?;
    }
    Ok(())
}
