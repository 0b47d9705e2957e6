//! LZ77+Huffman (MS-XCA 2.1, 2.2): blocks of 64 KiB, each with a Huffman code of its own.
//!
//! A block begins with the lengths of the codes of 512 symbols, four bits each. The first 256 symbols are bytes, the others
//! matches: the number of bits of their distance, and their length less three if it is below 15. The further bits of the
//! distance follow the code; more of the length are whole bytes, which lie between the 16-bit words of the codes.

mod bit_reader;
mod bit_writer;
mod compressing;
mod decoding_table;
mod encoding_table;
mod expanding;

pub(super) use compressing::compress;
pub(super) use expanding::expand;

/// Bytes that a block expands to; the last one has less.
const BLOCK: usize = 1 << 16;
/// Symbols of the code.
const SYMBOLS: usize = 512;
/// Bytes of the lengths of all symbols' codes.
const LENGTHS: usize = SYMBOLS / 2;
/// Bits of the longest code.
const LONGEST_CODE: u32 = 15;
/// The first symbol that is a match. In the last block it ends the data too.
const FIRST_MATCH: u16 = 256;
/// The shortest match.
const SHORTEST: usize = 3;
/// The farthest match.
const FARTHEST: usize = (1 << 16) - 1;
/// The length in a symbol that says that it is continued.
const LONG: u16 = 15;
/// The length in a byte that says that it is continued.
const LONGER: u8 = 255;
