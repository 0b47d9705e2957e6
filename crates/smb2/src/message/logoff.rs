//! LOGOFF (MS-SMB2 2.2.7, 2.2.8).

use crate::structure::structure;

structure! {
    /// SMB2 LOGOFF Request (MS-SMB2 2.2.7).
    pub struct LogoffRequest (RequestLayout) = "SMB2 LOGOFF Request", message(4) {
        /// Reserved.
        reserved: u16,
    }
}

structure! {
    /// SMB2 LOGOFF Response (MS-SMB2 2.2.8).
    pub struct LogoffResponse (ResponseLayout) = "SMB2 LOGOFF Response", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
