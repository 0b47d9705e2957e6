//! LZNT1 (MS-XCA 2.5): chunks of up to 4096 bytes, each expanded on its own.
//!
//! A chunk has a header of 16 bits, then its bytes as they are, or eight flags in a byte, and a byte for each that is clear
//! and a match for each that is set. Of a match's 16 bits the more are its distance the more of the chunk there is.

mod compressing;
mod expanding;

pub(super) use compressing::compress;
pub(super) use expanding::expand;

/// Bytes that a chunk expands to, at most.
const CHUNK: usize = 4096;
/// Set in the header of a chunk that is compressed.
const COMPRESSED: u16 = 0x8000;
/// Signature of a chunk in its header.
const SIGNATURE: u16 = 0x3000;
/// The bits of the signature.
const SIGNATURE_MASK: u16 = 0x7000;
/// The bits of a header that are the length of the chunk's data, less one.
const LENGTH_MASK: u16 = 0x0fff;
/// Tokens that a byte of flags is of.
const FLAGS: u32 = 8;
/// The shortest match.
const SHORTEST: usize = 3;

/// How many bits of a match are its length, where `expanded` bytes of the chunk precede it.
fn length_bits(expanded: usize) -> u32 {
    let farthest = expanded.max(2).saturating_sub(1);
    let distance_bits = (usize::BITS).saturating_sub(farthest.leading_zeros()).max(4);
    u16::BITS.saturating_sub(distance_bits)
}

#[cfg(test)]
mod tests {
    use super::length_bits;

    #[test]
    fn distances_have_as_many_bits_as_they_need_and_four_at_least() {
        for (expanded, bits) in
            [(0, 12), (1, 12), (16, 12), (17, 11), (32, 11), (33, 10), (2048, 5), (2049, 4), (4095, 4)]
        {
            assert_eq!(length_bits(expanded), bits, "{expanded}");
        }
    }
}
