//! A file that gets its name when it is complete, and takes the place of no other unless it is to.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Why a file could not be made. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// What is there is no file, and stays.
    #[error("{} is there already, and is not a file", .0.display())]
    NotAFile(PathBuf),
    /// The system refuses it.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A file in the making. Dropped before [`Destination::complete`] it leaves nothing.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    replaces: bool,
}

/// How a file is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// It takes the place of a file that is there.
    pub replaces: bool,
    /// Nobody else may read it.
    pub private: bool,
}

impl Destination {
    /// Begins the file that will be at `path`.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn begin(path: &Path) -> Result<Self, DestinationError> {
        Self::begin_so(path, Manner::default())
    }

    /// Begins the file that will be at `path`, in this manner.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn begin_so(path: &Path, Manner { replaces, private }: Manner) -> Result<Self, DestinationError> {
        match path.symlink_metadata() {
            Ok(_) if !replaces => return Err(DestinationError::Exists(path.to_owned())),
            // A device would be lost.
            Ok(_) if path.exists() && !path.is_file() => return Err(DestinationError::NotAFile(path.to_owned())),
            Ok(_) | Err(_) => {}
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".smbreplay-");
        // As readable as any file the user makes; temporary ones are private by default.
        #[cfg(unix)]
        if !private {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        #[cfg(not(unix))]
        let _ = private;
        let file = builder.tempfile_in(folder(path));
        let file = file.map_err(|source| DestinationError::Io { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: BufWriter::with_capacity(1 << 20, file), replaces })
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn complete(self) -> Result<File, DestinationError> {
        let Self { path, file, replaces } = self;
        let io = |source| DestinationError::Io { path: path.clone(), source };
        let file = file.into_inner().map_err(|error| io(error.into_error()))?;
        let persisted = if replaces { file.persist(&path) } else { file.persist_noclobber(&path) };
        persisted.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => DestinationError::Exists(path.clone()),
            _ => io(error.error),
        })
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
