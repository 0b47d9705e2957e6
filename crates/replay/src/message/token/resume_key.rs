//! Resume keys of server-side copies: issued by FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2 2.2.32.3), used by
//! FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE (MS-SMB2 2.2.31.1).

use super::{Slot, Token};
use smb2::message::{IoctlRequest, IoctlResponse};

const LENGTH: usize = 24;
const REQUEST_RESUME_KEY: u32 = 0x0014_0078;
const COPYCHUNK: u32 = 0x0014_40f2;
const COPYCHUNK_WRITE: u32 = 0x0014_80f2;

/// The key that names the source of a copy.
pub(super) fn used(message: &[u8]) -> Option<Token<'_, usize>> {
    let view = IoctlRequest::parse(message).ok()?;
    if !matches!(view.ctl_code(), COPYCHUNK | COPYCHUNK_WRITE) {
        return None;
    }
    let value = view.input().ok()?.get(..LENGTH)?;
    Some(Token { place: view.input_range().ok()?.start, value })
}

/// The key that a response issues.
pub(super) fn issued(message: &[u8]) -> Option<Token<'_, Slot>> {
    let view = IoctlResponse::parse(message).ok()?;
    (view.ctl_code() == REQUEST_RESUME_KEY).then_some(())?;
    Some(Token { place: Slot::ResumeKey, value: view.output().ok()?.get(..LENGTH)? })
}
