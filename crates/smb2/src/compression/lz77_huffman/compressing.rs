//! Compressing with LZ77+Huffman (MS-XCA 2.1.4).

use super::super::matches::{Match, Matches};
use super::bit_writer::BitWriter;
use super::encoding_table::EncodingTable;
use super::{BLOCK, FARTHEST, FIRST_MATCH, LONG, LONGER, SHORTEST, SYMBOLS};

/// `data` in LZ77+Huffman.
pub(crate) fn compress(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / 2);
    let mut matches = Matches::new(data);
    let mut start = 0_usize;
    loop {
        let end = start.saturating_add(BLOCK).min(data.len());
        let mut tokens = tokens(data, start, end, &mut matches);
        // Data that fill their last block end with it: there is no block of the end alone.
        let last = end == data.len();
        if last {
            tokens.push(Token::End);
        }
        write_block(&tokens, &mut bytes);
        if last {
            return bytes;
        }
        start = end;
    }
}

#[derive(Clone, Copy)]
enum Token {
    Literal(u8),
    Match(Match),
    End,
}

impl Token {
    fn symbol(self) -> u16 {
        match self {
            Self::Literal(byte) => u16::from(byte),
            Self::End => FIRST_MATCH,
            Self::Match(found) => FIRST_MATCH | distance(found).1 << 4 | short(found),
        }
    }
}

/// The distance of a match without its highest bit, and how many bits that is.
fn distance(found: Match) -> (u16, u16) {
    let distance = u16::try_from(found.distance).unwrap_or(u16::MAX);
    let bits = distance.checked_ilog2().unwrap_or(0);
    (distance & !(1 << bits), u16::try_from(bits).unwrap_or(0))
}

/// What of the length of a match is in its symbol.
fn short(found: Match) -> u16 {
    u16::try_from(found.length.saturating_sub(SHORTEST)).unwrap_or(u16::MAX).min(LONG)
}

fn tokens(data: &[u8], start: usize, end: usize, matches: &mut Matches<'_>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = start;
    while let Some(byte) = data.get(at).filter(|_| at < end) {
        let found = matches.at(at, FARTHEST, end.saturating_sub(at));
        at = at.saturating_add(found.map_or(1, |found| found.length));
        tokens.push(found.map_or(Token::Literal(*byte), Token::Match));
    }
    tokens
}

fn write_block(tokens: &[Token], bytes: &mut Vec<u8>) {
    let mut frequencies = [0_u32; SYMBOLS];
    for token in tokens {
        if let Some(frequency) = frequencies.get_mut(usize::from(token.symbol())) {
            *frequency = frequency.saturating_add(1);
        }
    }
    let table = EncodingTable::new(&frequencies);
    bytes.extend(table.lengths());
    let mut bits = BitWriter::new(bytes);
    for token in tokens {
        let (code, length) = table.code(token.symbol());
        bits.write(code, length);
        if let Token::Match(found) = token {
            write_length(*found, &mut bits);
            let (distance, count) = distance(*found);
            bits.write(distance, u32::from(count));
        }
    }
    bits.finish();
}

/// Writes what of the length of a match is not in its symbol.
fn write_length(found: Match, bits: &mut BitWriter<'_>) {
    if short(found) < LONG {
        return;
    }
    let whole = u32::try_from(found.length.saturating_sub(SHORTEST)).unwrap_or(u32::MAX);
    let more = u8::try_from(whole.saturating_sub(u32::from(LONG))).unwrap_or(u8::MAX);
    bits.bytes(&[more]);
    if more < LONGER {
        return;
    }
    match u16::try_from(whole) {
        Ok(whole) => bits.bytes(&whole.to_le_bytes()),
        Err(_) => {
            bits.bytes(&[0; 2]);
            bits.bytes(&whole.to_le_bytes());
        }
    }
}
