//! Numbers as differences from one to the next: Parquet's DELTA_BINARY_PACKED.

use super::hybrid::{put_bit_packed, put_varint};

/// Differences of a block.
const BLOCK: usize = 128;
/// Differences that share a width.
const MINIBLOCK: usize = 32;

/// The numbers of a page. Those of a column of 32 bits wrap around at 32 bits, as its readers have it.
pub(super) struct Delta {
    of_32_bits: bool,
    count: u64,
    first: i64,
    last: i64,
    differences: [i64; BLOCK],
    /// How many of them are there.
    waiting: usize,
    blocks: Vec<u8>,
}

impl Delta {
    /// Without numbers.
    pub(super) fn new(of_32_bits: bool) -> Self {
        let (count, first, last, waiting) = (0, 0, 0, 0);
        Self { of_32_bits, count, first, last, differences: [0; BLOCK], waiting, blocks: Vec::new() }
    }

    /// Appends a number, of 32 bits its sign extended.
    #[inline]
    pub(super) fn push(&mut self, number: i64) {
        let difference = number.wrapping_sub(self.last);
        self.last = number;
        self.count = self.count.wrapping_add(1);
        if self.count == 1 {
            self.first = number;
            return;
        }
        let difference = if self.of_32_bits { i64::from(difference as i32) } else { difference };
        if let Some(place) = self.differences.get_mut(self.waiting) {
            *place = difference;
        }
        self.waiting = self.waiting.wrapping_add(1);
        if self.waiting == BLOCK {
            self.end_block();
        }
    }

    /// Appends the numbers to a page, and begins anew.
    pub(super) fn end_page(&mut self, page: &mut Vec<u8>) {
        self.end_block();
        for number in [BLOCK as u64, (BLOCK / MINIBLOCK) as u64, self.count, zigzag(self.first)] {
            put_varint(number, page);
        }
        page.append(&mut self.blocks);
        (self.count, self.first, self.last) = (0, 0, 0);
    }

    fn end_block(&mut self) {
        let differences = self.differences.get(..self.waiting).unwrap_or_default();
        let Some(least) = differences.iter().min().copied() else { return };
        put_varint(zigzag(least), &mut self.blocks);
        let above = |difference: &i64| difference.wrapping_sub(least) as u64;
        let mut widths = [0_u8; BLOCK / MINIBLOCK];
        for (width, miniblock) in widths.iter_mut().zip(differences.chunks(MINIBLOCK)) {
            let all = miniblock.iter().map(above).fold(0, |all, one| all | one);
            *width = u64::BITS.wrapping_sub(all.leading_zeros()) as u8;
        }
        self.blocks.extend_from_slice(&widths);
        for (width, miniblock) in widths.into_iter().zip(differences.chunks(MINIBLOCK)).filter(|(width, _)| *width > 0)
        {
            let padding = std::iter::repeat_n(0, MINIBLOCK.saturating_sub(miniblock.len()));
            put_bit_packed(miniblock.iter().map(above).chain(padding), width.into(), &mut self.blocks);
        }
        self.waiting = 0;
    }
}

/// Small numbers for those near 0 on either side.
fn zigzag(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ number.wrapping_shr(63)) as u64
}
