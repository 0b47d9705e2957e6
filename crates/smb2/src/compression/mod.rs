//! Compressed messages (MS-SMB2 2.2.42): their header, expanding and making them, and the algorithms (MS-XCA).

mod algorithm;
mod compress;
mod expand;
mod fault;
mod header;
mod input;
mod lz4;
mod lz77;
mod lz77_huffman;
mod lznt1;
mod matches;
mod output;
mod pattern;

pub use algorithm::Algorithm;
pub use compress::{Scheme, compress};
pub use expand::{ExpandError, LARGEST_MESSAGE, expand};
pub use fault::Fault;
pub use header::{CompressionHeader, PROTOCOL_ID, Payload};

/// CompressionAlgorithm of a payload that is not compressed (MS-SMB2 2.2.3.1.3).
pub const NONE: u16 = 0x0000;
/// CompressionAlgorithm of a run of one byte, in chained messages only (MS-SMB2 2.2.42.2.2).
pub const PATTERN_V1: u16 = 0x0004;
