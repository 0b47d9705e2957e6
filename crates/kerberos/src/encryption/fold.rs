//! n-fold: stretching a constant to the length of a block (RFC 3961 5.1).

/// Folds `input` to `N` bytes: copies of it, each turned right by 13 bits against the one before, as many as fill a
/// common multiple of both lengths, added up as numbers of `N` bytes in ones' complement.
#[expect(clippy::arithmetic_side_effects, reason = "lengths of constants, none of which is empty")]
pub(super) fn n_fold<const N: usize>(input: &[u8]) -> [u8; N] {
    let bits = input.len() * 8;
    let mut sums = [0u32; N];
    for copy in 0..N / greatest_common_divisor(N, input.len()) {
        for place in 0..input.len() {
            let start = (place * 8 + bits - copy * 13 % bits) % bits;
            if let Some(sum) = sums.get_mut((copy * input.len() + place) % N) {
                *sum += u32::from(byte_at(input, start));
            }
        }
    }
    with_carries(sums)
}

/// The 8 bits that begin at bit `start`, over the end to the beginning.
#[expect(clippy::arithmetic_side_effects, reason = "no constant is empty")]
fn byte_at(input: &[u8], start: usize) -> u8 {
    let byte = |index: usize| input.get(index % input.len()).copied().unwrap_or_default();
    let pair = u16::from_be_bytes([byte(start / 8), byte(start / 8 + 1)]);
    let [_, low] = (pair >> (8 - start % 8)).to_be_bytes();
    low
}

/// Sums of bytes as one number, whose carry comes back in at its end.
fn with_carries<const N: usize>(mut sums: [u32; N]) -> [u8; N] {
    while sums.iter().any(|sum| *sum > 0xff) {
        let mut carry = 0;
        for sum in sums.iter_mut().rev() {
            let total = sum.saturating_add(carry);
            (*sum, carry) = (total & 0xff, total >> 8);
        }
        if let Some(last) = sums.last_mut() {
            *last = last.saturating_add(carry);
        }
    }
    sums.map(|sum| sum as u8)
}

fn greatest_common_divisor(one: usize, other: usize) -> usize {
    one.checked_rem(other).map_or(one, |rest| greatest_common_divisor(other, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_3961_fold() {
        assert_eq!(n_fold(b"012345"), 0xbe07_2631_276b_1955u64.to_be_bytes());
        assert_eq!(n_fold(b"password"), [0x78, 0xa0, 0x7b, 0x6c, 0xaf, 0x85, 0xfa]);
        assert_eq!(n_fold(b"Rough Consensus, and Running Code"), 0xbb6e_d308_70b7_f0e0u64.to_be_bytes());
        assert_eq!(
            n_fold(b"password"),
            [
                0x59, 0xe4, 0xa8, 0xca, 0x7c, 0x03, 0x85, 0xc3, 0xc3, 0x7b, 0x3f, 0x6d, 0x20, 0x00, 0x24, 0x7c, 0xb6,
                0xe6, 0xbd, 0x5b, 0x3e
            ]
        );
        assert_eq!(n_fold(b"kerberos"), 0x6b65_7262_6572_6f73_7b9b_5b2b_9313_2b93u128.to_be_bytes());
        assert_eq!(
            n_fold(b"MASSACHVSETTS INSTITVTE OF TECHNOLOGY"),
            [
                0xdb, 0x3b, 0x0d, 0x8f, 0x0b, 0x06, 0x1e, 0x60, 0x32, 0x82, 0xb3, 0x08, 0xa5, 0x08, 0x41, 0x22, 0x9a,
                0xd7, 0x98, 0xfa, 0xb9, 0x54, 0x0c, 0x1b
            ]
        );
    }
}
