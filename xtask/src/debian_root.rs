//! A fresh Debian: the root file system of a release as its packages make it, and programs run in it as if it were a machine.

mod enclosure;
mod mirror;

pub(crate) use enclosure::{Bind, Capabilities, Enclosure, Running};

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

use crate::packages;
use crate::workspace::{root, step};

/// A root file system on the disk, which is removed with this.
pub(crate) struct DebianRoot {
    folder: TempDir,
}

/// Why this user cannot make one and run programs in it, if so.
pub(crate) fn hindrance() -> Option<&'static str> {
    if !packages::is_root() {
        return Some("only root may make a root file system and run programs in it");
    }
    let mut mounts = Command::new("unshare");
    mounts.args(["--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]);
    mounts.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let may_mount = mounts.status().is_ok_and(|status| status.success());
    (!may_mount).then_some("this system does not let root mount file systems in a namespace of its own")
}

impl DebianRoot {
    /// The smallest system of `release`, e.g. `trixie`, from the mirror of this machine. Needs [`hindrance`] to be none.
    pub(crate) fn make(release: &str) -> anyhow::Result<Self> {
        let archive = archive(release)?;
        let folders = archive.parent().unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix("root-").tempdir_in(folders);
        let folder = folder.with_context(|| format!("cannot make a folder in {}", folders.display()))?;
        let mut unpack = Command::new("tar");
        unpack
            .args(["--extract", "--numeric-owner", "--same-permissions", "--exclude=./dev/*", "--file"])
            .arg(&archive);
        step(unpack.arg("--directory").arg(folder.path()))?;
        // tempfile makes folders that nobody else may enter, and other users run in this one.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).with_context(|| format!("cannot open {}", folder.path().display()))?;
        let made = Self { folder };
        mirror::reach(made.path())?;
        Ok(made)
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command line of `sh` in it as root.
    pub(crate) fn run(&self, line: &str) -> anyhow::Result<()> {
        println!("\n==> in a fresh Debian: {line}");
        let program = ["/bin/sh", "-c", line].map(str::to_owned);
        let status = Enclosure::of(self.path()).with_network_settings().command(&program).status();
        let status = status.context("cannot run setpriv and unshare")?;
        anyhow::ensure!(status.success(), "`{line}` failed ({status})");
        Ok(())
    }
}

/// The system as an archive, which is kept: making it takes longer than unpacking it.
fn archive(release: &str) -> anyhow::Result<PathBuf> {
    let folder = root().join("target").join("debian");
    let archive = folder.join(format!("{release}.tar"));
    if archive.is_file() {
        return Ok(archive);
    }
    packages::ensure_mmdebstrap()?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let unfinished = archive.with_extension("unfinished.tar");
    let mut make = Command::new("mmdebstrap");
    // It is thrown away when the power fails, so nothing has to wait for the disk.
    make.args(["--quiet", "--variant=minbase", "--format=tar", "--dpkgopt=force-unsafe-io"]);
    // A file, since a proxy may have a password in it.
    let acquisition = tempfile::NamedTempFile::new_in(&folder).context("cannot write settings for apt")?;
    fs::write(acquisition.path(), mirror::acquisition()).context("cannot write settings for apt")?;
    make.arg("--aptopt").arg(acquisition.path());
    step(make.arg(release).arg(&unfinished).arg(mirror::of_this_machine()))?;
    fs::rename(&unfinished, &archive).with_context(|| format!("cannot name {}", archive.display()))?;
    Ok(archive)
}
