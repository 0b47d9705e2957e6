//! Reading and writing `session_metadata.json`.

use super::{SCHEMA_VERSION, SessionMetadata};
use crate::version::{self, VersionError};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Why the metadata of a trace could not be read. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// There is none.
    #[error("{path}: the trace has not been ingested; run `smbreplay ingest` on it first")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error("{path}: {source}")]
    Version {
        /// The file.
        path: PathBuf,
        /// What is wrong with the version.
        source: VersionError,
    },
    /// Something else wrote it, or it was damaged.
    #[error("{path}: not the metadata of smbreplay {SCHEMA_VERSION} ({reason}); ingest the trace again with --force")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where the reader stumbled.
        reason: String,
    },
    /// It could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// Largest metadata file that is read, bytes.
const MAX_SIZE: u64 = 1 << 30;

/// Reads the file at `path`.
///
/// # Errors
/// [`MetadataError`].
pub fn read(path: &Path) -> Result<SessionMetadata, MetadataError> {
    let io = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            MetadataError::Missing { path: path.to_owned() }
        }
        _ => MetadataError::Io { path: path.to_owned(), source },
    };
    let foreign = |reason: String| MetadataError::Foreign { path: path.to_owned(), reason };
    let file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() > MAX_SIZE {
        return Err(foreign("it is larger than 1 GiB".to_owned()));
    }
    let document: serde_json::Value =
        serde_json::from_reader(BufReader::new(file)).map_err(|error| foreign(error.to_string()))?;
    let version = document.get("schema_version").and_then(|version| version.as_str());
    version::check(version.unwrap_or_default()).map_err(|error| match error {
        VersionError::Newer { .. } => MetadataError::Version { path: path.to_owned(), source: error },
        VersionError::Foreign => foreign("no schema_version".to_owned()),
    })?;
    serde_json::from_value(document).map_err(|error| foreign(error.to_string()))
}

/// Writes `metadata` to `path`, which lies in a folder that is not in its final place yet.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, metadata: &SessionMetadata) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut file, metadata)?;
    file.write_all(b"\n")?;
    file.flush()
}
