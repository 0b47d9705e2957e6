//! The TypeScript packages: `sdk/`, and the page `web/` that is embedded in the program.

use std::env;
use std::path::Path;

use anyhow::Context;
use lab::Program;

use crate::large_session;
use crate::node::Node;
use crate::packages;
use crate::workspace::{cargo, step};

/// Rows of the session that the page has to take.
const MANY: u32 = 1_200_000;

/// Builds both, and tests them if that is wanted.
pub(crate) fn run(tests: bool) -> anyhow::Result<()> {
    packages::ensure()?;
    let node = Node::ensure()?;
    build(&node)?;
    if !tests {
        return Ok(());
    }
    check(&node)?;
    step(cargo().args(["build", "--package", "smbreplay"]))?;
    test(&node)
}

/// Builds both; what is compiled then has the page.
pub(crate) fn build(node: &Node) -> anyhow::Result<()> {
    step(&mut node.npm(&["run", "build"]))
}

/// Format, lints, types, and whether these are those of `docs/openapi.json`.
pub(crate) fn check(node: &Node) -> anyhow::Result<()> {
    step(&mut node.npm(&["run", "lint"]))?;
    step(&mut node.npm(&["run", "types:check", "--workspace", "sdk"]))?;
    step(&mut node.npm(&["run", "typecheck"]))
}

/// The tests of both against the program as it was built last.
pub(crate) fn test(node: &Node) -> anyhow::Result<()> {
    let running = env::current_exe().context("cannot find the folder of built programs")?;
    let built = running.parent().context("this program lies in no folder")?;
    let of_name = |name: &str| built.join(name).with_extension(env::consts::EXE_EXTENSION);
    // `cargo test` may have put another build into the place of the one that runs.
    let (program, xtask) = (of_name("smbreplay"), of_name("xtask"));
    let large = built.parent().unwrap_or(built).join("large-session");
    large_session::make(&program, &large, MANY)?;
    step(node.npm(&["run", "test"]).envs([
        ("SMBREPLAY_BINARY", program.as_path()),
        ("SMBREPLAY_XTASK", &xtask),
        ("SMBREPLAY_CHROMIUM", Path::new(&Program::Chromium.find()?)),
        ("SMBREPLAY_LARGE_SESSION", &large),
    ]))
}
