//! A session with very many rows: the one of the project's own capture, again and again.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::isolated;
use crate::workspace::{cargo, root, step};

/// The case that has it.
const CASE: &str = "2020202020";
const CAPTURE: &str = "large.pcap";
/// What makes such a session of an ingested trace: an example of the store.
const EXAMPLE: &str = "large_session";

/// Makes a folder of traces with one that has a session of `rows` rows; `program` is smbreplay, and lies where cargo puts what it
/// builds.
pub(crate) fn make(program: &Path, folder: &Path, rows: u32) -> anyhow::Result<()> {
    step(cargo().args(["build", "--workspace", "--example", EXAMPLE]))?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let case = folder.join("cases").join(CASE);
    fs::create_dir_all(&case).with_context(|| format!("cannot make {}", case.display()))?;
    fs::copy(root().join("tests/data/office.pcap"), case.join(CAPTURE)).context("cannot copy the project's capture")?;
    step(isolated::smbreplay(program, folder, CASE, ("", "")).args(["ingest", CAPTURE]))?;
    let example = program.with_file_name("examples").join(EXAMPLE).with_extension(env::consts::EXE_EXTENSION);
    ensure!(example.is_file(), "{} was not built", example.display());
    let output = case.join(".tracer").join(CAPTURE);
    step(Command::new(example).arg(output).arg(rows.to_string()))
}
