//! The npm packages that are bundled into the web page: those that `package-lock.json` does not have for development alone.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Part, standard, texts};
use crate::workspace::root;

pub(super) fn bundled() -> anyhow::Result<Vec<Part>> {
    let text = fs::read_to_string(root().join("package-lock.json")).context("cannot read package-lock.json")?;
    let lock: Lock = serde_json::from_str(&text).context("cannot read package-lock.json")?;
    let mut parts = Vec::new();
    for (path, package) in lock.packages {
        // Our own lie elsewhere, and have a link here.
        let Some((_, name)) = path.rsplit_once("node_modules/").filter(|_| !package.dev && !package.link) else {
            continue;
        };
        let (Some(version), Some(licence)) = (package.version, package.license) else {
            bail!("package-lock.json lacks the version or the licence of {name}");
        };
        let folder = root().join(&path);
        if !folder.exists() {
            bail!("{name} is in the web page, and its licence is not there: `npm ci` installs it");
        }
        let mut texts = texts::below(&folder)?;
        if texts.is_empty() {
            texts = standard::texts(&licence, &[]).with_context(|| format!("{name} brings no text of its licence"))?;
        }
        let address = format!("https://www.npmjs.com/package/{name}");
        parts.push(Part { name: name.to_owned(), version, licence, address, texts });
    }
    Ok(parts)
}

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    version: Option<String>,
    license: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    link: bool,
}
