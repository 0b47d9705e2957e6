//! FSCTL_VALIDATE_NEGOTIATE_INFO recomputed from the live negotiation (MS-SMB2 2.2.31.4).

use crate::message::{Draft, PatchError};
use smb2::message::{IoctlRequest, NegotiateRequest};

/// The control code.
pub const CTL_CODE: u32 = 0x0014_0204;

/// Whether a request is this IOCTL.
pub fn is_validate_negotiate(message: &[u8]) -> bool {
    IoctlRequest::parse(message).is_ok_and(|view| view.ctl_code() == CTL_CODE)
}

/// Makes the input say what `negotiate`, the NEGOTIATE request sent on the live connection, said.
///
/// # Errors
/// [`PatchError`] when one of the two is broken.
pub fn rewrite(draft: &mut Draft, negotiate: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let input = IoctlRequest::parse(&captured)?.input_range()?;
    let live = NegotiateRequest::parse(negotiate)?;
    let mut fresh = live.capabilities().to_le_bytes().to_vec();
    fresh.extend(live.client_guid().0);
    fresh.extend(live.security_mode().to_le_bytes());
    fresh.extend(live.dialect_count().to_le_bytes());
    fresh.extend(live.dialects()?.flat_map(u16::to_le_bytes));
    let count = u32::try_from(fresh.len()).unwrap_or(0).to_le_bytes();
    draft.replace(input, &fresh, "VALIDATE_NEGOTIATE_INFO")?;
    draft.overwrite(IoctlRequest::INPUT_COUNT_FIELD, &count, "InputCount")?;
    Ok(())
}
