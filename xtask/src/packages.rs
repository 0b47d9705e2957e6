//! The system packages that tests and benches need: which are missing, and installing them.

use std::process::{Command, Stdio};

use anyhow::bail;
use lab::Program;
use lab::program::{VFS_MODULES_PACKAGE, has_vfs_module};

use crate::workspace::step;

/// Installs the packages that are missing, when this user may; else says what to install.
pub(crate) fn ensure() -> anyhow::Result<()> {
    ensure_with("tests need", missing)
}

/// The same for the C++ compiler that libFuzzer is built with.
pub(crate) fn ensure_cpp_compiler() -> anyhow::Result<()> {
    ensure_with("tests need", || if succeeds("c++", &["--version"]) { Vec::new() } else { vec!["g++"] })
}

/// The same for what makes Python's virtual environments.
pub(crate) fn ensure_python() -> anyhow::Result<()> {
    // Debian's Python has venv, and lacks what venv installs pip with.
    let has_venv = || succeeds("python3", &["-c", "import ensurepip, venv"]);
    ensure_with("tests need", || if has_venv() { Vec::new() } else { vec!["python3-venv"] })
}

/// The same for what sets the pages of the manual.
pub(crate) fn ensure_groff() -> anyhow::Result<()> {
    ensure_with("tests need", || if succeeds("groff", &["--version"]) { Vec::new() } else { vec!["groff-base"] })
}

/// The same for what the pages of the documentation use.
pub(crate) fn ensure_curl() -> anyhow::Result<()> {
    ensure_with("tests need", || if succeeds("curl", &["--version"]) { Vec::new() } else { vec!["curl"] })
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
