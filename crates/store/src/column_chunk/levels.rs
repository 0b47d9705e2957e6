//! Which rows of a column have a value: the definition levels of its pages.

use super::dictionary::put_text;
use super::hybrid::put_bits;
use crate::packed::Damaged;
use parquet::schema::types::ColumnDescPtr;

/// The rows of a page, and how many of the whole column have no value.
pub(super) struct Levels {
    /// A bit for each row of the page: whether it has a value. `None`: each has.
    present: Option<Vec<u8>>,
    /// Rows of the page that have one.
    count: usize,
    missing: u64,
}

impl Levels {
    /// Without rows.
    pub(super) fn new(leaf: &ColumnDescPtr) -> Self {
        Self { present: (leaf.max_def_level() > 0).then(Vec::new), count: 0, missing: 0 }
    }

    /// The row `row` of the page has a value.
    #[inline]
    pub(super) fn set(&mut self, row: usize) {
        if let Some(present) = &mut self.present {
            set_bit(present, row);
        }
        self.count = self.count.wrapping_add(1);
    }

    /// Of the next 32 rows of the page those have a value whose bits are set, the lowest being the first's. Only the last rows of a
    /// page are fewer.
    #[inline]
    pub(super) fn put_block(&mut self, bits: u32) {
        if let Some(present) = &mut self.present {
            present.extend_from_slice(&bits.to_le_bytes());
        }
        self.count = self.count.wrapping_add(bits.count_ones() as usize);
    }

    /// Appends the levels of the page, which has `rows` rows, and begins anew; returns how many have a value.
    pub(super) fn end_page(&mut self, rows: usize, page: &mut Vec<u8>) -> Result<usize, Damaged> {
        let count = std::mem::take(&mut self.count);
        let missing = rows.checked_sub(count).ok_or(Damaged)?;
        self.missing = self.missing.saturating_add(missing as u64);
        match &mut self.present {
            None if missing > 0 => return Err(Damaged),
            None => {}
            Some(present) => {
                present.resize(rows.div_ceil(8), 0);
                let mut levels = Vec::new();
                put_bits(present, rows, &mut levels);
                put_text(&levels, page);
                present.clear();
            }
        }
        Ok(count)
    }

    /// Rows of all pages that have no value.
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }
}

/// Sets a bit, the lowest of each byte first.
#[inline]
pub(super) fn set_bit(bits: &mut Vec<u8>, index: usize) {
    let byte = index / 8;
    if bits.len() <= byte {
        bits.resize(byte.saturating_add(1), 0);
    }
    if let Some(byte) = bits.get_mut(byte) {
        *byte |= 1 << (index % 8);
    }
}
