//! Writing files piece by piece, in whatever order the pieces come: each under a temporary name until it is complete.

use super::places::{Folder, Places};
use super::wanted::Wanted;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Files that are held open at most; others are opened again when their next piece comes.
const MOST_OPEN: usize = 32;
const TEMPORARY: &str = ".smbreplay-";

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A symbolic link, or something else that is neither file nor folder, is in its place or in its way.
    #[error("{} is a link or device, and is not followed", .0.display())]
    Link(PathBuf),
    /// A folder is in its place.
    #[error("{} is a folder", .0.display())]
    Folder(PathBuf),
    /// A file is in the place of a folder that it goes to.
    #[error("{} is no folder", .0.display())]
    NoFolder(PathBuf),
    /// The session file has no longer what the capture showed.
    #[error("the session file lacks its bytes")]
    Lacking,
    /// The system refuses it.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// The files under way.
pub(super) struct Writer<'a> {
    top: &'a Path,
    places: &'a Places<'a>,
    force: bool,
    /// Folders that were made or found to be folders.
    checked: HashSet<Folder>,
    under_way: HashMap<usize, TempPath>,
    /// The one used last comes last.
    open: VecDeque<(usize, File)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(top: &'a Path, places: &'a Places<'a>, force: bool) -> Self {
        Self { top, places, force, checked: HashSet::new(), under_way: HashMap::new(), open: VecDeque::new() }
    }

    /// Writes a piece of the file with this number; the first piece makes it.
    pub(super) fn write(
        &mut self,
        number: usize,
        wanted: &Wanted<'_>,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), WriteError> {
        let mut file = self.file(number, wanted)?;
        let written = file.seek(SeekFrom::Start(offset)).and_then(|_| file.write_all(bytes));
        written.map_err(|error| self.io(wanted, error))?;
        self.open.push_back((number, file));
        Ok(())
    }

    /// Gives a file its name: it is complete.
    pub(super) fn finish(&mut self, number: usize, wanted: &Wanted<'_>) -> Result<(), WriteError> {
        let file = self.file(number, wanted)?;
        if let Some(time) = wanted.written {
            // Not every file system can hold it.
            let _ = file.set_modified(time);
        }
        drop(file);
        let Some(temporary) = self.under_way.remove(&number) else { return Ok(()) };
        let target = self.target(wanted)?;
        let named = if self.force { temporary.persist(&target) } else { temporary.persist_noclobber(&target) };
        named.map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => WriteError::Exists(target),
            _ => WriteError::Io { path: target, error: error.error },
        })
    }

    /// Takes a file away that will not be complete.
    pub(super) fn give_up(&mut self, number: usize) {
        self.open.retain(|(open, _)| *open != number);
        self.under_way.remove(&number);
    }

    /// The file, opened or made.
    fn file(&mut self, number: usize, wanted: &Wanted<'_>) -> Result<File, WriteError> {
        let known = self.open.iter().position(|(open, _)| *open == number);
        if let Some((_, file)) = known.and_then(|known| self.open.remove(known)) {
            return Ok(file);
        }
        if self.open.len() >= MOST_OPEN {
            self.open.pop_front();
        }
        if let Some(temporary) = self.under_way.get(&number) {
            // It has a name that nobody else uses; whoever put something else there is not served.
            is_file(temporary)?;
            return OpenOptions::new().write(true).open(temporary).map_err(|error| self.io(wanted, error));
        }
        self.check(wanted.folder)?;
        self.target(wanted)?;
        let folder = self.places.path(self.top, wanted.folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY).suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The user's mask takes from these.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let made = builder.tempfile_in(&folder).map_err(|error| WriteError::Io { path: folder, error })?;
        let (file, temporary) = made.into_parts();
        self.under_way.insert(number, temporary);
        file.set_len(wanted.length).map_err(|error| self.io(wanted, error))?;
        Ok(file)
    }

    /// Where a file goes, which nothing must be in the way of.
    fn target(&self, wanted: &Wanted<'_>) -> Result<PathBuf, WriteError> {
        let target = self.places.path(self.top, wanted.folder).join(&wanted.name);
        match is_file(&target) {
            Ok(()) if self.force => Ok(target),
            Ok(()) => Err(WriteError::Exists(target)),
            Err(WriteError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => Ok(target),
            Err(error) => Err(error),
        }
    }

    /// Makes a folder and those it is in. One that is there must be a folder, not a link to one.
    fn check(&mut self, folder: Folder) -> Result<(), WriteError> {
        for folder in self.places.way(folder) {
            if self.checked.contains(&folder) {
                continue;
            }
            let path = self.places.path(self.top, folder);
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let kind = fs::symlink_metadata(&path).map(|found| found.file_type());
                    match kind {
                        Ok(kind) if kind.is_dir() => {}
                        Ok(kind) if kind.is_file() => return Err(WriteError::NoFolder(path)),
                        Ok(_) => return Err(WriteError::Link(path)),
                        Err(error) => return Err(WriteError::Io { path, error }),
                    }
                }
                Err(error) => return Err(WriteError::Io { path, error }),
            }
            self.checked.insert(folder);
        }
        Ok(())
    }

    fn io(&self, wanted: &Wanted<'_>, error: io::Error) -> WriteError {
        WriteError::Io { path: self.places.path(self.top, wanted.folder).join(&wanted.name), error }
    }
}

/// Fails unless a regular file has this path.
fn is_file(path: &Path) -> Result<(), WriteError> {
    match fs::symlink_metadata(path).map(|found| found.file_type()) {
        Ok(kind) if kind.is_file() => Ok(()),
        Ok(kind) if kind.is_dir() => Err(WriteError::Folder(path.to_owned())),
        Ok(_) => Err(WriteError::Link(path.to_owned())),
        Err(error) => Err(WriteError::Io { path: path.to_owned(), error }),
    }
}
