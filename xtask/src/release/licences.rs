//! `THIRD-PARTY-LICENSES`: what of others the program has in it, with the text of each licence.

mod bundled;
mod crates;
mod document;
mod npm;
mod standard;
mod texts;

use super::page;
use crates::Packages;

/// A piece of the program that others wrote.
struct Part {
    name: String,
    version: String,
    /// An SPDX expression.
    licence: String,
    /// Where it comes from.
    address: String,
    /// What its authors say, each file's text as it is. Never empty.
    texts: Vec<String>,
}

/// Parts of one kind, and what that is.
struct Chapter {
    title: &'static str,
    parts: Vec<Part>,
}

/// The whole text. A part without a licence text is an error.
pub(super) fn document() -> anyhow::Result<String> {
    let packages = Packages::of_the_workspace()?;
    let api = vec![bundled::redoc()?, bundled::swagger_ui(packages.folder("utoipa-swagger-ui-vendored")?)?];
    let mut chapters = vec![
        Chapter { title: "Rust crates", parts: packages.linked()? },
        Chapter { title: "The standard library of Rust", parts: vec![bundled::standard_library()?] },
        Chapter { title: "JavaScript that shows the description of the API", parts: api },
    ];
    if page::is_built() {
        chapters.push(Chapter { title: "npm packages in the web page", parts: npm::bundled()? });
    }
    Ok(document::written(&chapters))
}
