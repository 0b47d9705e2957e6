//! The tree that clients make and `smbreplay setup` makes after them: small files, a thousand in a folder.

use std::path::Path;

use anyhow::{Context, ensure};
use lab::EntryKind;

/// As many folders are enough that each client has one of its own.
const FEWEST_FOLDERS: u64 = 8;
/// Files in a folder, unless there are only few in all.
const FILES_PER_FOLDER: u64 = 1_000;

/// Files, and the folders they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    /// Files.
    pub(super) files: u64,
}

impl Tree {
    /// Size of each file.
    pub(super) const FILE_BYTES: u64 = 1_000;

    /// Folders, which all lie in the share's own.
    pub(super) fn folders(self) -> u64 {
        self.files.div_ceil(FILES_PER_FOLDER).max(FEWEST_FOLDERS)
    }

    /// How many files each folder has.
    pub(super) fn files_of_folders(self) -> impl Iterator<Item = u64> {
        let each = self.files.checked_div(self.folders()).unwrap_or_default();
        let left = self.files.checked_rem(self.folders()).unwrap_or_default();
        (0..self.folders()).map(move |folder| each.saturating_add(u64::from(folder < left)))
    }

    /// Fails when the share's folder holds anything else, or less. That is looked up on the disk, since a program that
    /// makes the tree cannot vouch for it.
    pub(super) fn ensure_is_in(self, share: &Path) -> anyhow::Result<()> {
        let found = lab::Tree::of(share).context("the share cannot be read")?;
        let (mut folders, mut files) = (0_u64, 0_u64);
        for entry in found.entries() {
            match entry.kind {
                EntryKind::Folder => folders = folders.saturating_add(1),
                EntryKind::File { size: Self::FILE_BYTES, .. } => files = files.saturating_add(1),
                EntryKind::File { size, .. } => anyhow::bail!("{} has {size} bytes on the disk", entry.path),
            }
        }
        ensure!(
            (folders, files) == (self.folders(), self.files),
            "{folders} folders with {files} files lie on the disk, and not {} with {}",
            self.folders(),
            self.files
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::fs;

    use super::*;

    #[test]
    fn a_thousand_files_lie_in_a_folder() {
        let tree = Tree { files: 100_000 };
        assert_eq!(tree.folders(), 100);
        assert!(tree.files_of_folders().all(|files| files == 1_000));
    }

    #[test]
    fn few_files_lie_in_folders_for_all_clients() {
        assert_eq!(Tree { files: 10 }.files_of_folders().collect::<Vec<_>>(), [2, 2, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn a_file_too_few_or_too_short_is_noticed() {
        let share = tempfile::tempdir().unwrap();
        let file = |folder: usize| share.path().join(format!("folder-{folder}/file-0"));
        for folder in 0..8 {
            fs::create_dir(share.path().join(format!("folder-{folder}"))).unwrap();
            fs::write(file(folder), [0; 1_000]).unwrap();
        }
        let told = |files| Tree { files }.ensure_is_in(share.path()).map_err(|error| error.to_string());
        assert_eq!(told(8), Ok(()));
        assert_eq!(told(9), Err("8 folders with 8 files lie on the disk, and not 8 with 9".into()));
        fs::write(file(3), [0; 999]).unwrap();
        assert_eq!(told(8), Err("folder-3/file-0 has 999 bytes on the disk".into()));
    }
}
