//! The header of a compressed message (MS-SMB2 2.2.42), ProtocolId 0xFC 'SMB'.

use crate::structure::structure;
use crate::{Malformed, wire};

/// ProtocolId of a compressed message: 0xFC 'S' 'M' 'B'.
pub const PROTOCOL_ID: [u8; 4] = [0xfc, b'S', b'M', b'B'];

structure! {
    /// SMB2 COMPRESSION_TRANSFORM_HEADER (MS-SMB2 2.2.42), unchained or chained: the two forms have the same fields, the
    /// last three of which belong to the first payload of a chained message. The ProtocolId is not checked; see
    /// [`crate::transport::Protocol`].
    pub struct CompressionHeader (Layout) = "SMB2 COMPRESSION_TRANSFORM_HEADER", data {
        /// ProtocolId.
        protocol_id: [u8; 4],
        /// OriginalCompressedSegmentSize: bytes of the uncompressed segment.
        original_compressed_segment_size: u32,
        /// CompressionAlgorithm: none (0), LZNT1 (1), LZ77 (2), LZ77+Huffman (3), Pattern_V1 (4), LZ4 (5).
        compression_algorithm: u16,
        /// Flags: chained (1).
        flags: u16,
        /// Unchained: Offset from the end of this header to the compressed segment. Chained: Length of the payload.
        offset_or_length: u32,
    }
}

/// SMB2_COMPRESSION_FLAG_CHAINED.
const CHAINED: u16 = 0x0001;

/// What a compressed message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload<'a> {
    /// SMB2_COMPRESSION_TRANSFORM_HEADER_UNCHAINED (MS-SMB2 2.2.42.1).
    Unchained {
        /// The beginning of the message, not compressed.
        uncompressed: &'a [u8],
        /// The rest of the message, compressed with the header's CompressionAlgorithm.
        compressed: &'a [u8],
    },
    /// SMB2_COMPRESSION_CHAINED_PAYLOAD_HEADER structures with their payloads (MS-SMB2 2.2.42.2.1), from the first on.
    Chained(&'a [u8]),
}

impl<'a> CompressionHeader<'a> {
    /// Where the first payload header of a chained message begins.
    const FIRST_PAYLOAD_HEADER: usize = 8;

    /// Whether the message is a chain of payloads.
    pub fn is_chained(&self) -> bool {
        self.flags() & CHAINED != 0
    }

    /// The compressed content.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when Offset leaves the message.
    pub fn payload(&self) -> Result<Payload<'a>, Malformed> {
        if self.is_chained() {
            return Ok(Payload::Chained(self.message.get(Self::FIRST_PAYLOAD_HEADER..).unwrap_or_default()));
        }
        let plain_length = self.offset_or_length() as usize;
        let uncompressed = wire::slice(self.message, Self::FIXED_END, plain_length, "uncompressed part")?;
        let compressed = self.message.get(Self::FIXED_END.saturating_add(plain_length)..).unwrap_or_default();
        Ok(Payload::Unchained { uncompressed, compressed })
    }
}
