//! The program that is packed, and what it writes about itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::page;
use crate::isolated;
use crate::workspace::{cargo, output, root, step};

/// A program that runs on this machine.
pub(super) struct Program {
    path: PathBuf,
    /// Such as `0.1.0`.
    pub(super) version: String,
}

/// The release build, with the page where that can be had: where it is.
pub(super) fn build() -> anyhow::Result<PathBuf> {
    page::build();
    step(cargo().args(["build", "--release", "--locked", "--package", "smbreplay"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |named| root().join(named));
    Ok(target.join("release").join("smbreplay").with_extension(std::env::consts::EXE_EXTENSION))
}

impl Program {
    pub(super) fn at(path: &Path) -> anyhow::Result<Self> {
        let path = path.canonicalize().with_context(|| format!("there is no {}", path.display()))?;
        let said = output(Command::new(&path).arg("--version"))?;
        let Some(version) = said.trim().strip_prefix("smbreplay ") else {
            bail!("{} is not smbreplay: it calls itself {:?}", path.display(), said.trim());
        };
        if version != env!("CARGO_PKG_VERSION") {
            bail!("{} has version {version}, this checkout {}", path.display(), env!("CARGO_PKG_VERSION"));
        }
        Ok(Self { version: version.to_owned(), path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The program without what only debuggers read; as it is where there is no `strip`.
    pub(super) fn stripped(&self) -> anyhow::Result<Vec<u8>> {
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        let stripped = scratch.path().join("smbreplay");
        if let Err(error) = output(Command::new("strip").arg("-o").arg(&stripped).arg(&self.path)) {
            println!("the program is packed with its debugging information: {error:#}");
            return read(&self.path);
        }
        read(&stripped)
    }

    /// The pages of the manual: name and text.
    pub(super) fn manual(&self) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        output(self.command(scratch.path())?.arg("man").arg(scratch.path().join("man1")))?;
        let mut pages = Vec::new();
        for entry in fs::read_dir(scratch.path().join("man1")).context("there is no manual")? {
            let path = entry.context("cannot read the manual")?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            pages.push((name, read(&path)?));
        }
        Ok(pages)
    }

    /// What completes its command line in `shell`.
    pub(super) fn completions(&self, shell: &str) -> anyhow::Result<Vec<u8>> {
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        Ok(output(self.command(scratch.path())?.args(["completions", shell]))?.into_bytes())
    }

    fn command(&self, folder: &Path) -> anyhow::Result<Command> {
        fs::create_dir_all(folder.join("cases/none")).context("cannot make a temporary folder")?;
        Ok(isolated::smbreplay(&self.path, folder, "none", ("nobody", "")))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
