//! TREE_CONNECT to the live share (MS-SMB2 2.2.9).

use crate::message::{Draft, PatchError, length_16};
use smb2::message::TreeConnectRequest;
use smb2::utf16;

/// The share name of a `\\server\share` path: what follows its last backslash.
pub fn share_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// The server name of a `\\server\share` path; empty when it has none.
pub fn server_name(path: &str) -> &str {
    path.strip_prefix("\\\\").and_then(|path| path.split_once('\\')).map_or("", |(server, _)| server)
}

/// Puts `path`, UTF-16LE of `\\server\share`, in the place of the captured one.
///
/// # Errors
/// [`PatchError`] when the captured request is broken or the path too long.
pub fn rewrite(draft: &mut Draft, path: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let range = TreeConnectRequest::parse(&captured)?.path_range()?;
    let length = length_16(path.len(), "Path")?;
    draft.replace(range, path, "Path")?;
    draft.overwrite(TreeConnectRequest::PATH_LENGTH_FIELD, &length, "PathLength")?;
    Ok(())
}

/// The captured path, as text.
pub fn captured_path(message: &[u8]) -> Option<String> {
    Some(utf16::to_string(TreeConnectRequest::parse(message).ok()?.path().ok()?))
}

/// The name of the captured share as it is on the wire: UTF-16LE, what follows the last backslash of the path.
pub fn captured_share(message: &[u8]) -> Option<&[u8]> {
    let path = TreeConnectRequest::parse(message).ok()?.path().ok()?;
    let (units, _odd) = path.as_chunks::<2>();
    let names = units.iter().rposition(|unit| *unit == [b'\\', 0]).map_or(0, |last| last.saturating_add(1));
    path.get(names.saturating_mul(2)..)
}
