//! A session file in the making: its row groups are encoded at the same time and appended in their order.

use super::growing_file::GrowingFile;
use super::origin::Origin;
use super::row_group::RowGroup;
use super::{WriteError, wrong};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A session file in the making. It is there with its first row group, and complete with its last.
pub(super) struct SessionFileWriter {
    path: PathBuf,
    /// Known when all row groups are.
    origin: OnceLock<Origin>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    writer: Option<GrowingFile>,
    /// Number of the row group that is appended next.
    next: u32,
    /// Row groups that came before their turn, and whether each is the last.
    waiting: BTreeMap<u32, (RowGroup, bool)>,
}

impl SessionFileWriter {
    /// The file that will be at `path`.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, origin: OnceLock::new(), state: Mutex::default() }
    }

    /// Says whose rows it has, before the last row group comes.
    pub(super) fn is_of(&self, origin: Origin) {
        self.origin.get_or_init(|| origin);
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the row group `number`, counted from 0, of the file; `last` completes it. The file is not forced to the disk:
    /// thousands of files would take minutes, and all can be made again from the capture.
    pub(super) fn take(&self, number: u32, row_group: RowGroup, last: bool) -> Result<(), WriteError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { writer, next, waiting } = &mut *state;
        waiting.insert(number, (row_group, last));
        while let Some((row_group, last)) = waiting.remove(next) {
            *next = next.saturating_add(1);
            if writer.is_none() {
                *writer = Some(self.begin()?);
            }
            let Some(file) = writer else { continue };
            file.append(row_group).map_err(|error| WriteError::parquet(&self.path, error))?;
            if last && let Some(complete) = writer.take() {
                complete.finish(self.origin.get()).map_err(|error| WriteError::parquet(&self.path, error))?;
            }
        }
        Ok(())
    }

    fn begin(&self) -> Result<GrowingFile, WriteError> {
        let file = File::create_new(&self.path).map_err(|source| wrong(&self.path, source))?;
        GrowingFile::begin(file).map_err(|error| WriteError::parquet(&self.path, error))
    }
}
