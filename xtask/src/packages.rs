//! The system packages that tests and benches need: which are missing, and installing them.

use std::process::{Command, Stdio};

use anyhow::bail;
use lab::Program;
use lab::program::{VFS_MODULES_PACKAGE, has_vfs_module};

use crate::workspace::step;

const COMPILER_OF_LIBFUZZER: &str = "g++";

/// Installs the packages with what tests start, if some are missing and this user may; else says what to install.
pub(crate) fn ensure() -> anyhow::Result<()> {
    ensure_with("tests need", missing)
}

/// The same with all else that the whole check uses, at once.
pub(crate) fn ensure_all() -> anyhow::Result<()> {
    ensure_with("tests need", || {
        let others = [
            (succeeds("c++", &["--version"]), COMPILER_OF_LIBFUZZER),
            // Debian's Python has venv, and lacks what venv installs pip with.
            (succeeds("python3", &["-c", "import ensurepip, venv"]), "python3-venv"),
            // It sets the pages of the manual.
            (succeeds("groff", &["--version"]), "groff-base"),
            // The pages of the documentation use it.
            (succeeds("curl", &["--version"]), "curl"),
        ];
        let others = others.into_iter().filter_map(|(is_there, package)| (!is_there).then_some(package));
        missing().into_iter().chain(others).collect()
    })
}

/// The same for the compiler that libFuzzer is built with alone.
pub(crate) fn ensure_cpp_compiler() -> anyhow::Result<()> {
    let has_it = || succeeds("c++", &["--version"]);
    ensure_with("fuzz targets need", || if has_it() { Vec::new() } else { vec![COMPILER_OF_LIBFUZZER] })
}

/// The same for npm, which brings Node.js.
pub(crate) fn ensure_npm() -> anyhow::Result<()> {
    ensure_with("tests need", || if succeeds("npm", &["--version"]) { Vec::new() } else { vec!["npm"] })
}

/// The same for what makes a Debian's root file system.
pub(crate) fn ensure_mmdebstrap() -> anyhow::Result<()> {
    let has_it = || succeeds("mmdebstrap", &["--version"]);
    ensure_with("tests need", || if has_it() { Vec::new() } else { vec!["mmdebstrap", "debian-archive-keyring"] })
}

/// The same for wrk, which one bench needs and no test.
pub(crate) fn ensure_wrk() -> anyhow::Result<()> {
    // `wrk --version` fails.
    let has_wrk = || succeeds("sh", &["-c", "command -v wrk"]);
    ensure_with("this bench needs", || if has_wrk() { Vec::new() } else { vec!["wrk"] })
}

fn ensure_with(who_needs: &str, missing: impl Fn() -> Vec<&'static str>) -> anyhow::Result<()> {
    let missing_now = missing();
    if missing_now.is_empty() {
        return Ok(());
    }
    let packages = missing_now.join(" ");
    let Some(privileged) = privileged_apt_get() else {
        bail!(
            "{who_needs} packages that are not installed and that this user may not install. Run\n    \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}\n\
             (or what your system calls them), then this command again"
        );
    };
    println!("{who_needs} {packages}");
    step(&mut apt_get(&privileged, &["update"]))?;
    step(apt_get(&privileged, &["install", "-y", "--no-install-recommends"]).args(&missing_now))?;
    let still_missing = missing();
    if !still_missing.is_empty() {
        bail!("apt-get ended well, yet there is no {}", still_missing.join(", "));
    }
    Ok(())
}

/// Whether this user is root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|user| user.stdout.trim_ascii() == b"0")
}

fn missing() -> Vec<&'static str> {
    let programs = Program::ALL.into_iter().filter_map(|program| program.find().err()).map(|missing| missing.package);
    let modules = (!has_vfs_module("streams_xattr")).then_some(VFS_MODULES_PACKAGE);
    let mut packages: Vec<_> = programs.chain(modules).collect();
    packages.dedup();
    packages
}

/// The words before `apt-get` that give the right to install: none for root, sudo where it asks for no password.
fn privileged_apt_get() -> Option<Vec<&'static str>> {
    if !succeeds("apt-get", &["--version"]) {
        return None;
    }
    if is_root() {
        return Some(vec!["env"]);
    }
    succeeds("sudo", &["-n", "true"]).then(|| vec!["sudo", "-n", "env"])
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn apt_get(privileged: &[&str], arguments: &[&str]) -> Command {
    let mut words = privileged.iter();
    let mut command = Command::new(words.next().copied().unwrap_or("env"));
    // Packages such as tshark ask questions otherwise.
    command.args(words).args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    command
}
