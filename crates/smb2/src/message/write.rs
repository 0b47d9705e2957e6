//! WRITE (MS-SMB2 2.2.21, 2.2.22).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 WRITE Request (MS-SMB2 2.2.21).
    pub struct WriteRequest (RequestLayout) = "SMB2 WRITE Request", message(49) {
        /// DataOffset from the header.
        data_offset: u16,
        /// Length of the data in bytes.
        length: u32,
        /// Offset in the file.
        offset: u64,
        /// FileId to write to.
        file_id: FileId = FILE_ID_OFFSET,
        /// Channel: none (0), RDMA V1 (1), RDMA V1 invalidate (2), RDMA transform (3).
        channel: u32,
        /// RemainingBytes: a hint at what the client will write next; with a channel, the bytes sent there.
        remaining_bytes: u32,
        /// WriteChannelInfoOffset from the header.
        write_channel_info_offset: u16,
        /// WriteChannelInfoLength in bytes.
        write_channel_info_length: u16,
        /// Flags: write through (1), unbuffered (2).
        flags: u32,
    }
    variable {
        /// The data to write.
        data in data_range = data_offset, length;
        /// The channel information.
        write_channel_info in write_channel_info_range = write_channel_info_offset, write_channel_info_length;
    }
}

structure! {
    /// SMB2 WRITE Response (MS-SMB2 2.2.22).
    pub struct WriteResponse (ResponseLayout) = "SMB2 WRITE Response", message(17) {
        /// Reserved.
        reserved: u16,
        /// Count of the bytes written.
        count: u32,
        /// Remaining, reserved.
        remaining: u32,
        /// WriteChannelInfoOffset, reserved.
        write_channel_info_offset: u16,
        /// WriteChannelInfoLength, reserved.
        write_channel_info_length: u16,
    }
}
