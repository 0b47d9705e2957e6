//! OPLOCK_BREAK (MS-SMB2 2.2.23 to 2.2.25): oplocks by FileId, leases by LeaseKey; the StructureSize tells which.
//!
//! `oplock_requested` and `lease_requested` are what the client acknowledges, `oplock_granted` and `lease_granted` what
//! the server breaks to or confirms.

use super::say;
use crate::operation::Operation;
use smb2::Malformed;
use smb2::message::{
    LeaseBreakAcknowledgment, LeaseBreakNotification, LeaseBreakResponse, OplockBreakAcknowledgment,
    OplockBreakNotification, OplockBreakResponse, structure_size,
};
use smb2::names::{self, flags};

/// StructureSize of the oplock forms; the lease forms have 36 or 44.
const OPLOCK: u16 = 24;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    if structure_size(message)? == OPLOCK {
        let oplock = OplockBreakAcknowledgment::parse(message)?;
        operation.file_id = Some(oplock.file_id());
        operation.oplock_requested = Some(oplock.oplock_level());
        say(operation, format_args!("oplock to {}", level(oplock.oplock_level())));
    } else {
        let lease = LeaseBreakAcknowledgment::parse(message)?;
        operation.lease_key = Some(lease.lease_key());
        operation.lease_requested = Some(lease.lease_state());
        say(operation, format_args!("lease to {}", flags::lease_state(lease.lease_state())));
    }
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    if structure_size(message)? == OPLOCK {
        let oplock = OplockBreakResponse::parse(message)?;
        operation.file_id.get_or_insert(oplock.file_id());
        operation.oplock_granted = Some(oplock.oplock_level());
    } else {
        let lease = LeaseBreakResponse::parse(message)?;
        operation.lease_key.get_or_insert(lease.lease_key());
        operation.lease_granted = Some(lease.lease_state());
    }
    Ok(())
}

pub(super) fn notification(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    if structure_size(message)? == OPLOCK {
        let oplock = OplockBreakNotification::parse(message)?;
        operation.file_id = Some(oplock.file_id());
        operation.oplock_granted = Some(oplock.oplock_level());
        say(operation, format_args!("oplock to {}", level(oplock.oplock_level())));
    } else {
        let lease = LeaseBreakNotification::parse(message)?;
        operation.lease_key = Some(lease.lease_key());
        operation.lease_granted = Some(lease.new_lease_state());
        let (from, to) = (lease.current_lease_state(), lease.new_lease_state());
        say(operation, format_args!("lease {} to {}", flags::lease_state(from), flags::lease_state(to)));
        if lease.flags() & LeaseBreakNotification::ACK_REQUIRED != 0 {
            say(operation, "acknowledgment required");
        }
    }
    Ok(())
}

fn level(level: u8) -> String {
    match names::oplock_level(level).and_then(|name| name.strip_prefix("SMB2_OPLOCK_LEVEL_")) {
        Some("II") => "level II".to_owned(),
        Some(name) => name.to_lowercase(),
        None => format!("{level:#04x}"),
    }
}
