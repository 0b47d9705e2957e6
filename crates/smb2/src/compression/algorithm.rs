//! The algorithms that a compressed message may be made with.

use super::output::Output;
use super::{Fault, lz4, lz77, lz77_huffman, lznt1};

/// An algorithm that makes data smaller and gives them back (MS-SMB2 2.2.3.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// LZNT1 (MS-XCA 2.5).
    Lznt1,
    /// Plain LZ77 (MS-XCA 2.3, 2.4).
    Lz77,
    /// LZ77+Huffman (MS-XCA 2.1, 2.2).
    Lz77Huffman,
    /// LZ4, its block format.
    Lz4,
}

impl Algorithm {
    /// All of them, by their codes.
    pub const ALL: [Self; 4] = [Self::Lznt1, Self::Lz77, Self::Lz77Huffman, Self::Lz4];

    /// The algorithm with this CompressionAlgorithm; `None` for none, Pattern_V1 and unknown ones.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.code() == code)
    }

    /// Its CompressionAlgorithm.
    pub fn code(self) -> u16 {
        match self {
            Self::Lznt1 => 0x0001,
            Self::Lz77 => 0x0002,
            Self::Lz77Huffman => 0x0003,
            Self::Lz4 => 0x0005,
        }
    }

    /// Its name in MS-SMB2.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lznt1 => "LZNT1",
            Self::Lz77 => "LZ77",
            Self::Lz77Huffman => "LZ77+Huffman",
            Self::Lz4 => "LZ4",
        }
    }

    /// The `size` bytes that `data` were made of. Memory grows with what is expanded, not with `size`.
    ///
    /// # Errors
    /// The [`Fault`] of data that are not those of `size` bytes.
    pub fn expand(self, data: &[u8], size: usize) -> Result<Vec<u8>, Fault> {
        let mut output = Output::default();
        self.expand_into(data, size, &mut output)?;
        Ok(output.into_bytes())
    }

    /// `data` made smaller, or longer where they have no repetitions.
    pub fn compress(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Lznt1 => lznt1::compress(data),
            Self::Lz77 => lz77::compress(data),
            Self::Lz77Huffman => lz77_huffman::compress(data),
            Self::Lz4 => lz4::compress(data),
        }
    }

    pub(super) fn expand_into(self, data: &[u8], size: usize, output: &mut Output) -> Result<(), Fault> {
        output.begin(size);
        match self {
            Self::Lznt1 => lznt1::expand(data, output)?,
            Self::Lz77 => lz77::expand(data, output)?,
            Self::Lz77Huffman => lz77_huffman::expand(data, output)?,
            Self::Lz4 => lz4::expand(data, output)?,
        }
        output.end()
    }
}
