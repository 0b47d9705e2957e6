//! The bytes that stand where the capture does not have a file's contents.

/// `length` bytes from position `offset` of a file. A position holds the same byte in every file and every run, so that
/// what is written in pieces reads back as one.
pub fn contents(offset: u64, length: usize) -> Vec<u8> {
    let before = offset % 8;
    let mut bytes = Vec::with_capacity(length.saturating_add(2_usize.saturating_mul(WORD)));
    let mut at = offset.wrapping_sub(before);
    let before = usize::try_from(before).unwrap_or(0);
    while bytes.len() < length.saturating_add(before) {
        bytes.extend_from_slice(&word(at));
        at = at.wrapping_add(WORD as u64);
    }
    bytes.drain(..before);
    bytes.truncate(length);
    bytes
}

/// Bytes that are made at a time.
const WORD: usize = 8;

/// The bytes from a multiple of [`WORD`] on: a number that their place scrambles (SplitMix64).
fn word(position: u64) -> [u8; WORD] {
    const SEED: u64 = 0x736d_6272_6570_6c61;
    let mut word = SEED.wrapping_add((position / 8).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^= word >> 31;
    word.to_le_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;

    #[test]
    fn every_version_makes_the_same_bytes() {
        assert_eq!(contents(5, 10), [179, 2, 92, 96, 224, 234, 18, 168, 137, 201]);
        assert_eq!(contents(u64::MAX - 2, 6), [70, 180, 88, 11, 165, 66]);
        assert!(contents(u64::MAX, 0).is_empty());
    }

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
