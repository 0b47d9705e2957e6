//! `cargo xtask book`: the documentation as a book.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::tool::{Installed, Tool};
use crate::workspace::{describe, in_ci, root};

const MDBOOK: Tool = Tool { name: "mdbook", version: "0.5.4", features: Some("search") };

/// What became of the book.
pub(crate) enum Built {
    /// Its first page.
    Page(PathBuf),
    /// Why there is no mdbook.
    Unavailable(String),
}

/// Builds the book, and says where it is.
pub(crate) fn run() -> anyhow::Result<()> {
    match build()? {
        Built::Page(page) => println!("\nthe book begins at {}", page.display()),
        Built::Unavailable(reason) => bail!("{reason}"),
    }
    Ok(())
}

/// Builds the book; a warning is an error. Where `CI=true` it is one, too, that mdbook cannot be had.
pub(crate) fn build() -> anyhow::Result<Built> {
    let mdbook = match MDBOOK.ensure() {
        Installed::Program(mdbook) => mdbook,
        Installed::Unavailable(reason) if in_ci() => bail!("there is no mdbook: {reason}"),
        Installed::Unavailable(reason) => return Ok(Built::Unavailable(reason)),
    };
    let mut command = Command::new(mdbook);
    command.arg("build").current_dir(root()).stdin(Stdio::null());
    let line = describe(&command);
    println!("\n==> {line}");
    let output = command.output().with_context(|| format!("cannot run `{line}`"))?;
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    print!("{told}");
    if !output.status.success() || ["WARN", "ERROR"].iter().any(|level| told.contains(level)) {
        bail!("`{line}` has something to say of the book ({})", output.status);
    }
    Ok(Built::Page(root().join("target/book/index.html")))
}
