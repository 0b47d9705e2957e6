//! Some rows of many, for those who read them page by page.

use super::Selection;
use crate::parquet_file::ParquetFile;
use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;

/// Some rows of a file: no row group without one of them is read.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub selection: Selection,
    /// Number of the first row behind them that is chosen, 0-based, among all of the file; `None`: there is none.
    pub next: Option<u64>,
}

impl Page {
    /// At most `most` rows of `chosen`, or of all, from number `from` on.
    pub(crate) fn of(file: &ParquetFile, chosen: Option<&Selection>, from: u64, most: u64) -> Self {
        let (mut groups, mut next) = (Vec::new(), None);
        let (mut first, mut left) = (0_u64, usize::try_from(most).unwrap_or(usize::MAX));
        for (index, rows) in file.row_group_sizes().enumerate() {
            let behind = first.saturating_add(rows);
            let passed = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
            let wanted = match chosen {
                _ if next.is_some() || behind <= from => None,
                Some(chosen) => chosen.row_group(index).cloned(),
                None => Some(BooleanBuffer::new_set(usize::try_from(rows).unwrap_or(0))),
            };
            groups.push(wanted.and_then(|wanted| {
                let (some, more) = cut(&wanted, passed, left);
                left = left.saturating_sub(some.count_set_bits());
                next = more.map(|row| first.saturating_add(u64::try_from(row).unwrap_or(u64::MAX)));
                Some(some).filter(BooleanBuffer::has_true)
            }));
            first = behind;
        }
        Self { selection: Selection::from_groups(groups), next }
    }
}

/// Number of the row of a file, 0-based among all, that has `before` rows of `chosen`, or of all, before it; the number of all rows
/// when there is none.
pub(crate) fn place(file: &ParquetFile, chosen: Option<&Selection>, before: u64) -> u64 {
    let (mut first, mut before) = (0_u64, usize::try_from(before).unwrap_or(usize::MAX));
    for (index, rows) in file.row_group_sizes().enumerate() {
        let size = usize::try_from(rows).unwrap_or(usize::MAX);
        let wanted = chosen.map(|chosen| chosen.row_group(index));
        let count = wanted.map_or(size, |wanted| wanted.map_or(0, BooleanBuffer::count_set_bits));
        if before < count {
            let within = match wanted.flatten() {
                Some(wanted) => wanted.set_indices().nth(before).unwrap_or(size),
                None => before,
            };
            return first.saturating_add(u64::try_from(within).unwrap_or(u64::MAX));
        }
        before = before.saturating_sub(count);
        first = first.saturating_add(rows);
    }
    first
}

/// The first `most` bits from `from` on, and the place of the one behind them.
fn cut(wanted: &BooleanBuffer, from: usize, most: usize) -> (BooleanBuffer, Option<usize>) {
    let rest = wanted.slice(from.min(wanted.len()), wanted.len().saturating_sub(from));
    let mut some = BooleanBufferBuilder::new(wanted.len());
    some.append_n(wanted.len(), false);
    let mut places = rest.set_indices().map(|place| place.saturating_add(from));
    places.by_ref().take(most).for_each(|place| some.set_bit(place, true));
    (some.finish(), places.next())
}
