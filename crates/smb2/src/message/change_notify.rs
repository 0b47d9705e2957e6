//! CHANGE_NOTIFY (MS-SMB2 2.2.35, 2.2.36).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 CHANGE_NOTIFY Request (MS-SMB2 2.2.35).
    pub struct ChangeNotifyRequest (RequestLayout) = "SMB2 CHANGE_NOTIFY Request", message(32) {
        /// Flags: SMB2_WATCH_TREE (1).
        flags: u16,
        /// OutputBufferLength: at most so many bytes of changes.
        output_buffer_length: u32,
        /// FileId of the directory.
        file_id: FileId = FILE_ID_OFFSET,
        /// CompletionFilter: FILE_NOTIFY_CHANGE flags.
        completion_filter: u32,
        /// Reserved.
        reserved: u32,
    }
}

structure! {
    /// SMB2 CHANGE_NOTIFY Response (MS-SMB2 2.2.36).
    pub struct ChangeNotifyResponse (ResponseLayout) = "SMB2 CHANGE_NOTIFY Response", message(9) {
        /// OutputBufferOffset from the header.
        output_buffer_offset: u16,
        /// OutputBufferLength in bytes.
        output_buffer_length: u32,
    }
    variable {
        /// FILE_NOTIFY_INFORMATION structures (MS-FSCC 2.7.1).
        buffer in buffer_range = output_buffer_offset, output_buffer_length;
    }
}
