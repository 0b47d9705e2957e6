//! A folder that is written under a temporary name and put in place when it is complete.

use crate::folder::{self, FolderError, MadeFolders};
use crate::lock::FolderLock;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Why a folder could not be written or put in place. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    /// Its parent could not be made or written to.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another process is writing the same folder.
    #[error("{folder}: another smbreplay is writing there; wait for it to end")]
    Busy {
        /// The output folder.
        folder: PathBuf,
    },
    /// The finished folder could not be put in place; the earlier one is as it was.
    #[error("{target}: cannot put the new result in place: {source}")]
    Publish {
        /// The folder's final path.
        target: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// A folder in the making, beside its final place. Dropped without [`StagedFolder::publish`] it disappears.
#[derive(Debug)]
pub(crate) struct StagedFolder {
    temporary: TempDir,
    target: PathBuf,
    _lock: FolderLock,
    _made: MadeFolders,
}

/// Prefix of temporary folders, so that those of a killed process are recognised.
const TEMPORARY: &str = ".new-";
/// Prefix of the earlier folder while the new one takes its place.
const EARLIER: &str = ".old-";

impl StagedFolder {
    /// Begins the folder that will be `parent/name`, and removes what a killed process left there.
    pub(crate) fn create(parent: &Path, name: &str) -> Result<Self, StagedError> {
        let made = MadeFolders::make(parent)?;
        let lock = FolderLock::take(parent).ok_or_else(|| StagedError::Busy { folder: parent.to_owned() })?;
        let target = parent.join(name);
        recover(parent, name);
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // As readable as any folder the user makes; temporary ones are private by default.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let temporary = builder.tempdir_in(parent).map_err(|source| folder::refused(parent, source))?;
        Ok(Self { temporary, target, _lock: lock, _made: made })
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder in place of an earlier one. When that fails the earlier one is as it was.
    pub(crate) fn publish(self) -> Result<(), StagedError> {
        let Self { temporary, target, _lock, _made } = self;
        let failed = |source| StagedError::Publish { target: target.clone(), source };
        let parent = target.parent().unwrap_or(Path::new("."));
        let earlier = parent.join(format!("{EARLIER}{}", target.file_name().unwrap_or_default().to_string_lossy()));
        let replaces = target.exists();
        if replaces {
            std::fs::rename(&target, &earlier).map_err(failed)?;
        }
        if let Err(error) = std::fs::rename(temporary.path(), &target) {
            if replaces {
                std::fs::rename(&earlier, &target).map_err(failed)?;
            }
            return Err(failed(error));
        }
        let _moved = temporary.keep();
        if let Err(error) = std::fs::remove_dir_all(&earlier)
            && replaces
        {
            tracing::warn!(folder = %earlier.display(), %error, "the earlier result could not be removed");
        }
        Ok(())
    }
}

/// Brings back an earlier folder that a killed process had moved aside, and removes unfinished ones.
fn recover(parent: &Path, name: &str) {
    let (target, earlier) = (parent.join(name), parent.join(format!("{EARLIER}{name}")));
    if !target.exists() && earlier.exists() {
        let _kept_aside = std::fs::rename(&earlier, &target);
    }
    if target.exists() {
        let _stays = std::fs::remove_dir_all(earlier);
    }
    remove_with(parent, &[TEMPORARY]);
}

/// Takes away what a killed process left of the folder `parent/name`, and brings the earlier one back if it had been moved aside.
/// Where somebody is writing nothing is done. A parent that holds nothing else goes too.
pub(crate) fn recover_unless_busy(parent: &Path, name: &str) {
    if parent.is_dir()
        && let Some(_lock) = FolderLock::take(parent)
    {
        recover(parent, name);
        let _holds_something = std::fs::remove_dir(parent);
    }
}

/// Removes what killed processes left in an output folder that nobody needs any more.
pub(crate) fn remove_left_over(parent: &Path) {
    remove_with(parent, &[TEMPORARY, EARLIER]);
}

fn remove_with(parent: &Path, prefixes: &[&str]) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if prefixes.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            let _stays = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::fs;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_folder_leaves_the_earlier_one_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("sessions")).unwrap();
        fs::write(parent.path().join("sessions/earlier"), "").unwrap();
        let staged = StagedFolder::create(parent.path(), "sessions").unwrap();
        fs::write(staged.path().join("half"), "").unwrap();
        drop(staged);
        assert_eq!(entries(parent.path()), ["sessions"]);
        assert_eq!(entries(&parent.path().join("sessions")), ["earlier"]);
    }

    #[test]
    fn a_dropped_folder_takes_the_folders_made_for_it_along() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join(".tracer")).unwrap();
        drop(StagedFolder::create(&parent.path().join(".tracer/a/x.pcap"), "sessions").unwrap());
        assert_eq!(entries(&parent.path().join(".tracer")), Vec::<String>::new());
    }

    #[test]
    fn a_published_folder_replaces_the_earlier_one() {
        let parent = tempfile::tempdir().unwrap();
        for round in ["first", "second"] {
            let staged = StagedFolder::create(parent.path(), "sessions").unwrap();
            fs::write(staged.path().join(round), "").unwrap();
            staged.publish().unwrap();
            assert_eq!(entries(parent.path()), ["sessions"]);
            assert_eq!(entries(&parent.path().join("sessions")), [round]);
        }
    }

    #[test]
    fn what_a_killed_process_moved_aside_comes_back() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join(".old-sessions")).unwrap();
        fs::write(parent.path().join(".old-sessions/earlier"), "").unwrap();
        fs::create_dir(parent.path().join(".new-abc")).unwrap();
        drop(StagedFolder::create(parent.path(), "sessions").unwrap());
        assert_eq!(entries(parent.path()), ["sessions"]);
        assert_eq!(entries(&parent.path().join("sessions")), ["earlier"]);
    }

    #[test]
    fn two_at_a_time_are_refused() {
        let parent = tempfile::tempdir().unwrap();
        let _first = StagedFolder::create(parent.path(), "sessions").unwrap();
        let second = StagedFolder::create(parent.path(), "sessions").unwrap_err();
        assert!(matches!(second, StagedError::Busy { .. }), "{second}");
    }
}
