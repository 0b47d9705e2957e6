//! TREE_DISCONNECT (MS-SMB2 2.2.11, 2.2.12).

use crate::structure::structure;

structure! {
    /// SMB2 TREE_DISCONNECT Request (MS-SMB2 2.2.11).
    pub struct TreeDisconnectRequest (RequestLayout) = "SMB2 TREE_DISCONNECT Request", message(4) {
        /// Reserved.
        reserved: u16,
    }
}

structure! {
    /// SMB2 TREE_DISCONNECT Response (MS-SMB2 2.2.12).
    pub struct TreeDisconnectResponse (ResponseLayout) = "SMB2 TREE_DISCONNECT Response", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
