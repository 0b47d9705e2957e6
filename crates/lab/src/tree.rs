//! What a share's folder holds: names, sizes and contents, to be compared with what it should hold.
//!
//! As text it is one line an entry, sorted by path: path, `d` or `f`, size in bytes and the XXH3-128 hash of the
//! contents (as `xxh128sum` prints it), separated by tabs; `-` where a folder has none.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

/// The entries of a folder at every depth, without the folder itself, by path with `/` between names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<String, EntryKind>,
}

/// One entry of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path below the folder, with `/` between names.
    pub path: &'a str,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// Its size in bytes.
        size: u64,
        /// The XXH3-128 hash of its contents.
        xxh128: u128,
    },
}

/// Why a tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A name is not text, or holds a tab or line break.
    #[error("the name of {} does not fit into a line of text", .0.display())]
    Name(PathBuf),
    /// A line of the textual form is not one.
    #[error("line {number} is not path, kind, size and hash: {line:?}")]
    Line {
        /// 1-based.
        number: usize,
        /// The line.
        line: String,
    },
}

impl Tree {
    /// Reads a folder and everything below it. Symbolic links are followed by nobody: one is an error of its name's.
    ///
    /// # Errors
    /// [`TreeError::Read`] and [`TreeError::Name`].
    pub fn of(folder: &Path) -> Result<Self, TreeError> {
        let mut tree = Self::default();
        tree.add(folder, "")?;
        Ok(tree)
    }

    /// Reads the textual form.
    ///
    /// # Errors
    /// [`TreeError::Line`].
    pub fn parse(text: &str) -> Result<Self, TreeError> {
        let mut entries = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let (path, kind) = parse_line(line)
                .ok_or_else(|| TreeError::Line { number: index.saturating_add(1), line: line.to_owned() })?;
            entries.insert(path.to_owned(), kind);
        }
        Ok(Self { entries })
    }

    /// The entries, sorted by path.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries.iter().map(|(path, kind)| Entry { path, kind: *kind })
    }

    /// How `other` differs, one line an entry: `-` what only this tree has, `+` what only the other has (both, for an
    /// entry whose kind, size or contents differ). Empty when they are equal.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let lacking = |sign: char, have: &Self, lack: &Self| {
            have.entries()
                .filter(|entry| lack.entries.get(entry.path) != Some(&entry.kind))
                .map(|entry| format!("{sign}{entry}"))
                .collect::<Vec<_>>()
        };
        [lacking('-', self, other), lacking('+', other, self)].concat()
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> Result<(), TreeError> {
        let read = |path: &Path| {
            let path = path.to_path_buf();
            move |source| TreeError::Read { path, source }
        };
        for entry in fs::read_dir(folder).map_err(read(folder))? {
            let entry = entry.map_err(read(folder))?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_str().filter(|name| !name.contains(['\t', '\n', '\r']));
            let relative = format!("{prefix}{}", name.ok_or_else(|| TreeError::Name(path.clone()))?);
            let kind = entry.file_type().map_err(read(&path))?;
            if kind.is_dir() {
                self.add(&path, &format!("{relative}/"))?;
                self.entries.insert(relative, EntryKind::Folder);
            } else if kind.is_file() {
                let file = hash(&path).map_err(read(&path))?;
                self.entries.insert(relative, file);
            } else {
                return Err(read(&path)(io::Error::other("neither a file nor a folder")));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            EntryKind::Folder => write!(f, "{}\td\t-\t-", self.path),
            EntryKind::File { size, xxh128 } => write!(f, "{}\tf\t{size}\t{xxh128:032x}", self.path),
        }
    }
}

fn parse_line(line: &str) -> Option<(&str, EntryKind)> {
    let mut fields = line.split('\t');
    let (path, kind, size, hash) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let kind = match (kind, fields.next()) {
        ("d", None) => EntryKind::Folder,
        ("f", None) => EntryKind::File { size: size.parse().ok()?, xxh128: u128::from_str_radix(hash, 16).ok()? },
        _ => return None,
    };
    Some((path, kind))
}

fn hash(path: &Path) -> io::Result<EntryKind> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Xxh3::new();
    let mut size = 0_u64;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
        size = size.saturating_add(read.len() as u64);
    }
    Ok(EntryKind::File { size, xxh128: hasher.digest128() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn sample() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b c")).unwrap();
        fs::write(folder.path().join("a/b c/file"), "hello").unwrap();
        fs::write(folder.path().join("empty"), "").unwrap();
        folder
    }

    #[test]
    fn a_tree_survives_its_textual_form() {
        let tree = Tree::of(sample().path()).unwrap();
        assert_eq!(tree.entries().count(), 4);
        assert_eq!(Tree::parse(&tree.to_string()).unwrap(), tree);
    }

    #[test]
    fn the_hash_is_the_one_of_xxh128sum() {
        let tree = Tree::of(sample().path()).unwrap().to_string();
        assert!(tree.contains("empty\tf\t0\t99aa06d3014798d86001c324468d497f"), "{tree}");
    }

    #[test]
    fn changed_missing_and_new_entries_are_differences() {
        let (before, after) = (sample(), sample());
        fs::write(after.path().join("a/b c/file"), "hullo").unwrap();
        fs::remove_file(after.path().join("empty")).unwrap();
        fs::create_dir(after.path().join("new")).unwrap();
        let differences = Tree::of(before.path()).unwrap().differences(&Tree::of(after.path()).unwrap());
        let starts: Vec<&str> = differences.iter().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(starts, ["-a/b c/file", "-empty", "+a/b c/file", "+new"]);
        let unchanged = Tree::of(before.path()).unwrap();
        assert!(unchanged.differences(&unchanged.clone()).is_empty());
    }

    #[test]
    fn a_line_that_is_no_entry_is_named_by_its_number() {
        let error = Tree::parse("a\td\t-\t-\nb\tf\tmany\t00\n").unwrap_err();
        assert!(matches!(error, TreeError::Line { number: 2, .. }));
    }
}
