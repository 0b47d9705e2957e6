//! What is in the program and comes from no registry's package: Rust's standard library, and a file that is kept with the sources.

use anyhow::Context;

use super::{Part, standard, texts};
use crate::workspace::{output, root};

use std::process::Command;

pub(super) fn standard_library() -> anyhow::Result<Part> {
    let said = output(Command::new("rustc").arg("--version").current_dir(root()))?;
    let version = said.split_whitespace().nth(1).context("cannot read what rustc --version says")?;
    let licence = "MIT OR Apache-2.0";
    Ok(Part {
        name: "std".to_owned(),
        version: version.to_owned(),
        licence: licence.to_owned(),
        address: "https://github.com/rust-lang/rust".to_owned(),
        texts: standard::texts(licence, &["The Rust Project Developers".to_owned()])?,
    })
}

/// The bundle in `crates/api/assets/redoc`, whose README has its version.
pub(super) fn redoc() -> anyhow::Result<Part> {
    let folder = root().join("crates/api/assets/redoc");
    let readme = std::fs::read_to_string(folder.join("README.md")).context("cannot read the README of Redoc")?;
    let version = readme.split_once("redoc) ").and_then(|(_, rest)| rest.split_whitespace().next());
    let mut texts = texts::below(&folder)?;
    let others = folder.join("redoc.standalone.js.LICENSE.txt");
    texts.push(std::fs::read_to_string(others).context("cannot read the licences of what is in Redoc")?);
    Ok(Part {
        name: "redoc".to_owned(),
        version: version.context("the README of Redoc does not name its version")?.to_owned(),
        licence: "MIT".to_owned(),
        address: "https://github.com/Redocly/redoc".to_owned(),
        texts,
    })
}
