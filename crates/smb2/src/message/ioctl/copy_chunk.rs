//! Server-side copy: FSCTL_SRV_REQUEST_RESUME_KEY names a source, FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE copy
//! from it (MS-SMB2 2.2.31.1, 2.2.32.1, 2.2.32.3). Offsets count from the start of the buffer.

use crate::structure::structure;
use crate::{Malformed, wire};

structure! {
    /// SRV_REQUEST_RESUME_KEY Response (MS-SMB2 2.2.32.3).
    pub struct ResumeKeyResponse (ResumeKeyLayout) = "SRV_REQUEST_RESUME_KEY Response", data {
        /// ResumeKey: names the open to the server.
        resume_key: [u8; 24] = RESUME_KEY_OFFSET,
        /// ContextLength, reserved.
        context_length: u32,
    }
}

structure! {
    /// SRV_COPYCHUNK_COPY (MS-SMB2 2.2.31.1).
    pub struct CopyChunkRequest (RequestLayout) = "SRV_COPYCHUNK_COPY", data {
        /// SourceKey: the ResumeKey of the source.
        source_key: [u8; 24] = SOURCE_KEY_OFFSET,
        /// ChunkCount: the number of elements in Chunks.
        chunk_count: u32,
        /// Reserved.
        reserved: u32,
    }
}

/// SRV_COPYCHUNK (MS-SMB2 2.2.31.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// SourceOffset in bytes.
    pub source_offset: u64,
    /// TargetOffset in bytes.
    pub target_offset: u64,
    /// Length in bytes.
    pub length: u32,
}

impl Chunk {
    /// Length of a chunk's description on the wire in bytes.
    pub const LENGTH: usize = 24;
}

impl<'a> CopyChunkRequest<'a> {
    /// Chunks: the ranges to copy.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when there are fewer than ChunkCount.
    pub fn chunks(&self) -> Result<impl ExactSizeIterator<Item = Chunk> + Clone + use<'a>, Malformed> {
        let length = (self.chunk_count() as usize).saturating_mul(Chunk::LENGTH);
        let chunks = wire::slice(self.message, Self::FIXED_END, length, "Chunks")?;
        Ok(chunks.as_chunks::<{ Chunk::LENGTH }>().0.iter().map(|chunk| {
            let layout: &ChunkLayout = zerocopy::transmute_ref!(chunk);
            Chunk {
                source_offset: layout.source_offset.get(),
                target_offset: layout.target_offset.get(),
                length: layout.length.get(),
            }
        }))
    }
}

#[derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::Unaligned)]
#[repr(C)]
struct ChunkLayout {
    source_offset: zerocopy::little_endian::U64,
    target_offset: zerocopy::little_endian::U64,
    length: zerocopy::little_endian::U32,
    reserved: [u8; 4],
}

structure! {
    /// SRV_COPYCHUNK_RESPONSE (MS-SMB2 2.2.32.1). With STATUS_INVALID_PARAMETER the values are the server's limits.
    pub struct CopyChunkResponse (ResponseLayout) = "SRV_COPYCHUNK_RESPONSE", data {
        /// ChunksWritten.
        chunks_written: u32,
        /// ChunkBytesWritten of the chunk that failed.
        chunk_bytes_written: u32,
        /// TotalBytesWritten.
        total_bytes_written: u32,
    }
}
