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
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when the numbers cannot be read.
    pub fn operations_numbered(
        &self,
        ops: &[u32],
        columns: Columns,
        also: &'static [&'static str],
    ) -> Result<Operations, ReadError> {
        let selection = self.select(&mut Numbers::new(ops))?;
        let is_wanted = |name| also.contains(&name) || name == OP;
        Ok(self.rows_with(|column| columns.include(column) || is_wanted(column.name), Some(selection)))
    }
}

/// The numbers of the rows that are wanted, in order.
struct Numbers(Vec<u32>);

impl Numbers {
    fn new(ops: &[u32]) -> Self {
        let mut ops = ops.to_vec();
        ops.sort_unstable();
        Self(ops)
    }
}

impl RowChoice for Numbers {
    fn columns(&self) -> Vec<&'static str> {
        vec![OP]
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        match bounds.of(OP) {
            Some(Some((least, most))) => {
                let from = self.0.partition_point(|op| i128::from(*op) < least);
                self.0.get(from).is_none_or(|op| i128::from(*op) > most)
            }
            Some(None) => true,
            None => self.0.is_empty(),
        }
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let column = batch.column_by_name(OP).and_then(|column| column.as_primitive_opt::<UInt32Type>());
        let column =
            column.filter(|column| column.null_count() == 0).ok_or_else(|| format!("column '{OP}' is no number"))?;
        Ok(column.values().iter().map(|op| self.0.binary_search(op).is_ok()).collect())
    }
}
