//! CANCEL (MS-SMB2 2.2.30), the one command without a response.

use crate::structure::structure;

structure! {
    /// SMB2 CANCEL Request (MS-SMB2 2.2.30).
    pub struct CancelRequest (RequestLayout) = "SMB2 CANCEL Request", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
