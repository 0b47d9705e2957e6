//! OPLOCK_BREAK on an oplock (MS-SMB2 2.2.23.1, 2.2.24.1, 2.2.25.1).

use crate::FileId;
use crate::structure::structure;

structure! {
    /// SMB2 Oplock Break Notification (MS-SMB2 2.2.23.1), sent by the server with MessageId all ones.
    pub struct OplockBreakNotification (NotificationLayout) = "SMB2 Oplock Break Notification", message(24) {
        /// OplockLevel the server will allow: none (0) or II (1).
        oplock_level: u8,
        /// Reserved.
        reserved: u8,
        /// Reserved2.
        reserved2: u32,
        /// FileId whose oplock breaks.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

structure! {
    /// SMB2 Oplock Break Acknowledgment (MS-SMB2 2.2.24.1): a request.
    pub struct OplockBreakAcknowledgment (AcknowledgmentLayout) = "SMB2 Oplock Break Acknowledgment", message(24) {
        /// OplockLevel the client keeps.
        oplock_level: u8,
        /// Reserved.
        reserved: u8,
        /// Reserved2.
        reserved2: u32,
        /// FileId whose oplock breaks.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

structure! {
    /// SMB2 Oplock Break Response (MS-SMB2 2.2.25.1) to an acknowledgment.
    pub struct OplockBreakResponse (ResponseLayout) = "SMB2 Oplock Break Response", message(24) {
        /// OplockLevel the client has now.
        oplock_level: u8,
        /// Reserved.
        reserved: u8,
        /// Reserved2.
        reserved2: u32,
        /// FileId whose oplock broke.
        file_id: FileId = FILE_ID_OFFSET,
    }
}
