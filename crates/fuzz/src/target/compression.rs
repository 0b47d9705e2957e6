//! Expanding compressed messages, and the data in them by each algorithm.
//!
//! What is expanded has the size that was asked for or claimed, and what was compressed comes back. An input of an algorithm
//! begins with that size, one of messages with how they are made.

use smb2::compression::{Algorithm, CompressionHeader, LARGEST_MESSAGE, Scheme, compress, expand};

pub(super) fn lznt1(input: &[u8]) {
    algorithm(Algorithm::Lznt1, input);
}

pub(super) fn lz77(input: &[u8]) {
    algorithm(Algorithm::Lz77, input);
}

pub(super) fn lz77_huffman(input: &[u8]) {
    algorithm(Algorithm::Lz77Huffman, input);
}

fn algorithm(algorithm: Algorithm, input: &[u8]) {
    let Some((size, data)) = input.split_first_chunk() else { return };
    let size = usize::from(u16::from_le_bytes(*size));
    if let Ok(expanded) = algorithm.expand(data, size) {
        assert_eq!(expanded.len(), size, "as long as was asked for");
        comes_back(algorithm, &expanded);
    }
    comes_back(algorithm, data);
}

fn comes_back(algorithm: Algorithm, data: &[u8]) {
    let compressed = algorithm.compress(data);
    assert_eq!(algorithm.expand(&compressed, data.len()).as_deref(), Ok(data));
    if let Some(fewer) = data.len().checked_sub(1) {
        let short = algorithm.expand(&compressed, fewer);
        assert!(
            short.is_err() || short.as_deref() == Ok(data.get(..fewer).unwrap_or_default()),
            "a part of it or none"
        );
    }
}

/// The scheme that the first byte of an input chooses.
pub(crate) fn scheme(choice: u8) -> Scheme {
    let algorithm = Algorithm::ALL.get(usize::from(choice & 3)).copied().unwrap_or(Algorithm::Lz77);
    Scheme { algorithm, chained: choice & 4 != 0, patterns: choice & 8 != 0 }
}

pub(super) fn message(input: &[u8]) {
    let Some((choice, message)) = input.split_first() else { return };
    if let Ok(expanded) = expand(message) {
        let Ok(header) = CompressionHeader::parse(message) else { unreachable!("expanded without a header") };
        let plain = if header.is_chained() { 0 } else { header.offset_or_length() };
        let claimed = header.original_compressed_segment_size() as usize + plain as usize;
        assert_eq!(expanded.len(), claimed, "as long as is claimed");
        assert!(claimed <= LARGEST_MESSAGE, "{claimed} bytes");
    }
    let plain = usize::from(choice >> 4) * 16;
    if let Some(compressed) = compress(message, plain, scheme(*choice)) {
        assert!(compressed.len() < message.len(), "compressed messages are smaller");
        assert_eq!(expand(&compressed).as_deref(), Ok(message));
    }
}
