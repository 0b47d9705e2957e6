//! Compressing with LZNT1 (MS-XCA 2.5.2).

use super::super::matches::Matches;
use super::{CHUNK, COMPRESSED, FLAGS, SHORTEST, SIGNATURE, length_bits};

/// `data` in LZNT1.
pub(crate) fn compress(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / 2);
    let mut matches = Matches::new(data);
    for (number, chunk) in data.chunks(CHUNK).enumerate() {
        let compressed = compress_chunk(chunk, number.saturating_mul(CHUNK), &mut matches);
        let (flag, data) =
            if compressed.len() < chunk.len() { (COMPRESSED, compressed.as_slice()) } else { (0, chunk) };
        let length = u16::try_from(data.len().saturating_sub(1)).unwrap_or(0);
        bytes.extend((flag | SIGNATURE | length).to_le_bytes());
        bytes.extend(data);
    }
    bytes
}

/// The `chunk` that begins at `start`; its matches reach no further back than that.
fn compress_chunk(chunk: &[u8], start: usize, matches: &mut Matches<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(chunk.len());
    let mut at = 0_usize;
    while at < chunk.len() {
        let flags_at = bytes.len();
        bytes.push(0);
        for token in 0..FLAGS {
            let Some(literal) = chunk.get(at) else { break };
            let bits = length_bits(at);
            let longest = 1_usize.checked_shl(bits).unwrap_or(1).saturating_sub(1).saturating_add(SHORTEST);
            let longest = longest.min(chunk.len().saturating_sub(at));
            let Some(found) = matches.at(start.saturating_add(at), at, longest) else {
                bytes.push(*literal);
                at = at.saturating_add(1);
                continue;
            };
            let [distance, length] = [found.distance.saturating_sub(1), found.length.saturating_sub(SHORTEST)]
                .map(|part| u16::try_from(part).unwrap_or(0));
            bytes.extend((distance.checked_shl(bits).unwrap_or(0) | length).to_le_bytes());
            if let Some(flags) = bytes.get_mut(flags_at) {
                *flags |= 1 << token;
            }
            at = at.saturating_add(found.length);
        }
    }
    bytes
}
