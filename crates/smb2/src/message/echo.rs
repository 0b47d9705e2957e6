//! ECHO (MS-SMB2 2.2.28, 2.2.29).

use crate::structure::structure;

structure! {
    /// SMB2 ECHO Request (MS-SMB2 2.2.28).
    pub struct EchoRequest (RequestLayout) = "SMB2 ECHO Request", message(4) {
        /// Reserved.
        reserved: u16,
    }
}

structure! {
    /// SMB2 ECHO Response (MS-SMB2 2.2.29).
    pub struct EchoResponse (ResponseLayout) = "SMB2 ECHO Response", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
