//! A recorded run beside what it replayed: each row of `operations.parquet` with the captured operation it is about, and
//! with its live messages whole.
//!
//! Rows come in the order of the run's file. Some thousand of them are read ahead, and what they are about is looked up in
//! the session files at once: memory is bounded, and a row group of a session file is read about as often as the run comes
//! back to it.

mod captured;
pub mod document;
mod error;
mod same;
mod whole;

pub use error::{NotTheSame, ReplayedError};

use captured::{CapturedFiles, Place, Places};
use dissect::Operation;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use store::runs::{Run, RunFile, RunRow, RunRows};
use store::{Columns, OutputFolder, RowNumbers, Selection};

/// Rows that are read ahead.
const MOST_ROWS: usize = 4096;
/// Bytes of live messages that are read ahead, with what they left in the session files.
const MOST_BYTES: usize = 16 << 20;

/// What to read of a run.
pub struct Wanted<'a> {
    columns: Columns,
    messages: bool,
    selection: Option<Selection>,
    chosen: Box<dyn Fn(&RunRow) -> bool + 'a>,
    cancelled: Option<&'a AtomicBool>,
}

impl<'a> Wanted<'a> {
    /// All rows, without live messages, each with these columns of its captured operation. `op`, `connection`, `command` and
    /// `request_length` of it are always there.
    pub fn new(columns: Columns) -> Self {
        Self { columns, messages: false, selection: None, chosen: Box::new(|_| true), cancelled: None }
    }

    /// Live messages too: whole, whatever of them the run left in the session files.
    #[must_use]
    pub fn with_messages(self) -> Self {
        Self { messages: true, ..self }
    }

    /// Only the rows of `selection`, which is one of the run's file: others are not read.
    #[must_use]
    pub fn of_selection(self, selection: Option<Selection>) -> Self {
        Self { selection, ..self }
    }

    /// Only rows for which `chosen` holds. The operations of others are not looked up.
    #[must_use]
    pub fn only(self, chosen: impl Fn(&RunRow) -> bool + 'a) -> Self {
        Self { chosen: Box::new(chosen), ..self }
    }

    /// Rows end when `cancelled` is set, also while none is chosen: a run may have a million of them.
    #[must_use]
    pub fn until(self, cancelled: &'a AtomicBool) -> Self {
        Self { cancelled: Some(cancelled), ..self }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed))
    }
}

impl std::fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted")
            .field("columns", &self.columns)
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

/// A row of a run beside what it replayed.
#[derive(Clone, Debug)]
pub struct ReplayedOperation {
    /// Number of its row among all of the run: 0 is the one that ended first.
    pub row: u64,
    /// The captured operation. Rows of clones have the same one. `None` for a request that the replay sent of its own accord
    /// (mark `extra`): its row only names, in `cause_op`, the operation it completes or follows from.
    pub captured: Option<Operation>,
    /// What became of it. With messages they are whole, and `live_request_left` and `live_response_left` are `None`; without
    /// messages there are none, and both are as recorded.
    pub live: RunRow,
}

/// The rows of a run beside what they replayed, in the order of the run's file. After an error there are no more.
#[derive(Debug)]
pub struct Replayed<'a> {
    wanted: Wanted<'a>,
    rows: RunRows,
    /// Those of `rows`.
    numbers: RowNumbers,
    files: CapturedFiles,
    /// Rows that were read ahead, with their numbers.
    ahead: VecDeque<(u64, RunRow)>,
    /// How many of them, from the first on, `found` is about.
    looked_up: usize,
    found: Found,
}

/// What was found in the session files for the next rows.
#[derive(Debug, Default)]
struct Found {
    operations: Places,
    /// With the messages that rows were left in, where those are wanted.
    messages: Places,
}

impl<'a> Replayed<'a> {
    /// Opens `run` of the trace whose sessions are in `output`.
    ///
    /// # Errors
    /// [`ReplayedError::Run`], [`ReplayedError::IngestedAgain`]. What is wrong with a session file comes with the first row that
    /// is about it.
    pub fn open(output: &OutputFolder, run: &Run, wanted: Wanted<'a>) -> Result<Self, ReplayedError> {
        same::check_trace(output, run)?;
        let file = RunFile::open(run)?;
        let rows = if wanted.messages { file.rows() } else { file.rows_without_messages() };
        let rows = rows.selecting(wanted.selection.clone());
        let numbers = file.numbers(wanted.selection.clone());
        let files = CapturedFiles::new(output, run.name());
        Ok(Self { wanted, rows, numbers, files, ahead: VecDeque::new(), looked_up: 0, found: Found::default() })
    }

    fn next_row(&mut self) -> Result<Option<ReplayedOperation>, ReplayedError> {
        if self.looked_up == 0 {
            self.read_ahead()?;
            self.look_up()?;
        }
        let Some((row, mut live)) = self.ahead.pop_front() else { return Ok(None) };
        self.looked_up = self.looked_up.saturating_sub(1);
        let Some(place) = Place::of(&live) else { return Ok(Some(ReplayedOperation { row, captured: None, live })) };
        let captured = self.found.operations.get(&place).ok_or_else(|| self.files.gone(&place))?;
        same::check(&live, captured).map_err(|reason| self.files.changed(&place, reason))?;
        if self.wanted.messages {
            let messages = self.found.messages.get(&place);
            whole::complete(&mut live, messages).map_err(|reason| self.files.changed(&place, reason))?;
        }
        Ok(Some(ReplayedOperation { row, captured: Some(captured.clone()), live }))
    }

    /// Reads chosen rows until there are enough.
    fn read_ahead(&mut self) -> Result<(), ReplayedError> {
        let mut bytes: usize = self.ahead.iter().map(|(_, row)| whole::length(row)).fold(0, usize::saturating_add);
        while self.ahead.len() < MOST_ROWS && bytes < MOST_BYTES {
            if self.wanted.is_cancelled() {
                self.rows.end();
                self.ahead.clear();
            }
            let Some(row) = self.rows.next().transpose()? else { break };
            let number = self.numbers.next().unwrap_or_default();
            if (self.wanted.chosen)(&row) {
                bytes = bytes.saturating_add(whole::length(&row));
                self.ahead.push_back((number, row));
            }
        }
        Ok(())
    }

    /// Looks up what the rows are about: for all of them, or for fewer where that would be too much to hold.
    fn look_up(&mut self) -> Result<(), ReplayedError> {
        self.found = Found::default();
        let mut rows = self.ahead.len();
        self.found.operations = loop {
            let places = self.ahead.iter().take(rows).filter_map(|(_, row)| Place::of(row));
            match self.files.operations(places, self.wanted.columns)? {
                Some(found) => break found,
                None => rows = rows.div_ceil(2),
            }
        };
        if self.wanted.messages {
            let left = self.ahead.iter().take(rows).map(|(_, row)| row).filter(|row| whole::is_left(row));
            self.found.messages = self.files.messages(left.filter_map(Place::of))?;
        }
        self.looked_up = rows;
        Ok(())
    }
}

impl Iterator for Replayed<'_> {
    type Item = Result<ReplayedOperation, ReplayedError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_row().transpose();
        if matches!(next, Some(Err(_))) {
            self.ahead.clear();
            self.looked_up = 0;
            self.rows.end();
        }
        next
    }
}
