//! Where packages come from, and how they are reached: as the apt of this machine has it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;

/// Where they come from on a machine that is no Debian.
const USUAL: &str = "http://deb.debian.org/debian";
/// How apt fetches: proxies, certificates, the checks of dates.
const ACQUISITION: [&str; 6] = [
    "Acquire::http::",
    "Acquire::https::",
    "Acquire::Check-",
    "Acquire::Retries ",
    "Acquire::ForceIPv4 ",
    "Acquire::ForceIPv6 ",
];

/// The mirror of Debian's own packages that this machine uses.
pub(super) fn of_this_machine() -> String {
    let told = output("apt-get", &["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"]);
    let mirrors = told.lines().filter_map(|line| line.strip_prefix("Debian "));
    // Security updates have a place of their own.
    let own = mirrors.map(|uri| uri.trim_end_matches('/')).find(|uri| uri.ends_with("/debian"));
    own.unwrap_or(USUAL).to_owned()
}

/// The lines of apt's configuration that say how it fetches.
pub(super) fn acquisition() -> String {
    let told = output("apt-config", &["dump"]);
    let lines = told.lines().filter(|line| ACQUISITION.iter().any(|beginning| line.starts_with(beginning)));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Lets what runs in the root file system at `root` reach the mirror, by name and through the proxies of this machine.
pub(super) fn reach(root: &Path) -> anyhow::Result<()> {
    let write = |name: &str, contents: &[u8]| {
        let path = root.join(name);
        fs::write(&path, contents).with_context(|| format!("cannot write {}", path.display()))
    };
    write("etc/resolv.conf", &fs::read("/etc/resolv.conf").unwrap_or_default())?;
    write("etc/apt/apt.conf.d/00of-this-machine", acquisition().as_bytes())
}

/// What a program of apt prints; nothing where there is none.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
