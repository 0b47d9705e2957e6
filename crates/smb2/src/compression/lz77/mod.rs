//! Plain LZ77 (MS-XCA 2.3, 2.4): 32 flags, then a byte for each that is clear and a match for each that is set.
//!
//! A match has 16 bits: 13 of its distance and 3 of its length. A length that does not fit is continued in a half byte,
//! of which two matches share one byte, then in a byte, in two, and in four.

mod compressing;
mod expanding;

pub(super) use compressing::compress;
pub(super) use expanding::expand;

/// Tokens that one word of flags is of.
const FLAGS: u32 = 32;
/// The shortest match.
const SHORTEST: usize = 3;
/// The farthest match.
const FARTHEST: usize = 1 << 13;
/// The length in a match, less the shortest, that says that it is continued.
const LONG: u16 = 7;
/// The length in a half byte that says that it is continued.
const LONGER: u8 = 15;
/// The length in a byte that says that it is continued.
const LONGEST: u8 = 255;
