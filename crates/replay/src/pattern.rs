//! The bytes that stand where the capture does not have a file's contents.

/// `length` bytes from position `offset` of a file. A position holds the same byte in every file and every run, so that
/// what is written in pieces reads back as one.
pub fn contents(offset: u64, length: usize) -> Vec<u8> {
    (0..length).map(|index| byte(offset.wrapping_add(index as u64))).collect()
}

/// The byte at a position: of each 8 bytes, a number that their place scrambles (SplitMix64).
fn byte(position: u64) -> u8 {
    const SEED: u64 = 0x736d_6272_6570_6c61;
    const WORD: u64 = 8;
    let mut word = SEED.wrapping_add((position / WORD).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^= word >> 31;
    let [first, ..] = (word >> ((position % WORD).wrapping_mul(8))).to_le_bytes();
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;

    #[test]
    fn pieces_make_the_whole_wherever_they_are_cut() {
        let whole = contents(5, 1000);
        for cut in [1, 7, 8, 500] {
            let rest = contents(5 + cut as u64, 1000 - cut);
            assert_eq!([&whole[..cut], &rest].concat(), whole);
        }
    }

    #[test]
    fn no_two_blocks_are_the_same() {
        let whole = contents(0, 8192);
        let blocks: std::collections::HashSet<&[u8]> = whole.chunks(8).collect();
        assert_eq!(blocks.len(), 1024);
    }
}
