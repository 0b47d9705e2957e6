//! READ (MS-SMB2 2.2.19, 2.2.20).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 READ Request (MS-SMB2 2.2.19).
    pub struct ReadRequest (RequestLayout) = "SMB2 READ Request", message(49) {
        /// Padding: the offset in the response where the client would like the data.
        padding: u8,
        /// Flags: unbuffered (1), request compressed (2).
        flags: u8,
        /// Length to read in bytes.
        length: u32,
        /// Offset in the file.
        offset: u64,
        /// FileId to read from.
        file_id: FileId = FILE_ID_OFFSET,
        /// MinimumCount: with fewer bytes the read fails.
        minimum_count: u32,
        /// Channel: none (0), RDMA V1 (1), RDMA V1 invalidate (2), RDMA transform (3).
        channel: u32,
        /// RemainingBytes: a hint at what the client will read next.
        remaining_bytes: u32,
        /// ReadChannelInfoOffset from the header.
        read_channel_info_offset: u16,
        /// ReadChannelInfoLength in bytes.
        read_channel_info_length: u16,
    }
    variable {
        /// The channel information.
        read_channel_info in read_channel_info_range = read_channel_info_offset, read_channel_info_length;
    }
}

structure! {
    /// SMB2 READ Response (MS-SMB2 2.2.20).
    pub struct ReadResponse (ResponseLayout) = "SMB2 READ Response", message(17) {
        /// DataOffset from the header.
        data_offset: u8,
        /// Reserved.
        reserved: u8,
        /// DataLength in bytes.
        data_length: u32,
        /// DataRemaining: bytes sent on the channel.
        data_remaining: u32,
        /// Flags: RDMA transform (1), SMB 3.1.1 only. Else Reserved2.
        flags: u32,
    }
    variable {
        /// The data read.
        data in data_range = data_offset, data_length;
    }
}
