//! OPLOCK_BREAK on an oplock or a lease (MS-SMB2 2.2.23 to 2.2.25), and SERVER_TO_CLIENT_NOTIFICATION (2.2.44).

use super::create::oplock_level;
use super::create_context::lease_state;
use super::field::{Field, file_id, guid, u8, u16, u32, u64, x32};
use super::structure::Structure;
use smb2::Command;
use smb2::names::flags;

/// StructureSize of a Lease Break Notification.
pub(super) const LEASE_NOTIFICATION_SIZE: u16 = 44;
/// StructureSize of a Lease Break Acknowledgment and Response.
pub(super) const LEASE_SIZE: u16 = 36;

const OPLOCK: &[Field] =
    &[u16("StructureSize"), oplock_level("OplockLevel"), u8("Reserved"), u32("Reserved2"), file_id("FileId")];
const LEASE_NOTIFICATION: &[Field] = &[
    u16("StructureSize"),
    u16("NewEpoch"),
    x32("Flags").flags(&[(1, "SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED")]),
    guid("LeaseKey"),
    x32("CurrentLeaseState").told(lease_state),
    x32("NewLeaseState").told(lease_state),
    u32("BreakReason"),
    x32("AccessMaskHint").bits(flags::access_mask),
    x32("ShareMaskHint").bits(flags::share_access),
];
const LEASE: &[Field] = &[
    u16("StructureSize"),
    u16("Reserved"),
    x32("Flags"),
    guid("LeaseKey"),
    x32("LeaseState").told(lease_state),
    u64("LeaseDuration"),
];
/// The command of a notification, which no request has.
pub(super) const NOTIFICATION: Command = Command(0x0013);
/// SMB2 SERVER_TO_CLIENT_NOTIFICATION.
pub(super) const TO_CLIENT: &[Field] =
    &[u16("StructureSize"), u16("Reserved"), u32("NotificationType").codes(&[(0, "SmbNotifySessionClosed")])];

/// A break, an acknowledgment or a response; the StructureSize tells them apart.
pub(super) fn body(body: &mut Structure<'_>) {
    body.fields(match body.rest().u16(0) {
        Some(LEASE_NOTIFICATION_SIZE) => LEASE_NOTIFICATION,
        Some(LEASE_SIZE) => LEASE,
        _ => OPLOCK,
    });
}
