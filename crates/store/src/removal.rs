//! Taking away what was made of a trace, and single runs.

use crate::layout::{OutputFolder, TRACER};
use crate::lock::FolderLock;
use crate::runs::{self, Run, RunError};
use crate::staged;
use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be removed. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// Somebody writes there.
    #[error("{folder}: another smbreplay is writing there; wait for it to end")]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The runs could not be listed.
    #[error(transparent)]
    Runs(#[from] RunError),
    /// The system refused.
    #[error("{path}: cannot be removed: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Prefix of runs that are being removed: they are listed no more.
const REMOVED: &str = ".removed-";

impl OutputFolder {
    /// Removes sessions, runs and setups. First of all the trace counts as not ingested: what an interruption leaves is no
    /// trace, and goes with the next removal. Anything else in the folder stays.
    ///
    /// # Errors
    /// [`RemovalError`]; [`RemovalError::Busy`], and nothing is removed, while it is ingested or a run is recorded.
    pub fn remove(&self) -> Result<(), RemovalError> {
        let folder = self.path();
        if !folder.is_dir() {
            return Ok(());
        }
        let _writing = lock(folder)?;
        let _recording = runs::list(self)?.iter().map(|run| lock(run.path())).collect::<Result<Vec<_>, _>>()?;
        gone(&self.metadata(), std::fs::remove_file(self.metadata()))?;
        for part in [self.sessions(), self.replays(), self.setups()] {
            gone(&part, std::fs::remove_dir_all(&part))?;
        }
        staged::remove_left_over(folder);
        // A set's folder may hold the outputs of traces in a folder of its name: only what is empty goes.
        for empty in folder.ancestors() {
            let is_last = empty.file_name().is_some_and(|name| name == TRACER);
            let below_tracer = empty.components().any(|part| part.as_os_str() == TRACER);
            if !(below_tracer || empty == folder) || std::fs::remove_dir(empty).is_err() || is_last {
                break;
            }
        }
        Ok(())
    }
}

impl Run {
    /// Removes the run: at once it is listed no more.
    ///
    /// # Errors
    /// [`RemovalError`]; [`RemovalError::Busy`], and nothing is removed, while it is recorded.
    pub fn remove(self) -> Result<(), RemovalError> {
        let _recording = lock(self.path())?;
        let replays = self.path().parent().unwrap_or(Path::new("."));
        let aside = replays.join(format!("{REMOVED}{}", self.name()));
        let failed = |source| RemovalError::Io { path: self.path().to_owned(), source };
        std::fs::rename(self.path(), &aside).map_err(failed)?;
        for entry in std::fs::read_dir(replays).map_err(failed)?.flatten() {
            // Those too that a killed process has left.
            if entry.file_name().to_string_lossy().starts_with(REMOVED) {
                gone(&entry.path(), std::fs::remove_dir_all(entry.path()))?;
            }
        }
        // The last one takes the folder along.
        let _others = std::fs::remove_dir(replays);
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<FolderLock, RemovalError> {
    FolderLock::take(folder).ok_or_else(|| RemovalError::Busy { folder: folder.to_owned() })
}

/// What is not there need not be removed.
fn gone(path: &Path, removed: io::Result<()>) -> Result<(), RemovalError> {
    match removed {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(RemovalError::Io { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::runs::RunWriter;
    use std::fs;

    fn ingested(case: &Path, name: &str) -> OutputFolder {
        let output = OutputFolder::at(case.join(TRACER).join(name));
        fs::create_dir_all(output.sessions()).unwrap();
        fs::write(output.metadata(), "{}").unwrap();
        output
    }

    #[test]
    fn an_output_goes_with_its_runs_and_the_empty_folders_above_it() {
        let case = tempfile::tempdir().unwrap();
        let output = ingested(case.path(), "deep/x.pcap");
        fs::create_dir(output.path().join(".new-abc")).unwrap();
        Run::create(&output).unwrap();
        output.remove().unwrap();
        assert_eq!(fs::read_dir(case.path()).unwrap().count(), 0);
        output.remove().unwrap();
    }

    #[test]
    fn outputs_below_it_and_beside_it_stay() {
        let case = tempfile::tempdir().unwrap();
        let (set, below) = (ingested(case.path(), "cap"), ingested(case.path(), "cap/x.pcap"));
        let beside = ingested(case.path(), "y.pcap");
        set.remove().unwrap();
        assert!(!set.is_ingested() && below.is_ingested() && beside.is_ingested());
    }

    #[test]
    fn a_run_that_is_recorded_keeps_itself_and_its_trace() {
        let case = tempfile::tempdir().unwrap();
        let output = ingested(case.path(), "x.pcap");
        let run = Run::create(&output).unwrap();
        let writer = RunWriter::create(&run).unwrap();
        assert!(matches!(run.clone().remove(), Err(RemovalError::Busy { .. })));
        assert!(matches!(output.remove(), Err(RemovalError::Busy { .. })));
        assert!(output.is_ingested());
        drop(writer);
        fs::create_dir(output.replays().join(".removed-earlier")).unwrap();
        run.remove().unwrap();
        assert!(!output.replays().exists() && output.is_ingested());
    }
}
