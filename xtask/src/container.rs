//! The images of `Dockerfile` and `deploy/lab/Dockerfile`, without Docker: their last stages are carried out on a fresh Debian,
//! and what they would run is run there, as the user, with the rights and with the folders that it would have.
//!
//! The program is the one that was built for the tests; Docker's first stages, which build it, are not carried out.

mod api;
mod dockerfile;
mod image;
mod lab;
mod running;

#[cfg(test)]
mod compose;

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::debian_root;
use crate::workspace::{cargo, in_ci, root, step};
use image::{Built, Image};

/// `cargo xtask container`: builds the program, and checks both.
pub(crate) fn run() -> anyhow::Result<()> {
    step(cargo().args(["build", "--package", "smbreplay"]))?;
    match check()? {
        Some(hindrance) => bail!("cannot run the container images: {hindrance}"),
        None => Ok(()),
    }
}

/// Checks both; why not, where this user or system cannot. Where `CI=true` that is an error.
pub(crate) fn check() -> anyhow::Result<Option<&'static str>> {
    if let Some(hindrance) = debian_root::hindrance() {
        match in_ci() {
            true => bail!("cannot run the container images: {hindrance}"),
            false => return Ok(Some(hindrance)),
        }
    }
    compose_file()?;
    let logs = tempfile::tempdir().context("cannot make a folder for logs")?;
    let lab = Image::assemble(&root().join("deploy/lab"), &[])?;
    let lab = lab::start(&lab, logs.path())?;
    let xtask = env::current_exe().context("cannot find the folder of built programs")?;
    let program = xtask.with_file_name("smbreplay");
    let built = Built { stage: "build", path: "/source/target/release/smbreplay", file: &program };
    api::check(&Image::assemble(&root(), &[built])?, &lab, logs.path())?;
    lab.stop()?;
    println!("the container images do what docs/container.md says");
    Ok(None)
}

/// Has Docker read the compose file, where its client is here; unit tests look at what is in it.
fn compose_file() -> anyhow::Result<()> {
    let compose = || {
        let mut docker = Command::new("docker");
        docker.args(["compose", "--file", "docker-compose.smbreplay.yml"]).current_dir(root()).stdin(Stdio::null());
        docker
    };
    let mut version = compose();
    version.arg("version").stdout(Stdio::null()).stderr(Stdio::null());
    if !version.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    step(compose().args(["config", "--quiet"]))
}
