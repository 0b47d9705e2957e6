//! Server to client notification (MS-SMB2 2.2.44), command 0x0013.

use crate::structure::structure;

structure! {
    /// SMB2 SERVER_TO_CLIENT_NOTIFICATION (MS-SMB2 2.2.44), sent by the server with MessageId all ones.
    pub struct ServerToClientNotification (Layout) = "SMB2 SERVER_TO_CLIENT_NOTIFICATION", message(4) {
        /// Reserved.
        reserved: u16,
        /// NotificationType: session closed (0), which has no content of its own.
        notification_type: u32,
    }
}

/// NotificationType SmbNotifySessionClosed (MS-SMB2 2.2.44.1).
pub const NOTIFY_SESSION_CLOSED: u32 = 0;
