//! FLUSH (MS-SMB2 2.2.17, 2.2.18).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 FLUSH Request (MS-SMB2 2.2.17).
    pub struct FlushRequest (RequestLayout) = "SMB2 FLUSH Request", message(24) {
        /// Reserved1.
        reserved1: u16,
        /// Reserved2.
        reserved2: u32,
        /// FileId to flush.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

structure! {
    /// SMB2 FLUSH Response (MS-SMB2 2.2.18).
    pub struct FlushResponse (ResponseLayout) = "SMB2 FLUSH Response", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
