//! SESSION_SETUP re-enacted (MS-SMB2 2.2.5): only the security blob is new.

use crate::message::{Draft, PatchError, length_16};
use smb2::message::SessionSetupRequest;

/// Puts `token` in the place of the captured security buffer.
///
/// # Errors
/// [`PatchError`] when the captured request is broken or the token too long.
pub fn rewrite(draft: &mut Draft, token: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let range = SessionSetupRequest::parse(&captured)?.security_buffer_range()?;
    let length = length_16(token.len(), "SecurityBuffer")?;
    draft.replace(range, token, "SecurityBuffer")?;
    draft.overwrite(SessionSetupRequest::SECURITY_BUFFER_LENGTH_FIELD, &length, "SecurityBufferLength")?;
    Ok(())
}
