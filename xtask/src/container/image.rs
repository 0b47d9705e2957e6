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
        // Whose it is there, it is here: root's, since root copies.
        fs::copy(file, &target)
    };
    copied().map(drop).with_context(|| format!("cannot copy {} to {}", file.display(), target.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_a_debian_can_be_begun_with() {
        assert_eq!(release("debian:trixie-slim").unwrap(), "trixie");
        assert!(release("debian").is_err() && release("alpine:3").is_err());
    }

    #[test]
    fn a_file_of_another_stage_has_one_in_its_place() {
        let built = [Built { stage: "build", path: "/a", file: Path::new("b") }];
        assert_eq!(made_by("build", "/a", &built).unwrap(), Path::new("b"));
        assert!(made_by("build", "/b", &built).is_err() && made_by("page", "/a", &built).is_err());
    }

    #[test]
    fn a_file_is_copied_under_its_name_into_a_folder_and_otherwise_under_another() {
        use std::os::unix::fs::PermissionsExt as _;
        let (context, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = context.path().join("start");
        fs::write(&file, "#!/bin/sh").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        for (to, found) in [("/usr/bin/", "usr/bin/start"), ("/begin", "begin")] {
            copy(&file, "start", to, root.path()).unwrap();
            assert_eq!(fs::metadata(root.path().join(found)).unwrap().permissions().mode() & 0o777, 0o755);
        }
        assert!(copy(&file, "start", "bin", root.path()).is_err(), "a relative path");
        assert!(copy(context.path(), ".", "/all", root.path()).is_err(), "a folder");
    }
}
