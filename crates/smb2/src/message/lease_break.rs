//! OPLOCK_BREAK on a lease (MS-SMB2 2.2.23.2, 2.2.24.2, 2.2.25.2). It has no FileId; the LeaseKey tells which.

use crate::Guid;
use crate::structure::structure;

structure! {
    /// SMB2 Lease Break Notification (MS-SMB2 2.2.23.2), sent by the server with MessageId all ones.
    pub struct LeaseBreakNotification (NotificationLayout) = "SMB2 Lease Break Notification", message(44) {
        /// NewEpoch, SMB 3.x only.
        new_epoch: u16,
        /// Flags: SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED (1).
        flags: u32,
        /// LeaseKey.
        lease_key: Guid,
        /// CurrentLeaseState: read (1), handle (2), write (4).
        current_lease_state: u32,
        /// NewLeaseState: read (1), handle (2), write (4).
        new_lease_state: u32,
        /// BreakReason, reserved.
        break_reason: u32,
        /// AccessMaskHint, reserved.
        access_mask_hint: u32,
        /// ShareMaskHint, reserved.
        share_mask_hint: u32,
    }
}

impl LeaseBreakNotification<'_> {
    /// SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED.
    pub const ACK_REQUIRED: u32 = 1;
}

structure! {
    /// SMB2 Lease Break Acknowledgment (MS-SMB2 2.2.24.2): a request.
    pub struct LeaseBreakAcknowledgment (AcknowledgmentLayout) = "SMB2 Lease Break Acknowledgment", message(36) {
        /// Reserved.
        reserved: u16,
        /// Flags, reserved.
        flags: u32,
        /// LeaseKey.
        lease_key: Guid,
        /// LeaseState the client keeps.
        lease_state: u32,
        /// LeaseDuration, reserved.
        lease_duration: u64,
    }
}

structure! {
    /// SMB2 Lease Break Response (MS-SMB2 2.2.25.2) to an acknowledgment.
    pub struct LeaseBreakResponse (ResponseLayout) = "SMB2 Lease Break Response", message(36) {
        /// Reserved.
        reserved: u16,
        /// Flags, reserved.
        flags: u32,
        /// LeaseKey.
        lease_key: Guid,
        /// LeaseState the client has now.
        lease_state: u32,
        /// LeaseDuration, reserved.
        lease_duration: u64,
    }
}
