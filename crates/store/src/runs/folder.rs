//! The folders of runs and their reports.

use crate::folder::{self, FolderError};
use crate::layout::OutputFolder;
use crate::reader::ReadError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a run could not be recorded or read. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its folder could not be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No such run.
    #[error("unknown run '{run}'; {}", .known.last().map_or_else(|| "no replay of this trace was recorded".to_owned(), |last| format!("the last is {last}")))]
    Unknown {
        /// As given.
        run: String,
        /// Names of the runs there are, oldest first.
        known: Vec<String>,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The report is not what smbreplay wrote.
    #[error("{path}: not a report of smbreplay ({reason})")]
    Report {
        /// The file.
        path: PathBuf,
        /// Where the reader stumbled.
        reason: String,
    },
    /// The operations could not be read.
    #[error(transparent)]
    Operations(#[from] ReadError),
}

/// A run's folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    name: String,
    path: PathBuf,
}

impl Run {
    /// Makes the folder of a new run, named after the present time in UTC: `20250131T235959Z`, and `…-2` when that is
    /// taken.
    ///
    /// # Errors
    /// [`RunError::Folder`].
    pub fn create(output: &OutputFolder) -> Result<Self, RunError> {
        Self::create_at(output, jiff::Timestamp::now())
    }

    pub(super) fn create_at(output: &OutputFolder, time: jiff::Timestamp) -> Result<Self, RunError> {
        let replays = output.replays();
        folder::make(&replays)?;
        let base = time.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut number = 1_u32;
        loop {
            let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
            let path = replays.join(&name);
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self { name, path }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < u32::MAX => {
                    number = number.saturating_add(1);
                }
                Err(error) => return Err(folder::refused(&replays, error).into()),
            }
        }
    }

    /// The run `name` of a trace.
    ///
    /// # Errors
    /// [`RunError::Unknown`], [`RunError::Io`].
    pub fn find(output: &OutputFolder, name: &str) -> Result<Self, RunError> {
        let runs = list(output)?;
        let known = || runs.iter().map(|run| run.name.clone()).collect();
        let found = runs.iter().find(|run| run.name == name).cloned();
        found.ok_or_else(|| RunError::Unknown { run: name.to_owned(), known: known() })
    }

    /// The run whose folder is `path`, wherever that is; `None` if it is no folder with a report.
    pub fn at(path: &Path) -> Option<Self> {
        let path = std::fs::canonicalize(path).ok()?;
        let name = path.file_name()?.to_str()?.to_owned();
        Some(Self { name, path }).filter(Self::is_complete)
    }

    /// Name of the run: that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `operations.parquet`.
    pub fn operations(&self) -> PathBuf {
        self.path.join("operations.parquet")
    }

    /// `report.json`.
    pub fn report(&self) -> PathBuf {
        self.path.join("report.json")
    }

    /// Whether the run came to its end: its report is there.
    pub fn is_complete(&self) -> bool {
        self.report().is_file()
    }

    /// Writes `report.json` atomically. The report must not contain secrets.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn write_report(&self, report: &impl Serialize) -> Result<(), RunError> {
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::Builder::new().prefix(".report-").tempfile_in(&self.path)?;
            serde_json::to_writer_pretty(&mut file, report)?;
            file.write_all(b"\n")?;
            readable_by_all(file.as_file())?;
            file.persist(self.report()).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| RunError::Io { path: self.report(), source })
    }

    /// Reads `report.json`.
    ///
    /// # Errors
    /// [`RunError::Io`], [`RunError::Report`].
    pub fn read_report<T: DeserializeOwned>(&self) -> Result<T, RunError> {
        let path = self.report();
        let text = std::fs::read(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        serde_json::from_slice(&text).map_err(|error| RunError::Report { path, reason: error.to_string() })
    }
}

/// The runs of a trace, oldest first.
///
/// # Errors
/// [`RunError::Io`]. A trace that was never replayed has none.
pub fn list(output: &OutputFolder) -> Result<Vec<Run>, RunError> {
    let replays = output.replays();
    let failed = |source| RunError::Io { path: replays.clone(), source };
    let entries = match std::fs::read_dir(&replays) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut runs = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && path.is_dir()
            && !name.starts_with('.')
        {
            runs.push(Run { name: name.to_owned(), path });
        }
    }
    runs.sort_by(|a, b| age(&a.name).cmp(&age(&b.name)));
    Ok(runs)
}

/// Runs of one second come in the order of their numbers.
fn age(name: &str) -> (&str, u32) {
    match name.split_once('-') {
        Some((time, number)) => (time, number.parse().unwrap_or(u32::MAX)),
        None => (name, 1),
    }
}

/// Temporary files are made for their owner alone; what is published is as readable as other files.
#[cfg(unix)]
pub(super) fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn readable_by_all(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
