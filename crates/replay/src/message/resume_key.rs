//! Resume keys of server-side copies: issued by FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2 2.2.32.3), used by
//! FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE (MS-SMB2 2.2.31.1).

use smb2::message::{IoctlRequest, IoctlResponse};
use smb2::wire;

/// Length of a resume key, bytes.
pub const LENGTH: usize = 24;

const REQUEST_RESUME_KEY: u32 = 0x0014_0078;
const COPYCHUNK: u32 = 0x0014_40f2;
const COPYCHUNK_WRITE: u32 = 0x0014_80f2;

/// The key that names the source of a copy, and its offset in the message.
pub fn in_request(message: &[u8]) -> Option<(usize, [u8; LENGTH])> {
    let view = IoctlRequest::parse(message).ok()?;
    if !matches!(view.ctl_code(), COPYCHUNK | COPYCHUNK_WRITE) {
        return None;
    }
    let offset = view.input_range().ok()?.start;
    Some((offset, wire::array(message, offset, "SourceKey").ok()?))
}

/// The key that a response issues.
pub fn in_response(message: &[u8]) -> Option<[u8; LENGTH]> {
    let view = IoctlResponse::parse(message).ok()?;
    (view.ctl_code() == REQUEST_RESUME_KEY).then_some(())?;
    wire::array(view.output().ok()?, 0, "ResumeKey").ok()
}
