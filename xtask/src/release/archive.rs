//! The archive: a folder that can be unpacked anywhere, or over a prefix such as `/usr/local`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::compressed::Effort;
use super::contents::Contents;
use super::moment::Moment;

/// Writes `smbreplay-VERSION-ARCHITECTURE-SYSTEM.tar.gz`.
pub(super) fn write(
    contents: &Contents,
    version: &str,
    moment: Moment,
    effort: Effort,
    folder: &Path,
) -> anyhow::Result<PathBuf> {
    let name = format!("smbreplay-{version}-{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    let mut archive = tar::Builder::new(Vec::new());
    for (path, bytes, mode) in contents.files() {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_mtime(u64::from(moment.seconds()));
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(bytes.len() as u64);
        let path = format!("{name}/{path}");
        archive.append_data(&mut header, &path, bytes).with_context(|| format!("cannot pack {path}"))?;
    }
    let bytes = archive.into_inner().context("cannot pack")?;
    let path = folder.join(format!("{name}.tar.gz"));
    fs::write(&path, effort.gzip(&bytes)?).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
