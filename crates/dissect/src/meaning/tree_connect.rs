//! TREE_CONNECT (MS-SMB2 2.2.9, 2.2.10).

use super::say;
use crate::operation::Operation;
use smb2::message::{TreeConnectRequest, TreeConnectResponse};
use smb2::{Malformed, names, utf16};

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let connect = TreeConnectRequest::parse(message)?;
    operation.share = Some(utf16::to_string(connect.path()?).into());
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let share_type = TreeConnectResponse::parse(message)?.share_type();
    operation.share_type = Some(share_type);
    match names::share_type(share_type).and_then(|name| name.strip_prefix("SMB2_SHARE_TYPE_")) {
        Some(name) => say(operation, name.to_lowercase()),
        None => say(operation, format_args!("share type {share_type}")),
    }
    Ok(())
}
