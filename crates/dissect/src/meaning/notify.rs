//! CHANGE_NOTIFY (MS-SMB2 2.2.35, 2.2.36): `length` is OutputBufferLength, `transferred` that of the response.

use super::{say, size};
use crate::operation::Operation;
use smb2::Malformed;
use smb2::message::{ChangeNotifyRequest, ChangeNotifyResponse};
use smb2::names::flags;

/// SMB2_WATCH_TREE.
const WATCH_TREE: u16 = 1;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let notify = ChangeNotifyRequest::parse(message)?;
    operation.file_id = Some(notify.file_id());
    operation.length = Some(notify.output_buffer_length().into());
    say(operation, if notify.flags() & WATCH_TREE != 0 { "watch tree" } else { "watch" });
    say(operation, flags::completion_filter(notify.completion_filter()));
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let notify = ChangeNotifyResponse::parse(message)?;
    operation.transferred = Some(notify.output_buffer_length().into());
    say(operation, format_args!("{} of changes", size(notify.output_buffer_length().into())));
    notify.buffer().map(drop)
}
