//! LOCK (MS-SMB2 2.2.26, 2.2.27): `offset` and `length` are those of the first element.

use super::say;
use crate::operation::Operation;
use smb2::Malformed;
use smb2::message::{LockElement, LockRequest, LockResponse};

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let lock = LockRequest::parse(message)?;
    operation.file_id = Some(lock.file_id());
    let mut locks = lock.locks()?;
    if let Some(first) = locks.next() {
        operation.offset = Some(first.offset);
        operation.length = Some(first.length);
        say(operation, phrase(&first));
    }
    if locks.len() > 0 {
        say(operation, format_args!("{} more", locks.len()));
    }
    Ok(())
}

pub(super) fn response(message: &[u8]) -> Result<(), Malformed> {
    LockResponse::parse(message).map(drop)
}

fn phrase(lock: &LockElement) -> String {
    let has = |flag| lock.flags & flag != 0;
    let mode = if has(LockElement::UNLOCK) {
        "unlock"
    } else if has(LockElement::EXCLUSIVE_LOCK) {
        "exclusive"
    } else if has(LockElement::SHARED_LOCK) {
        "shared"
    } else {
        "of no mode"
    };
    let end = u128::from(lock.offset).saturating_add(lock.length.into());
    let wait = if has(LockElement::FAIL_IMMEDIATELY) { " fail-immediately" } else { "" };
    format!("{mode} {}..{end}{wait}", lock.offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_said_with_mode_range_and_wait() {
        let exclusive = LockElement { offset: 0, length: 10, flags: 0x12 };
        assert_eq!(phrase(&exclusive), "exclusive 0..10 fail-immediately");
        let last = LockElement { offset: u64::MAX, length: 1, flags: 0x04 };
        assert_eq!(phrase(&last), "unlock 18446744073709551615..18446744073709551616");
    }
}
