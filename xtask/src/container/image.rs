//! An image without Docker: the steps of a Dockerfile's last stage, carried out on a fresh root file system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use super::dockerfile::{Settings, Stage, Step};
use crate::debian_root::DebianRoot;

/// A file that another stage would have made, and the one that takes its place.
pub(super) struct Built<'a> {
    pub(super) stage: &'a str,
    pub(super) path: &'a str,
    pub(super) file: &'a Path,
}

/// A root file system as the Dockerfile makes it, and how it is run.
pub(super) struct Image {
    pub(super) root: DebianRoot,
    pub(super) settings: Settings,
}

impl Image {
    /// The image of the last stage of the Dockerfile in the folder `context`.
    pub(super) fn assemble(context: &Path, built: &[Built<'_>]) -> anyhow::Result<Self> {
        let dockerfile = context.join("Dockerfile");
        let text = fs::read_to_string(&dockerfile).with_context(|| format!("cannot read {}", dockerfile.display()))?;
        let stage = Stage::last_of(&text).with_context(|| format!("in {}", dockerfile.display()))?;
        let root = DebianRoot::make(release(&stage.base)?)?;
        for step in &stage.steps {
            match step {
                Step::Run(line) => root.run(line)?,
                Step::Copy { from, sources, to } => {
                    for source in sources {
                        let file = match from {
                            None => context.join(source),
                            Some(stage) => made_by(stage, source, built)?,
                        };
                        copy(&file, source, to, root.path())?;
                    }
                }
            }
        }
        let folder = root.path().join(stage.settings.folder.as_deref().unwrap_or("/").trim_start_matches('/'));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { root, settings: stage.settings })
    }
}

/// The release of Debian that an official image has.
fn release(base: &str) -> anyhow::Result<&str> {
    let release = base.strip_prefix("debian:").and_then(|tag| tag.strip_suffix("-slim"));
    release.with_context(|| format!("{base} is no debian:RELEASE-slim, which is what can be made without Docker"))
}

fn made_by(stage: &str, path: &str, built: &[Built<'_>]) -> anyhow::Result<PathBuf> {
    let found = built.iter().find(|built| built.stage == stage && built.path == path);
    match found {
        Some(built) => Ok(built.file.to_owned()),
        None => bail!("nothing takes the place of {path} of the stage {stage}"),
    }
}

/// Copies one file, with its mode. As with Docker, `to` is a folder if it ends with a slash.
fn copy(file: &Path, source: &str, to: &str, root: &Path) -> anyhow::Result<()> {
    ensure!(
        to.starts_with('/') && file.is_file(),
        "COPY of {source} to {to}: only a file to an absolute path is copied"
    );
    let name = Path::new(source).file_name().context("a file has a name")?;
    let target = root.join(to.trim_start_matches('/'));
    let target = if to.ends_with('/') { target.join(name) } else { target };
    let copied = || {
        fs::create_dir_all(target.parent().unwrap_or(root))?;
        fs::copy(file, &target)?;
        std::os::unix::fs::chown(&target, Some(0), Some(0))
    };
    copied().with_context(|| format!("cannot copy {} to {}", file.display(), target.display()))
}
