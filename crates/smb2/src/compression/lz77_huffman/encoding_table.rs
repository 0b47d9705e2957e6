//! A code for symbols that occur so and so often (MS-XCA 2.1.4.2).

use super::{LENGTHS, LONGEST_CODE, SYMBOLS};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The code of each symbol and its length in bits, 0 for symbols that do not occur.
pub(super) struct EncodingTable {
    codes: Vec<(u16, u32)>,
}

impl EncodingTable {
    /// The best code for symbols that occur `frequencies` times, or a nearly best one where that has codes that are too long.
    pub(super) fn new(frequencies: &[u32; SYMBOLS]) -> Self {
        let mut frequencies = frequencies.map(u64::from);
        let mut lengths = lengths(&frequencies);
        while lengths.iter().any(|length| *length > LONGEST_CODE) {
            // Rare symbols become less rare in comparison, until no code is too long.
            frequencies = frequencies.map(|frequency| frequency.div_ceil(2));
            lengths = self::lengths(&frequencies);
        }
        Self { codes: canonical(&lengths) }
    }

    /// The code of a symbol and its length.
    pub(super) fn code(&self, symbol: u16) -> (u16, u32) {
        self.codes.get(usize::from(symbol)).copied().unwrap_or_default()
    }

    /// The lengths of all codes, as they precede a block.
    pub(super) fn lengths(&self) -> [u8; LENGTHS] {
        let mut packed = [0; LENGTHS];
        let (pairs, _) = self.codes.as_chunks::<2>();
        for (packed, [(_, low), (_, high)]) in packed.iter_mut().zip(pairs) {
            *packed = u8::try_from(high << 4 | low).unwrap_or(0);
        }
        packed
    }
}

/// The length of each symbol's code in Huffman's tree.
fn lengths(frequencies: &[u64; SYMBOLS]) -> Vec<u32> {
    // Symbols first, then the nodes above them; each with the node above it.
    let mut parents: Vec<Option<usize>> = vec![None; SYMBOLS];
    let occurring = frequencies.iter().enumerate().filter(|(_, frequency)| **frequency > 0);
    let mut heap: BinaryHeap<_> = occurring.map(|(symbol, frequency)| Reverse((*frequency, symbol))).collect();
    if heap.len() < 2 {
        // A code needs two symbols to be complete.
        let (mut lengths, only) = (vec![0; SYMBOLS], heap.pop().map_or(0, |Reverse((_, symbol))| symbol));
        let other = usize::from(only == 0);
        lengths.iter_mut().enumerate().filter(|(at, _)| [only, other].contains(at)).for_each(|(_, length)| *length = 1);
        return lengths;
    }
    while let (Some(Reverse((one, left))), Some(Reverse((other, right)))) = (heap.pop(), heap.pop()) {
        let node = parents.len();
        parents.push(None);
        for child in [left, right] {
            if let Some(parent) = parents.get_mut(child) {
                *parent = Some(node);
            }
        }
        if heap.is_empty() {
            break;
        }
        heap.push(Reverse((one.saturating_add(other), node)));
    }
    depths(&parents)
}

/// How many nodes are above each symbol.
fn depths(parents: &[Option<usize>]) -> Vec<u32> {
    let mut depths = vec![0_u32; parents.len()];
    for (node, parent) in parents.iter().enumerate().rev() {
        let above = parent.and_then(|parent| depths.get(parent)).copied();
        if let (Some(above), Some(depth)) = (above, depths.get_mut(node)) {
            *depth = above.saturating_add(1);
        }
    }
    depths.truncate(SYMBOLS);
    depths
}

/// The codes of these lengths: shorter ones and lower symbols first.
fn canonical(lengths: &[u32]) -> Vec<(u16, u32)> {
    let mut codes = vec![(0, 0); lengths.len()];
    let mut next = 0_u16;
    for length in 1..=LONGEST_CODE {
        next = next.checked_shl(1).unwrap_or(0);
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, other)| **other == length) {
            *code = (next, length);
            next = next.wrapping_add(1);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_would_be_too_long_are_shortened_and_stay_a_code() {
        // Frequencies like Fibonacci's make a tree that is as deep as it has symbols.
        let mut frequencies = [0; SYMBOLS];
        let (mut one, mut other) = (1_u32, 1_u32);
        for frequency in frequencies.iter_mut().take(40) {
            *frequency = one;
            (one, other) = (other, one.saturating_add(other));
        }
        let table = EncodingTable::new(&frequencies);
        let lengths: Vec<u32> = (0..40).map(|symbol| table.code(symbol).1).collect();
        assert!(lengths.iter().all(|length| (1..=LONGEST_CODE).contains(length)), "{lengths:?}");
        let kraft: u32 = lengths.iter().map(|length| 1 << (LONGEST_CODE - length)).sum();
        assert_eq!(kraft, 1 << LONGEST_CODE, "the code is complete");
    }
}
