//! The crates that the program is made of: those it is linked with, and the macros that wrote parts of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Part, standard, texts};
use crate::workspace::{cargo, output};

/// What cargo knows of all packages that the workspace is built with.
#[derive(Deserialize)]
pub(super) struct Packages {
    packages: Vec<Package>,
}

impl Packages {
    pub(super) fn of_the_workspace() -> anyhow::Result<Self> {
        let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
        serde_json::from_str(&text).context("cannot read what cargo metadata says")
    }

    /// Those in the program, in the order of their names.
    pub(super) fn linked(&self) -> anyhow::Result<Vec<Part>> {
        let mut parts = Vec::new();
        for (name, version) in names_and_versions()? {
            let Some(package) = self.packages.iter().find(|known| known.name == name && known.version == version)
            else {
                bail!("cargo tree has {name} {version}, and cargo metadata has not");
            };
            // Our own have no source.
            if package.source.is_some() {
                parts.push(package.part()?);
            }
        }
        Ok(parts)
    }

    /// Where the files of a package are.
    pub(super) fn folder(&self, name: &str) -> anyhow::Result<&Path> {
        let package = self.packages.iter().find(|known| known.name == name);
        package
            .and_then(|package| package.manifest_path.parent())
            .with_context(|| format!("there is no package {name}"))
    }
}

/// With the features that the program alone asks for. Programs that only build it, such as C compilers' drivers, are not in it.
fn names_and_versions() -> anyhow::Result<BTreeSet<(String, String)>> {
    let tree =
        ["tree", "--locked", "--package", "smbreplay", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let listed = output(cargo().args(tree))?;
    let crates = listed.lines().map(|line| {
        let mut words = line.split_whitespace();
        let version = |word: &str| word.strip_prefix('v').map(str::to_owned);
        words.next().map(str::to_owned).zip(words.next().and_then(version))
    });
    crates.collect::<Option<_>>().context("cannot read what cargo tree says")
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    license: Option<String>,
    authors: Vec<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

impl Package {
    fn part(&self) -> anyhow::Result<Part> {
        let Self { name, version, .. } = self;
        let licence = self.license.clone().with_context(|| format!("{name} {version} has no licence"))?;
        let folder = self.manifest_path.parent().with_context(|| format!("{name} lies nowhere"))?;
        let mut texts = texts::below(folder)?;
        if texts.is_empty() {
            let standard = standard::texts(&licence, &self.authors);
            texts = standard.with_context(|| format!("{name} {version} brings no text of its licence"))?;
        }
        let address = self.repository.clone().unwrap_or_else(|| format!("https://crates.io/crates/{name}"));
        Ok(Part { name: name.clone(), version: version.clone(), licence, address, texts })
    }
}
