//! The examples of MS-XCA, section 3.

use smb2::compression::{Algorithm, Fault};

const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const SCORE: &[u8] =
    b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G \
F# E D E A F# F# G A A G F# E D D E F# E D D\0";

fn repeated() -> Vec<u8> {
    b"abc".repeat(100)
}

#[test]
fn plain_lz77_of_literals_is_expanded_and_made_as_in_the_example() {
    let mut compressed = vec![0x3f, 0, 0, 0];
    compressed.extend(ALPHABET);
    assert_eq!(Algorithm::Lz77.expand(&compressed, ALPHABET.len()).unwrap(), ALPHABET);
    assert_eq!(Algorithm::Lz77.compress(ALPHABET), compressed);
}

#[test]
fn plain_lz77_of_a_long_match_is_expanded_and_made_as_in_the_example() {
    let compressed = [0xff, 0xff, 0xff, 0x1f, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01];
    assert_eq!(Algorithm::Lz77.expand(&compressed, 300).unwrap(), repeated());
    assert_eq!(Algorithm::Lz77.compress(&repeated()), compressed);
}

/// The lengths of these symbols' codes, four bits each, and the codes.
fn huffman(lengths: &[(usize, u8)], codes: &[u8]) -> Vec<u8> {
    let mut compressed = vec![0; 256];
    for (symbol, length) in lengths {
        compressed[symbol / 2] |= length << (symbol % 2 * 4);
    }
    compressed.extend(codes);
    compressed
}

#[test]
fn lz77_with_huffman_of_literals_is_expanded_as_in_the_example() {
    let lengths: Vec<(usize, u8)> = (b'a'..=b'v').map(|letter| (letter.into(), 5)).collect();
    let shorter = (b'w'..=b'z').map(|letter| (letter.into(), 4)).chain([(256, 4)]);
    let codes =
        [0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04, 0, 0, 0, 0];
    let compressed = huffman(&lengths.into_iter().chain(shorter).collect::<Vec<_>>(), &codes);
    assert_eq!(Algorithm::Lz77Huffman.expand(&compressed, ALPHABET.len()).unwrap(), ALPHABET);
}

#[test]
fn lz77_with_huffman_of_a_long_match_is_expanded_as_in_the_example() {
    let lengths = [(b'a'.into(), 3), (b'b'.into(), 3), (b'c'.into(), 2), (256, 2), (256 + 16 + 15, 2)];
    let compressed = huffman(&lengths, &[0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01]);
    assert_eq!(Algorithm::Lz77Huffman.expand(&compressed, 300).unwrap(), repeated());
}

#[test]
fn lznt1_is_expanded_as_in_the_example() {
    let compressed = [
        0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01, 0xa0, 0x45,
        0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20, 0x05, 0x24, 0x13, 0x88, 0x05, 0xb4,
        0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00,
        0x04, 0x01, 0x18, 0x90, 0x00,
    ];
    assert_eq!(SCORE.len(), 142);
    assert_eq!(Algorithm::Lznt1.expand(&compressed, SCORE.len()).unwrap(), SCORE);
    assert_eq!(
        Algorithm::Lznt1.expand(&compressed, SCORE.len() + 1),
        Err(Fault::TooShort { expanded: SCORE.len(), size: SCORE.len() + 1 })
    );
}
