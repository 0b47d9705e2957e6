//! ERROR responses (MS-SMB2 2.2.2).

use super::say;
use crate::operation::Operation;
use smb2::message::{ErrorResponse, SymbolicLinkError};
use smb2::names::ntstatus::NtStatus;
use smb2::{Malformed, utf16};

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let error = ErrorResponse::parse(message)?;
    let data = error.error_data()?;
    if operation.status.map(NtStatus) == Some(NtStatus::STOPPED_ON_SYMLINK)
        && error.error_context_count() == 0
        && let Ok(link) = SymbolicLinkError::parse(data)
        && let Ok(target) = link.substitute_name()
    {
        say(operation, format_args!("a link to {}", utf16::to_string(target)));
    }
    Ok(())
}
