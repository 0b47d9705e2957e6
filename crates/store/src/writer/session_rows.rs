//! The rows of a session on their way to its file.

use super::WriteError;
use super::encoders::Encoders;
use super::jobs::Job;
use super::merge::merge;
use super::origin::Origin;
use super::session_file_writer::SessionFileWriter;
use super::spill::{Run, Spill};
use super::tally::Tally;
use crate::packed::{Rows, Spare};
use dissect::Operation;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes of rows in a row group.
const ROW_GROUP_BYTES: usize = 8 << 20;
/// Bytes of rows in the least row group that is written before the end: to make room for others, or of a session that ended.
const SMALL_ROW_GROUP_BYTES: usize = 1 << 20;

/// The rows of a session that are not in its file yet, and how far that is.
#[derive(Default)]
pub(super) struct SessionRows {
    rows: Rows,
    /// Bytes of rows at which it is worth trying to write a row group.
    try_at: usize,
    /// The same of a small one.
    try_few_at: usize,
    /// Rows that did not fit the memory budget.
    runs: Vec<Run>,
    /// The file, once row groups were written before the end.
    early: Option<Arc<SessionFileWriter>>,
    /// Row groups handed over so far.
    row_groups: u32,
    pub(super) tally: Tally,
}

impl SessionRows {
    /// None yet; memory of rows comes from `spare`.
    pub(super) fn of(spare: Spare) -> Self {
        Self { rows: Rows::of(spare), ..Self::default() }
    }

    /// Takes a row.
    pub(super) fn push(&mut self, operation: &Operation) {
        self.tally.add(operation);
        self.rows.push(operation);
    }

    /// Bytes of memory that its rows take.
    pub(super) fn memory(&self) -> usize {
        self.rows.memory()
    }

    /// Whether there may be enough rows for a row group.
    pub(super) fn is_full(&self) -> bool {
        self.rows.weight() >= self.try_at.max(ROW_GROUP_BYTES)
    }

    /// Whether there may be rows enough for a small row group.
    pub(super) fn is_worth_writing(&self) -> bool {
        self.runs.is_empty() && self.rows.weight() >= self.try_few_at.max(SMALL_ROW_GROUP_BYTES)
    }

    /// Whether a row group was written before the end.
    pub(super) fn is_early(&self) -> bool {
        self.early.is_some()
    }

    /// The file, if a row group was written before the end.
    pub(super) fn early(&self) -> Option<&Arc<SessionFileWriter>> {
        self.early.as_ref()
    }

    /// Hands the rows whose number is below `op` over as a row group, if there are enough of them: all rows before `op` have
    /// come. If `few` will do, fewer are enough. Until the end the file is at the path that `early` says.
    pub(super) fn write_below(
        &mut self,
        op: u32,
        few: bool,
        early: impl FnOnce() -> PathBuf,
        encoders: &Encoders,
    ) -> Result<(), WriteError> {
        // What is on the disk comes first, and only at the end.
        let enough = if few { SMALL_ROW_GROUP_BYTES } else { ROW_GROUP_BYTES / 2 };
        if !self.runs.is_empty() || self.rows.weight_below(op) < enough {
            // To find out takes longer the more rows there are.
            let (try_at, more) = match few {
                true => (&mut self.try_few_at, SMALL_ROW_GROUP_BYTES),
                false => (&mut self.try_at, ROW_GROUP_BYTES),
            };
            *try_at = self.rows.weight().saturating_add(more);
            return Ok(());
        }
        (self.try_at, self.try_few_at) = (0, 0);
        let rows = self.rows.take_below(op);
        let file = Arc::clone(self.early.get_or_insert_with(|| Arc::new(SessionFileWriter::at(early()))));
        self.hand_over(file, rows, false, encoders)
    }

    /// Moves the rows in memory to the disk.
    pub(super) fn spill(&mut self, spill: &mut Spill) -> Result<(), WriteError> {
        self.try_at = usize::MAX;
        self.runs.extend(spill.write(self.rows.take())?);
        Ok(())
    }

    /// Hands over all that is left, which is of `origin`; unless the file was begun, it will be at `path`.
    pub(super) fn finish(
        mut self,
        path: PathBuf,
        origin: Origin,
        spill: &mut Spill,
        encoders: &Encoders,
    ) -> Result<(), WriteError> {
        let file = self.early.take().unwrap_or_else(|| Arc::new(SessionFileWriter::at(path)));
        file.is_of(origin);
        let rows = self.rows.take();
        if self.runs.is_empty() && rows.weight() < ROW_GROUP_BYTES.saturating_mul(2) {
            return self.hand_over(file, rows, true, encoders);
        }
        let mut next = self.rows.take();
        merge(spill, std::mem::take(&mut self.runs), rows, &mut |row| {
            if next.weight() >= ROW_GROUP_BYTES {
                self.hand_over(Arc::clone(&file), next.take(), false, encoders)?;
            }
            next.push_row(row);
            Ok(())
        })?;
        self.hand_over(file, next, true, encoders)
    }

    fn hand_over(
        &mut self,
        file: Arc<SessionFileWriter>,
        rows: Rows,
        last: bool,
        encoders: &Encoders,
    ) -> Result<(), WriteError> {
        let number = self.row_groups;
        self.row_groups = number.saturating_add(1);
        encoders.take(Job { file, number, last, rows })
    }
}
