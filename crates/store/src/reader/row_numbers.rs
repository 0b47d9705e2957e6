//! The numbers of chosen rows.

use super::Selection;
use crate::parquet_file::ParquetFile;
use arrow::buffer::BooleanBuffer;

/// The numbers of chosen rows, 0-based, among all of a file, in its order.
#[derive(Clone, Debug)]
pub struct RowNumbers {
    chosen: Option<Selection>,
    /// Rows of each row group.
    sizes: Vec<u64>,
    group: usize,
    /// Number of the first row of `group`.
    first: u64,
    /// Rows of `group` that were passed.
    passed: u64,
}

impl RowNumbers {
    /// Those of `chosen`, or of all rows.
    pub(crate) fn of(file: &ParquetFile, chosen: Option<Selection>) -> Self {
        Self { chosen, sizes: file.row_group_sizes().collect(), group: 0, first: 0, passed: 0 }
    }

    /// The next chosen row of the group, which has so many.
    fn place(&self, size: u64) -> Option<u64> {
        match &self.chosen {
            None => (self.passed < size).then_some(self.passed),
            Some(chosen) => {
                let wanted: &BooleanBuffer = chosen.row_group(self.group)?;
                let passed = usize::try_from(self.passed).ok()?;
                let rest = wanted.slice(passed, wanted.len().checked_sub(passed)?);
                let next = u64::try_from(rest.set_indices().next()?).ok()?;
                Some(self.passed.saturating_add(next))
            }
        }
    }
}

impl Iterator for RowNumbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            let size = *self.sizes.get(self.group)?;
            if let Some(place) = self.place(size) {
                self.passed = place.saturating_add(1);
                return Some(self.first.saturating_add(place));
            }
            self.first = self.first.saturating_add(size);
            (self.group, self.passed) = (self.group.saturating_add(1), 0);
        }
    }
}
