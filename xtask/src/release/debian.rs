//! The Debian package, put together by dpkg-deb.

mod control;
mod depends;
mod texts;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use md5::{Digest, Md5};

use super::compressed::Effort;
use super::contents::{Contents, DOCUMENTS};
use super::moment::Moment;
use super::program::Program;
use crate::workspace::output;

/// Writes `smbreplay_VERSION_ARCHITECTURE.deb`; None where there is no dpkg-deb.
pub(super) fn write(
    contents: &Contents,
    program: &Program,
    moment: Moment,
    effort: Effort,
    folder: &Path,
) -> anyhow::Result<Option<PathBuf>> {
    let there = Command::new("dpkg-deb").arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).status();
    if there.is_err() {
        return Ok(None);
    }
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    // A folder below it: the temporary one is nobody else's, the package's root is everybody's.
    let tree = scratch.path().join("smbreplay");
    let version = texts::version(&program.version);
    let mut installed = 0_usize;
    let mut sums = String::new();
    for (path, bytes, mode) in files(contents, &version, moment, effort)? {
        put(&tree.join(&path), &bytes, mode)?;
        installed = installed.saturating_add(bytes.len());
        let digest: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        sums.push_str(&format!("{digest}  {path}\n"));
    }
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let depends = depends::of(program.path())?;
    let control = control::paragraph(&version, architecture, &depends, installed);
    put(&tree.join("DEBIAN/control"), control.as_bytes(), 0o644)?;
    put(&tree.join("DEBIAN/md5sums"), sums.as_bytes(), 0o644)?;
    let package = folder.join(format!("smbreplay_{version}_{architecture}.deb"));
    let mut pack = Command::new("dpkg-deb");
    // What is newer than the moment gets its time.
    pack.env("SOURCE_DATE_EPOCH", moment.seconds().to_string());
    output(pack.args(["--root-owner-group", "-Zxz", effort.level_of_xz(), "--build"]).arg(&tree).arg(&package))?;
    Ok(Some(package))
}

/// Where Debian has each file, and in which form; with the texts that its policy asks for.
fn files(
    contents: &Contents,
    version: &str,
    moment: Moment,
    effort: Effort,
) -> anyhow::Result<Vec<(String, Vec<u8>, u32)>> {
    let mut files = vec![
        (format!("usr/{DOCUMENTS}/copyright"), texts::copyright()?.into_bytes(), 0o644),
        (
            format!("usr/{DOCUMENTS}/changelog.Debian.gz"),
            effort.gzip(texts::changelog(version, moment)?.as_bytes())?,
            0o644,
        ),
    ];
    let changelog = format!("{DOCUMENTS}/CHANGELOG.md");
    for (path, bytes, mode) in contents.files() {
        files.push(if path == changelog {
            (format!("usr/{DOCUMENTS}/changelog.gz"), effort.gzip(bytes)?, mode)
        } else if path.starts_with("share/man/") {
            (format!("usr/{path}.gz"), effort.gzip(bytes)?, mode)
        } else {
            (format!("usr/{}", path.replace("zsh/site-functions", "zsh/vendor-completions")), bytes.to_vec(), mode)
        });
    }
    files.sort();
    Ok(files)
}

/// Writes a file, in folders that everybody may read whatever the umask.
fn put(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let permit = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let folders: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
    for folder in folders.into_iter().rev() {
        fs::create_dir(folder).and_then(|()| permit(folder, 0o755)).with_context(cannot)?;
    }
    fs::write(path, bytes).and_then(|()| permit(path, mode)).with_context(cannot)
}
