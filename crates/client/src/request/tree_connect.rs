//! SMB2 TREE_CONNECT requests (MS-SMB2 2.2.9, 3.2.4.2.4).

use super::{Request, TooLong, length_field};
use smb2::message::tree_connect::TreeConnectRequest;
use smb2::{Command, utf16};

/// The path of a share as TREE_CONNECT wants it: `\\server\share`.
pub fn share_path(server: &str, share: &str) -> String {
    format!(r"\\{server}\{share}")
}

/// Connects to the share at `path`, as [`share_path`] makes it.
///
/// # Errors
/// [`TooLong`] when the path does not fit.
pub fn tree_connect(path: &str) -> Result<Request, TooLong> {
    let path = utf16::from_str(path);
    let length = length_field("path of the share", path.len())?;
    let flags = 0u16;
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &flags.to_le_bytes(),
        &PATH_OFFSET.to_le_bytes(),
        &length.to_le_bytes(),
        &path,
    ]
    .concat();
    Ok(Request { command: Command::TREE_CONNECT, body })
}

const STRUCTURE_SIZE: u16 = 9;
const PATH_OFFSET: u16 = TreeConnectRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;

    #[test]
    fn the_path_lies_where_the_fields_say() {
        let path = share_path("10.0.0.7", "Büro");
        let message = tree_connect(&path).unwrap().message(&Place::default());
        let view = TreeConnectRequest::parse(&message).unwrap();
        assert_eq!(utf16::to_string(view.path().unwrap()), r"\\10.0.0.7\Büro");
        assert_eq!((view.flags(), view.path_range().unwrap().end), (0, message.len()));
    }

    #[test]
    fn a_path_beyond_the_length_field_is_refused() {
        let error = tree_connect(&"s".repeat(32_768)).unwrap_err();
        assert_eq!(error, TooLong { what: "path of the share", length: 65_536, most: 65_535 });
    }
}
