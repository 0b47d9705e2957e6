//! What is in the program and is no crate or npm package: Rust's standard library, and JavaScript that lies in a crate as a bundle.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use zip::ZipArchive;

use super::{Part, standard, texts};
use crate::workspace::{output, root};

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
    let readme = fs::read_to_string(folder.join("README.md")).context("cannot read the README of Redoc")?;
    let version = readme.split_once("redoc) ").and_then(|(_, rest)| rest.split_whitespace().next());
    let mut texts = texts::below(&folder)?;
    let others = folder.join("redoc.standalone.js.LICENSE.txt");
    texts.push(fs::read_to_string(others).context("cannot read the licences of what is in Redoc")?);
    Ok(Part {
        name: "redoc".to_owned(),
        version: version.context("the README of Redoc does not name its version")?.to_owned(),
        licence: "MIT".to_owned(),
        address: "https://github.com/Redocly/redoc".to_owned(),
        texts,
    })
}

/// The archive that the crate of Swagger UI has in its folder.
pub(super) fn swagger_ui(vendored: &Path) -> anyhow::Result<Part> {
    let folder = vendored.join("res");
    let mut files = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let archive = files.next().context("there is no Swagger UI")??.path();
    let name = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let version = name.strip_prefix('v').with_context(|| format!("{name} is no version of Swagger UI"))?;
    let mut archive =
        ZipArchive::new(File::open(&archive)?).with_context(|| format!("cannot read Swagger UI {version}"))?;
    let mut text = |name: &str| {
        let mut text = String::new();
        let path = format!("swagger-ui-{version}/{name}");
        archive.by_name(&path)?.read_to_string(&mut text).map(|_| text).with_context(|| format!("cannot read {path}"))
    };
    Ok(Part {
        name: "swagger-ui".to_owned(),
        version: version.to_owned(),
        licence: "Apache-2.0".to_owned(),
        address: "https://github.com/swagger-api/swagger-ui".to_owned(),
        texts: vec![text("LICENSE")?, text("NOTICE")?],
    })
}
