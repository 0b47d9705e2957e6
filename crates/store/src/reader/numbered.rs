//! Single rows of a session file, by their numbers.

use super::{Columns, Operations, ReadError, RowChoice, RowGroupBounds, SessionFile};
use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::UInt32Type;

/// What tells rows apart.
const OP: &str = "op";

impl SessionFile {
    /// The rows whose `op` is among `ops`, in order, with their `columns`, those named in `also` (no messages), and `op`. A
    /// number that no row has is passed over. Messages of other rows are not read where the file has them as they are.
    /// A row is found also where the file's bounds of its row group are wrong.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when the numbers cannot be read.
    pub fn operations_numbered(
        &self,
        ops: &[u32],
        columns: Columns,
        also: &'static [&'static str],
    ) -> Result<Operations, ReadError> {
        let mut wanted = Numbers::new(ops);
        let mut selection = self.select(&mut wanted)?;
        if selection.count() != wanted.ops.len() as u64 {
            // There is no such row, or the file is damaged, and its bounds may be.
            wanted.trusts_bounds = false;
            selection = self.select(&mut wanted)?;
        }
        let is_wanted = |name| also.contains(&name) || name == OP;
        Ok(self.rows_with(|column| columns.include(column) || is_wanted(column.name), Some(selection)))
    }
}

/// The numbers of the rows that are wanted.
struct Numbers {
    /// Each once, in order.
    ops: Vec<u32>,
    /// Row groups whose bounds have none of them are not read.
    trusts_bounds: bool,
}

impl Numbers {
    fn new(ops: &[u32]) -> Self {
        let mut ops = ops.to_vec();
        ops.sort_unstable();
        ops.dedup();
        Self { ops, trusts_bounds: true }
    }
}

impl RowChoice for Numbers {
    fn columns(&self) -> Vec<&'static str> {
        vec![OP]
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        if !self.trusts_bounds {
            return false;
        }
        match bounds.of(OP) {
            Some(Some((least, most))) => {
                let from = self.ops.partition_point(|op| i128::from(*op) < least);
                self.ops.get(from).is_none_or(|op| i128::from(*op) > most)
            }
            Some(None) => true,
            None => self.ops.is_empty(),
        }
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let column = batch.column_by_name(OP).and_then(|column| column.as_primitive_opt::<UInt32Type>());
        let column =
            column.filter(|column| column.null_count() == 0).ok_or_else(|| format!("column '{OP}' is no number"))?;
        Ok(column.values().iter().map(|op| self.ops.binary_search(op).is_ok()).collect())
    }
}
