//! `cargo xtask book`: the documentation as a book.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::workspace::{cargo, describe, root, step};

/// The version of mdbook that the book is built with.
const VERSION: &str = "0.5.4";

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
    let mdbook = match installed() {
        Ok(mdbook) => mdbook,
        Err(error) if env::var("CI").is_ok_and(|value| matches!(value.as_str(), "true" | "1")) => return Err(error),
        Err(error) => return Ok(Built::Unavailable(error.to_string())),
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

/// mdbook in `target/tools`: from crates.io where it is missing, or another one. Optimised it would take twice as long to build,
/// and the book takes less than a second.
fn installed() -> anyhow::Result<PathBuf> {
    let tools = root().join("target").join("tools");
    let mdbook = tools.join("bin").join("mdbook").with_extension(env::consts::EXE_EXTENSION);
    if !is_wanted(&mdbook) {
        let mut install = cargo();
        install.args(["install", "mdbook", "--version", VERSION, "--locked", "--force", "--debug", "--quiet"]);
        install.args(["--no-default-features", "--features", "search", "--root"]).arg(tools);
        step(&mut install)?;
    }
    Ok(mdbook)
}

fn is_wanted(mdbook: &Path) -> bool {
    let output = Command::new(mdbook).arg("--version").stdin(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("mdbook v") == VERSION)
}
