//! The numbers of some rows, put aside so that those of a column lie side by side.

use super::numbers::Numbers;
use crate::packed::{Damaged, PackedNumbers, Width};

/// Rows of a block.
pub(super) const ROWS: usize = 32;
/// Most columns of numbers: as many as a row has bits for.
const SLOTS: usize = u64::BITS as usize;

/// The numbers of up to [`ROWS`] rows.
pub(super) struct Block {
    columns: Box<[Slot; SLOTS]>,
    rows: usize,
}

/// The numbers of a column.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot {
    values: [u64; ROWS],
    count: usize,
    /// A bit for each row: whether it has one.
    rows: u32,
    width: Width,
}

impl Block {
    /// Without rows; the columns of numbers have these widths.
    pub(super) fn new(widths: impl Iterator<Item = Width>) -> Self {
        let mut columns = Box::new([Slot::default(); SLOTS]);
        columns.iter_mut().zip(widths).for_each(|(column, width)| column.width = width);
        Self { columns, rows: 0 }
    }

    /// Takes the numbers of the next row.
    #[inline]
    pub(super) fn take(&mut self, mut numbers: PackedNumbers<'_>) -> Result<(), Damaged> {
        let row = 1_u32.wrapping_shl(self.rows as u32);
        self.rows = self.rows.wrapping_add(1);
        let mut present = numbers.present();
        while present != 0 {
            let slot = self.columns.get_mut(present.trailing_zeros() as usize).ok_or(Damaged)?;
            present &= present.wrapping_sub(1);
            if slot.width.bytes() == 0 {
                return Err(Damaged);
            }
            if let Some(place) = slot.values.get_mut(slot.count % ROWS) {
                *place = numbers.take(slot.width)?;
            }
            slot.count = slot.count.wrapping_add(1);
            slot.rows |= row;
        }
        if numbers.is_at_end() { Ok(()) } else { Err(Damaged) }
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Hands its numbers to their columns, and begins anew.
    pub(super) fn end(&mut self, columns: &mut [Numbers]) {
        if std::mem::take(&mut self.rows) == 0 {
            return;
        }
        for (column, slot) in columns.iter_mut().zip(self.columns.iter_mut()) {
            column.take(slot);
            (slot.count, slot.rows) = (0, 0);
        }
    }
}

impl Slot {
    /// A bit for each row, whether it has a number, and the numbers.
    pub(super) fn numbers(&self) -> (u32, &[u64]) {
        (self.rows, self.values.get(..self.count).unwrap_or(&self.values))
    }
}
