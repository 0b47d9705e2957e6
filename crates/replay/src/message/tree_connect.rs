//! TREE_CONNECT to the live share (MS-SMB2 2.2.9).

use crate::message::{Draft, PatchError, length_16};
use smb2::message::TreeConnectRequest;
use smb2::utf16;

/// The share name of a `\\server\share` path: what follows its last backslash.
pub fn share_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// Puts `path`, `\\server\share`, in the place of the captured one.
///
/// # Errors
/// [`PatchError`] when the captured request is broken or the path too long.
pub fn rewrite(draft: &mut Draft, path: &str) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let range = TreeConnectRequest::parse(&captured)?.path_range()?;
    let path = utf16::from_str(path);
    let length = length_16(path.len(), "Path")?;
    draft.replace(range, &path, "Path")?;
    draft.overwrite(TreeConnectRequest::PATH_LENGTH_FIELD, &length, "PathLength")?;
    Ok(())
}

/// The captured path, as text.
pub fn captured_path(message: &[u8]) -> Option<String> {
    Some(utf16::to_string(TreeConnectRequest::parse(message).ok()?.path().ok()?))
}
