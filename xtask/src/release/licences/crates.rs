//! The crates that the program is made of: those it is linked with, and the macros that wrote parts of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Part, standard, texts};
use crate::workspace::{cargo, output};

/// In the order of their names.
pub(super) fn linked() -> anyhow::Result<Vec<Part>> {
    let linked = names_and_versions()?;
    let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let known: Metadata = serde_json::from_str(&text).context("cannot read what cargo metadata says")?;
    let mut parts = Vec::new();
    for (name, version) in linked {
        let Some(package) = known.packages.iter().find(|known| known.name == name && known.version == version) else {
            bail!("cargo tree has {name} {version}, and cargo metadata has not");
        };
        // Our own have no source.
        if package.source.is_some() {
            parts.push(package.part()?);
        }
    }
    Ok(parts)
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
struct Metadata {
    packages: Vec<Package>,
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
