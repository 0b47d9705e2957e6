//! CLOSE (MS-SMB2 2.2.15, 2.2.16).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 CLOSE Request (MS-SMB2 2.2.15).
    pub struct CloseRequest (RequestLayout) = "SMB2 CLOSE Request", message(24) {
        /// Flags: SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB (1).
        flags: u16,
        /// Reserved.
        reserved: u32,
        /// FileId to close.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

structure! {
    /// SMB2 CLOSE Response (MS-SMB2 2.2.16). Times, sizes and attributes are zero unless the request asked for them.
    pub struct CloseResponse (ResponseLayout) = "SMB2 CLOSE Response", message(60) {
        /// Flags: SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB (1).
        flags: u16,
        /// Reserved.
        reserved: u32,
        /// CreationTime, FILETIME.
        creation_time: u64,
        /// LastAccessTime, FILETIME.
        last_access_time: u64,
        /// LastWriteTime, FILETIME.
        last_write_time: u64,
        /// ChangeTime, FILETIME.
        change_time: u64,
        /// AllocationSize in bytes.
        allocation_size: u64,
        /// EndofFile: the size in bytes.
        end_of_file: u64,
        /// FileAttributes (MS-FSCC 2.6).
        file_attributes: u32,
    }
}
