//! What a share holds: to show that two shares hold the same tree.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_128;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A directory.
    Directory,
    /// A file.
    File {
        /// Its size in bytes.
        size: u64,
        /// XXH3-128 of its bytes.
        hash: u128,
    },
    /// A symbolic link.
    Link {
        /// Where it points.
        target: PathBuf,
    },
    /// A socket, a pipe or a device.
    Special,
}

/// The entries below a directory by their path relative to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Paths and entries.
    pub entries: BTreeMap<PathBuf, Entry>,
}

/// A path that does not stand for the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path.
    pub path: PathBuf,
    /// The entry of the snapshot that [`Snapshot::differences`] is called on.
    pub left: Option<Entry>,
    /// The entry of the other snapshot.
    pub right: Option<Entry>,
}

/// A directory or file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct SnapshotError {
    /// Which.
    path: PathBuf,
    /// Why.
    source: std::io::Error,
}

impl Snapshot {
    /// Reads the tree below the directory `root`.
    ///
    /// # Errors
    /// [`SnapshotError`] when something in it cannot be read.
    pub fn of(root: &Path) -> Result<Self, SnapshotError> {
        let mut snapshot = Self::default();
        let mut pending = vec![PathBuf::new()];
        while let Some(directory) = pending.pop() {
            let path = root.join(&directory);
            let unreadable = |source| SnapshotError { path: path.clone(), source };
            for item in std::fs::read_dir(&path).map_err(unreadable)? {
                let item = item.map_err(unreadable)?;
                let relative = directory.join(item.file_name());
                let entry = entry(&item.path()).map_err(|source| SnapshotError { path: item.path(), source })?;
                if entry == Entry::Directory {
                    pending.push(relative.clone());
                }
                snapshot.entries.insert(relative, entry);
            }
        }
        Ok(snapshot)
    }

    /// The paths at which the two trees differ, in order.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut paths: Vec<_> = self.entries.keys().chain(other.entries.keys()).collect();
        paths.sort();
        paths.dedup();
        paths
            .into_iter()
            .map(|path| (path, self.entries.get(path), other.entries.get(path)))
            .filter(|(_, left, right)| left != right)
            .map(|(path, left, right)| Difference { path: path.clone(), left: left.cloned(), right: right.cloned() })
            .collect()
    }
}

fn entry(path: &Path) -> std::io::Result<Entry> {
    let kind = std::fs::symlink_metadata(path)?.file_type();
    if kind.is_dir() {
        return Ok(Entry::Directory);
    }
    if kind.is_symlink() {
        return Ok(Entry::Link { target: std::fs::read_link(path)? });
    }
    if !kind.is_file() {
        return Ok(Entry::Special);
    }
    let bytes = std::fs::read(path)?;
    Ok(Entry::File { size: bytes.len() as u64, hash: xxh3_128(&bytes) })
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory => f.write_str("a directory"),
            Self::File { size, hash } => write!(f, "a file of {size} bytes ({hash:032x})"),
            Self::Link { target } => write!(f, "a link to {}", target.display()),
            Self::Special => f.write_str("a special file"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |entry: &Option<Entry>| entry.as_ref().map_or("nothing".to_owned(), Entry::to_string);
        write!(f, "{}: {} here, {} there", self.path.display(), side(&self.left), side(&self.right))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::fs;

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/b/file"), b"bytes").unwrap();
        fs::write(root.path().join("other"), b"").unwrap();
        root
    }

    #[test]
    fn equal_trees_have_no_differences() {
        let (left, right) = (tree(), tree());
        let left = Snapshot::of(left.path()).unwrap();
        assert_eq!(left.entries.len(), 4);
        assert_eq!(left.differences(&Snapshot::of(right.path()).unwrap()), []);
    }

    #[test]
    fn a_byte_a_name_and_a_kind_make_a_difference() {
        let (left, right) = (tree(), tree());
        fs::write(right.path().join("a/b/file"), b"Bytes").unwrap();
        fs::rename(right.path().join("other"), right.path().join("moved")).unwrap();
        fs::create_dir(right.path().join("other")).unwrap();
        let differences = Snapshot::of(left.path()).unwrap().differences(&Snapshot::of(right.path()).unwrap());
        let paths: Vec<_> = differences.iter().map(|difference| difference.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["a/b/file", "moved", "other"]);
        assert_eq!(differences.last().unwrap().right, Some(Entry::Directory));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Snapshot::of(Path::new("/nowhere/at/all")).is_err());
    }
}
