//! Rows that have a number in one of some columns.

use arrow::array::{Array as _, AsArray as _, PrimitiveArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::UInt64Type;
use store::reader::{RowChoice, RowGroupBounds};

/// Rows that have `value` in one of `columns`, whose numbers have 64 bits.
pub(super) struct Having {
    pub(super) columns: &'static [&'static str],
    pub(super) value: u64,
}

impl RowChoice for Having {
    fn columns(&self) -> Vec<&'static str> {
        self.columns.to_vec()
    }

    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool {
        let value = i128::from(self.value);
        self.columns.iter().all(|column| match bounds.of(column) {
            Some(Some((least, most))) => value < least || value > most,
            Some(None) => true,
            None => false,
        })
    }

    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String> {
        let numbers = |column: &&'static str| {
            let array = batch.column_by_name(column).and_then(|array| array.as_primitive_opt::<UInt64Type>());
            array.ok_or_else(|| format!("column '{column}' holds no numbers of 64 bits"))
        };
        let columns: Vec<&PrimitiveArray<UInt64Type>> = self.columns.iter().map(numbers).collect::<Result<_, _>>()?;
        let has = |row| columns.iter().any(|array| array.is_valid(row) && array.value(row) == self.value);
        Ok((0..batch.num_rows()).map(has).collect())
    }
}
