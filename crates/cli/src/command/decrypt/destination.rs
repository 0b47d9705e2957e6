//! Where an export goes.

use super::super::written::{cannot_write, refused};
use crate::arguments::{DecryptArguments, Format};
use crate::failure::Failure;
use replay::Destination;
use replay::destination::{DestinationError, Manner};
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::path::{Path, PathBuf};

/// How messages call it.
const OUT: &str = "OUT";

/// An export in the making.
pub(super) enum Target {
    /// To standard output, in the place of all else: past the stream of results, which takes bytes out that would steer a
    /// terminal.
    StandardOutput(BufWriter<Stdout>),
    /// Into a file, which has its name when it is complete.
    File(PathBuf, Destination),
}

impl Target {
    /// Begins what the user named, which is none of the files that are read.
    pub(super) fn begin(arguments: &DecryptArguments, read: &[PathBuf], format: Format) -> Result<Self, Failure> {
        let path = arguments.out.as_path();
        if path == Path::new("-") {
            return match format {
                _ if arguments.embed_keys => Err(Failure::new(
                    "--embed-keys writes keys, and standard output may go where everybody can read",
                    "name a file as OUT: it will be readable by its owner alone",
                )),
                Format::Table if io::stdout().is_terminal() => {
                    Err(Failure::new("standard output is a terminal", "name a file as OUT"))
                }
                Format::Table => Ok(Self::StandardOutput(BufWriter::with_capacity(1 << 20, io::stdout()))),
                Format::Json | Format::Csv => {
                    Err(Failure::new("both OUT and --format want standard output", "name a file as OUT"))
                }
            };
        }
        if read.iter().any(|file| same(file, path)) {
            return Err(Failure::new(
                format!("{}: is what is read, and would be lost", path.display()),
                "name another OUT",
            ));
        }
        let manner = Manner { replaces: arguments.force, private: arguments.embed_keys };
        let destination = Destination::begin_so(path, manner).map_err(|error| match error {
            DestinationError::Exists(_) => Failure::new(error, "name another OUT, or overwrite it with --force"),
            DestinationError::NotAFile(_) | DestinationError::Io { .. } => refused(OUT, error),
        })?;
        Ok(Self::File(path.to_owned(), destination))
    }

    /// What to write to.
    pub(super) fn stream(&mut self) -> &mut dyn Write {
        match self {
            Self::StandardOutput(stream) => stream,
            Self::File(_, destination) => destination,
        }
    }

    /// Says of an interrupted export what is left of it.
    pub(super) fn remark(&self, failure: Failure) -> Failure {
        match (failure, self) {
            (Failure::Interrupted(what), Self::File(..)) => {
                Failure::Interrupted(format!("{what}; nothing was written"))
            }
            (failure, _) => failure,
        }
    }

    /// Gives a file its name; its path, if it is one.
    pub(super) fn complete(self) -> Result<Option<PathBuf>, Failure> {
        match self {
            Self::StandardOutput(mut stream) => {
                stream.flush()?;
                Ok(None)
            }
            Self::File(path, destination) => {
                destination.complete().map_err(|error| cannot_write(OUT, error))?;
                Ok(Some(path))
            }
        }
    }
}

/// Whether both paths lead to one file.
fn same(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (std::fs::canonicalize(one), std::fs::canonicalize(other)) else { return false };
    one == other || linked(&one, &other)
}

/// Whether they are two names of one file.
#[cfg(unix)]
fn linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    id(one).is_some_and(|one| Some(one) == id(other))
}

#[cfg(not(unix))]
fn linked(_: &Path, _: &Path) -> bool {
    false
}
