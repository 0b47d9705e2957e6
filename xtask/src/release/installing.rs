//! The Debian package on a fresh Debian, which has nothing but the packages that every system has: apt installs it, the program
//! reads the capture that comes with it, and nothing is left when it is removed.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::debian_root::DebianRoot;

/// The Debian that it is tried on.
const RELEASE: &str = "trixie";
/// Where the package lies there.
const PACKAGE: &str = "/tmp/smbreplay.deb";
/// What a user would look for.
const INSTALLED: [&str; 6] = [
    "/usr/bin/smbreplay",
    "/usr/share/man/man1/smbreplay.1.gz",
    "/usr/share/man/man1/smbreplay-replay.1.gz",
    "/usr/share/bash-completion/completions/smbreplay",
    "/usr/share/doc/smbreplay/copyright",
    "/usr/share/doc/smbreplay/THIRD-PARTY-LICENSES",
];
/// Somebody without privileges, a home or settings reads a capture.
const TRY: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp/home SESSION_OUTPUT_DIR=/tmp/home/sessions sh -c '\
    mkdir /tmp/home && smbreplay ingest /usr/share/doc/smbreplay/examples/office.pcap && smbreplay session --list'";

/// Installs `package`, tries it and removes it.
pub(super) fn check(package: &Path) -> anyhow::Result<()> {
    let machine = DebianRoot::make(RELEASE)?;
    let inside = |path: &str| machine.path().join(path.trim_start_matches('/'));
    fs::copy(package, inside(PACKAGE)).with_context(|| format!("cannot copy {}", package.display()))?;
    machine.run(&format!("DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends {PACKAGE}"))?;
    for path in INSTALLED {
        ensure!(inside(path).is_file(), "the package brings no {path}");
    }
    machine.run(TRY)?;
    machine.run("DEBIAN_FRONTEND=noninteractive apt-get purge --yes smbreplay")?;
    for path in INSTALLED {
        ensure!(!inside(path).exists(), "{path} is left when the package is removed");
    }
    println!("the Debian package installs, works and goes again");
    Ok(())
}
