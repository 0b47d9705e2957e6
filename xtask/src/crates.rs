//! `cargo xtask package`: the crates that others can depend on, packed as a registry gets them.

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::workspace::{cargo, output, step};

/// More in one package means that something is in it which is not for others.
const LARGEST: u64 = 1 << 20;

/// Packs them all; `verify` builds each from its package alone. The web page is in them if it has been built.
pub(crate) fn package(verify: bool) -> anyhow::Result<()> {
    let workspace = metadata()?;
    let (published, own): (Vec<&Package>, Vec<&Package>) =
        workspace.packages.iter().partition(|package| package.publish.is_none());
    for package in &published {
        package.is_described()?;
    }
    let mut command = cargo();
    // The page is built, and not kept by git, which cargo takes for a change that was not committed.
    command.args(["package", "--workspace", "--locked", "--allow-dirty", "--quiet"]);
    command.args(own.iter().flat_map(|package| ["--exclude", &package.name]));
    if !verify {
        command.arg("--no-verify");
    }
    step(&mut command)?;
    for package in &published {
        let name = format!("{}-{}.crate", package.name, package.version);
        let path = workspace.target_directory.join("package").join(&name);
        let size = path.metadata().with_context(|| format!("{} was not made", path.display()))?.len();
        println!("{:>8} KiB  {name}", size / 1024);
        if size > LARGEST {
            bail!("{name} has {size} bytes, more than {LARGEST}: look with `cargo package --list` what is in it");
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
    target_directory: std::path::PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// Empty where `publish = false`.
    publish: Option<Vec<String>>,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    documentation: Option<String>,
    readme: Option<String>,
    rust_version: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
}

impl Package {
    fn is_described(&self) -> anyhow::Result<()> {
        let texts = [
            ("description", self.description.is_some()),
            ("license", self.license.is_some()),
            ("repository", self.repository.is_some()),
            ("documentation", self.documentation.is_some()),
            ("readme", self.readme.is_some()),
            ("rust-version", self.rust_version.is_some()),
            ("keywords", (1..=5).contains(&self.keywords.len())),
            ("categories", (1..=5).contains(&self.categories.len())),
        ];
        let missing: Vec<&str> = texts.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            bail!("the manifest of {} lacks {} (or has more than 5)", self.name, missing.join(", "));
        }
        Ok(())
    }
}

fn metadata() -> anyhow::Result<Workspace> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    serde_json::from_str(&text).context("cannot read what cargo metadata says")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::workspace::root;

    #[test]
    fn a_crate_is_described_when_nothing_that_a_registry_shows_is_missing() {
        let mut package = metadata().unwrap().packages.into_iter().find(|package| package.name == "smbreplay").unwrap();
        package.is_described().unwrap();
        package.readme = None;
        package.keywords.clear();
        let error = package.is_described().unwrap_err().to_string();
        assert!(error.contains("smbreplay lacks readme, keywords"), "{error}");
    }

    #[test]
    fn the_npm_packages_have_the_version_of_the_crates() {
        for name in ["sdk", "web"] {
            let text = std::fs::read_to_string(root().join(name).join("package.json")).unwrap();
            let package: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(package.get("version").unwrap(), env!("CARGO_PKG_VERSION"), "{name}");
        }
    }

    #[test]
    fn what_tests_are_made_of_is_not_for_others() {
        let published = metadata().unwrap().packages.into_iter().filter(|package| package.publish.is_none());
        let names: Vec<String> = published.map(|package| package.name).collect();
        assert!(
            names.iter().any(|name| name == "smbreplay-lab") && names.iter().any(|name| name == "smbreplay"),
            "{names:?}"
        );
        for own in ["smbreplay-fuzz", "smbreplay-witness", "xtask"] {
            assert!(!names.iter().any(|name| name == own), "{own}");
        }
    }
}
