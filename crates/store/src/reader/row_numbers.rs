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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(chosen: Option<Vec<Option<Vec<bool>>>>) -> Vec<u64> {
        let groups = |groups: Vec<Option<Vec<bool>>>| groups.into_iter().map(|group| group.map(BooleanBuffer::from));
        let chosen = chosen.map(|chosen| Selection::from_groups(groups(chosen).collect()));
        RowNumbers { chosen, sizes: vec![3, 2, 0, 2], group: 0, first: 0, passed: 0 }.collect()
    }

    #[test]
    fn rows_are_counted_over_row_groups_also_over_those_of_which_none_is_chosen() {
        assert_eq!(numbers(None), [0, 1, 2, 3, 4, 5, 6]);
        let chosen = vec![Some(vec![false, true, true]), None, None, Some(vec![false, true])];
        assert_eq!(numbers(Some(chosen)), [1, 2, 6]);
        assert_eq!(numbers(Some(vec![None, None, None, None])), [0; 0]);
    }
}
