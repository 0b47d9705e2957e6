//! Where programs under measurement write: memory where there is enough, so that no disk is measured.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

use super::disk;
use super::process_files::available_memory;

/// Where Linux has a file system in memory for everyone.
const IN_MEMORY: &str = "/dev/shm";
/// What the programs themselves and the rest of the machine need, bytes: with less, memory is found slowly, and that is what would be
/// measured.
const FOR_PROGRAMS: u64 = 6 << 30;

/// A folder that goes with its owner.
pub(super) struct Scratch {
    folder: TempDir,
    in_memory: bool,
}

impl Scratch {
    /// A folder with `needed` bytes of room: in memory, or else below `otherwise`; fails when neither has them.
    pub(super) fn with_room(needed: u64, otherwise: &Path, option: &str) -> anyhow::Result<Self> {
        let in_memory = fits_in_memory(needed);
        if !in_memory {
            disk::ensure_free(otherwise, needed, "what programs write", option)?;
        }
        let place = if in_memory { Path::new(IN_MEMORY) } else { otherwise };
        let folder = tempfile::Builder::new().prefix("smbreplay-bench-").tempdir_in(place);
        Ok(Self { folder: folder.with_context(|| format!("no temporary folder in {}", place.display()))?, in_memory })
    }

    /// A file or folder in it, whether it exists or not.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What to call the place.
    pub(super) fn place(&self) -> &'static str {
        if self.in_memory { "memory (/dev/shm)" } else { "the disk: no room in memory" }
    }

    /// Removes a file or a folder with all that is in it, if there is one.
    pub(super) fn remove(&self, name: &str) -> anyhow::Result<()> {
        let path = self.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }
}

/// Whether so many bytes of files fit in memory beside the programs.
pub(super) fn fits_in_memory(bytes: u64) -> bool {
    let free = disk::free(Path::new(IN_MEMORY)).unwrap_or_default();
    free >= bytes && available_memory() >= bytes.saturating_add(FOR_PROGRAMS)
}

/// Size of all files in a folder, at every depth.
pub(super) fn size_of(folder: &Path) -> anyhow::Result<u64> {
    let mut sum = 0_u64;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum = sum.saturating_add(if metadata.is_dir() { size_of(&entry.path())? } else { metadata.len() });
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_folder_goes_with_its_owner() {
        let disk = tempfile::tempdir().unwrap();
        let scratch = Scratch::with_room(1_000, disk.path(), "--requests").unwrap();
        fs::create_dir(scratch.join("a")).unwrap();
        fs::write(scratch.join("a/b"), "hello").unwrap();
        assert_eq!(size_of(&scratch.join("")).unwrap(), 5);
        scratch.remove("a").unwrap();
        scratch.remove("a").unwrap();
        assert_eq!(size_of(&scratch.join("")).unwrap(), 0);
        let path = scratch.join("");
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn what_fits_nowhere_is_refused() {
        let disk = tempfile::tempdir().unwrap();
        assert!(!fits_in_memory(u64::MAX));
        assert!(Scratch::with_room(u64::MAX, disk.path(), "--requests").is_err());
    }
}
