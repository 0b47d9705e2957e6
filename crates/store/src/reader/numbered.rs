//! Single rows of a session file: row groups that have none of them are not touched.

use super::{Columns, Operations, ReadError, Reading, SessionFile, messages};
use crate::schema::COLUMNS;
use crate::schema::column::{self, Column, DecodeError};
use dissect::{Kind, Operation};

/// What tells rows apart.
pub(super) const OP: &str = "op";

impl SessionFile {
    /// The rows whose `op` is among `ops`, in order, with their `columns`, those named in `also` (no messages), and `op`. A
    /// number that no row has is passed over. Messages of other rows are not read where the file has them as they are.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when the file does not tell which rows its row groups begin with.
    pub fn operations_numbered(
        &self,
        ops: &[u32],
        columns: Columns,
        also: &'static [&'static str],
    ) -> Result<Operations, ReadError> {
        let numbers = Numbers::new(ops);
        let firsts = self.first_ops()?;
        let row_groups = firsts.iter().enumerate().filter(|(index, first)| {
            let next = index.checked_add(1).and_then(|next| firsts.get(next)).copied();
            numbers.has_any(**first, next)
        });
        let row_groups = row_groups.map(|(index, _)| index).collect();
        let is_wanted =
            |column: &&Column<Operation>| columns.include(column) || also.contains(&column.name) || column.name == OP;
        let wanted: Vec<&Column<Operation>> = COLUMNS.iter().filter(is_wanted).collect();
        let names: Vec<&str> = wanted.iter().map(|column| column.name).collect();
        let batches = self.file.batches_of(row_groups, &names).apart(messages::names(&wanted));
        let (reading, rows) = (Reading::default(), Vec::new().into_iter());
        Ok(Operations { columns, also, numbers: Some(numbers), reading, rows, batches })
    }

    /// The `op` that each row group begins with.
    fn first_ops(&self) -> Result<&[u32], ReadError> {
        if let Some(known) = self.first_ops.get() {
            return Ok(known);
        }
        let batches = self.file.firsts(OP)?;
        let read = batches.iter().map(|batch| {
            let mut row = [Operation::new(0, Kind::Exchange, 0)];
            column::decode(COLUMNS, batch, &mut row, |column| column.name == OP)?;
            let [row] = row;
            Ok(row.op)
        });
        let firsts: Vec<u32> = read.collect::<Result<_, DecodeError>>().map_err(|error| self.damaged(&error))?;
        Ok(self.first_ops.get_or_init(|| firsts))
    }

    fn damaged(&self, reason: &DecodeError) -> ReadError {
        ReadError::Damaged { path: self.path().to_owned(), reason: reason.to_string() }
    }
}

/// The numbers of the rows that are wanted.
#[derive(Debug)]
pub(super) struct Numbers {
    ops: Vec<u32>,
    /// How many were found.
    found: usize,
}

impl Numbers {
    fn new(ops: &[u32]) -> Self {
        let mut ops = ops.to_vec();
        ops.sort_unstable();
        ops.dedup();
        Self { ops, found: 0 }
    }

    /// Whether any is in a row group that begins with `first`, before one that begins with `next`.
    fn has_any(&self, first: u32, next: Option<u32>) -> bool {
        let from = self.ops.partition_point(|op| *op < first);
        self.ops.get(from).is_some_and(|op| next.is_none_or(|next| *op < next))
    }

    /// Whether this row is wanted.
    pub(super) fn take(&mut self, op: u32) -> bool {
        let is_wanted = self.ops.binary_search(&op).is_ok();
        self.found = self.found.saturating_add(usize::from(is_wanted));
        is_wanted
    }

    /// Whether there are no more to come.
    pub(super) fn all_found(&self) -> bool {
        self.found >= self.ops.len()
    }
}
