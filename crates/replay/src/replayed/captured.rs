//! Captured operations, looked up in the session files by their numbers.

use super::error::{NotTheSame, ReplayedError};
use super::same;
use bytes::Bytes;
use dissect::Operation;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::layout::parse_session_file_name;
use store::reader::Operations;
use store::runs::RunRow;
use store::{Columns, OutputFolder, ReadError, SessionFile};

/// Bytes of captured messages that are held at a time, unless those of a single operation are more.
const MOST_BYTES: usize = 64 << 20;
/// Session files that are kept open.
const MOST_OPEN: usize = 16;
/// What a row may be left in.
const MESSAGES: &[&str] = &["request", "response"];

/// A session file and a number in it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    file: Arc<str>,
    op: u32,
}

impl Place {
    /// What a row is about.
    pub(super) fn of(row: &RunRow) -> Option<Self> {
        Some(Self { file: Arc::clone(row.session_file.as_ref()?), op: row.op? })
    }
}

/// Operations by their places.
pub(super) type Places = FxHashMap<Place, Operation>;

/// The session files of a trace.
#[derive(Debug)]
pub(super) struct CapturedFiles {
    output: OutputFolder,
    run: String,
    /// The file used last stands last.
    open: Vec<(Arc<str>, SessionFile)>,
}

impl CapturedFiles {
    pub(super) fn new(output: &OutputFolder, run: &str) -> Self {
        Self { output: output.clone(), run: run.to_owned(), open: Vec::new() }
    }

    /// The operations at these places, those that are there; `None` when that is more than may be held.
    pub(super) fn operations(
        &mut self,
        places: impl Iterator<Item = Place>,
        columns: Columns,
    ) -> Result<Option<Places>, ReplayedError> {
        let mut found = Places::default();
        let mut bytes = 0_usize;
        for (file, ops) in by_file(places) {
            for operation in self.read(&file, &ops, columns)? {
                let operation = operation.map_err(|source| self.unreadable(source))?;
                bytes = bytes.saturating_add(length(&operation));
                found.insert(Place { file: Arc::clone(&file), op: operation.op }, operation);
                if bytes > MOST_BYTES && found.len() > 1 {
                    return Ok(None);
                }
            }
        }
        Ok(Some(found))
    }

    /// The messages of the operations at these places.
    pub(super) fn messages(&mut self, places: impl Iterator<Item = Place>) -> Result<Places, ReplayedError> {
        let mut found = Places::default();
        for (file, ops) in by_file(places) {
            for operation in self.read(&file, &ops, Columns::Only(MESSAGES))? {
                let operation = operation.map_err(|source| self.unreadable(source))?;
                found.insert(Place { file: Arc::clone(&file), op: operation.op }, operation);
            }
        }
        Ok(found)
    }

    /// The error of an operation that is not there any more.
    pub(super) fn gone(&self, place: &Place) -> ReplayedError {
        self.changed(place, NotTheSame::Gone)
    }

    /// The error of an operation that is another one.
    pub(super) fn changed(&self, place: &Place, reason: NotTheSame) -> ReplayedError {
        let path = self.output.session_file(&place.file);
        ReplayedError::Changed { path, op: place.op, run: self.run.clone(), reason }
    }

    fn read(&mut self, file: &Arc<str>, ops: &[u32], columns: Columns) -> Result<Operations, ReplayedError> {
        let place = self.open.iter().position(|(known, _)| known == file);
        let opened = match place.map(|place| self.open.remove(place)) {
            Some((_, opened)) => opened,
            // A run may have been edited: no other file is opened.
            None if parse_session_file_name(file).is_none() => {
                let first = ops.first().copied().unwrap_or_default();
                return Err(self.gone(&Place { file: Arc::clone(file), op: first }));
            }
            None => SessionFile::open(&self.output.session_file(file)).map_err(|source| self.unreadable(source))?,
        };
        let rows = opened.operations_numbered(ops, columns, same::COLUMNS);
        if self.open.len() >= MOST_OPEN {
            self.open.remove(0);
        }
        self.open.push((Arc::clone(file), opened));
        rows.map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: ReadError) -> ReplayedError {
        ReplayedError::Session { run: self.run.clone(), source }
    }
}

/// Numbers by session file.
fn by_file(places: impl Iterator<Item = Place>) -> BTreeMap<Arc<str>, Vec<u32>> {
    let mut files: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
    for place in places {
        files.entry(place.file).or_default().push(place.op);
    }
    files
}

fn length(operation: &Operation) -> usize {
    let messages = [&operation.request, &operation.response, &operation.interim];
    messages.into_iter().flatten().map(Bytes::len).fold(0, usize::saturating_add)
}
