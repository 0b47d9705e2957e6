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

    /// Appends numbers, of 32 bits those of the lower half.
    pub(super) fn extend(&mut self, mut numbers: &[u64]) {
        if self.count == 0
            && let Some((first, others)) = numbers.split_first()
        {
            (self.first, self.last) = (self.signed(*first), self.signed(*first));
            self.count = 1;
            numbers = others;
        }
        self.count = self.count.wrapping_add(numbers.len() as u64);
        while let Some(first) = numbers.first() {
            let room = self.differences.get_mut(self.waiting..).unwrap_or_default();
            let (now, later) = numbers.split_at(room.len().min(numbers.len()));
            // Loops over neighbours, which the compiler does several of at a time.
            for (place, pair) in room.iter_mut().skip(1).zip(now.windows(2)) {
                let [before, number] = pair else { continue };
                *place = number.wrapping_sub(*before) as i64;
            }
            if let Some(place) = room.first_mut() {
                *place = (*first as i64).wrapping_sub(self.last);
            }
            if self.of_32_bits {
                room.iter_mut().take(now.len()).for_each(|place| *place = i64::from(*place as i32));
            }
            self.last = now.last().map_or(self.last, |number| *number as i64);
            self.waiting = self.waiting.wrapping_add(now.len());
            if self.waiting >= BLOCK {
                self.end_block();
            }
            numbers = later;
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
        let Some((first, others)) = differences.split_first() else { return };
        let varied = others.iter().fold(0, |varied, one| varied | (one ^ first));
        let least = if varied == 0 { *first } else { others.iter().fold(*first, |least, one| least.min(*one)) };
        put_varint(zigzag(least), &mut self.blocks);
        self.waiting = 0;
        // All alike, as in most columns.
        if varied == 0 {
            self.blocks.extend_from_slice(&[0; BLOCK / MINIBLOCK]);
            return;
        }
        let mut widths = [0_u8; BLOCK / MINIBLOCK];
        // What is behind the differences does not count: it stays 0, which fills the last miniblock up.
        let mut above = [[0_u64; MINIBLOCK]; BLOCK / MINIBLOCK];
        let miniblocks = above.iter_mut().zip(differences.chunks(MINIBLOCK));
        for (width, (above, miniblock)) in widths.iter_mut().zip(miniblocks) {
            above.iter_mut().zip(miniblock).for_each(|(above, one)| *above = one.wrapping_sub(least) as u64);
            let all = above.iter().fold(0, |all, one| all | one);
            *width = u64::BITS.wrapping_sub(all.leading_zeros()) as u8;
        }
        self.blocks.extend_from_slice(&widths);
        for (width, above) in widths.into_iter().zip(&above).filter(|(width, _)| *width > 0) {
            put_bit_packed(above, width.into(), &mut self.blocks);
        }
    }

    fn signed(&self, number: u64) -> i64 {
        if self.of_32_bits { i64::from(number as i32) } else { number as i64 }
    }
}

/// Small numbers for those near 0 on either side.
fn zigzag(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ number.wrapping_shr(63)) as u64
}
