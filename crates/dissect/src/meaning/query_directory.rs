//! QUERY_DIRECTORY (MS-SMB2 2.2.33, 2.2.34): `length` is OutputBufferLength, `transferred` that of the response.

use super::{say, size};
use crate::operation::Operation;
use smb2::message::{QueryDirectoryRequest, QueryDirectoryResponse};
use smb2::names::{self, flags};
use smb2::{Malformed, utf16};

/// InfoType of file information, which the classes of directory entries belong to.
const INFO_FILE: u8 = 1;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let query = QueryDirectoryRequest::parse(message)?;
    let class = query.file_information_class();
    operation.file_id = Some(query.file_id());
    operation.info_class = Some(class);
    operation.length = Some(query.output_buffer_length().into());
    say(operation, names::info_class(INFO_FILE, class).unwrap_or("unknown class"));
    if query.flags() != 0 {
        say(operation, flags::query_directory_flags(query.flags()));
    }
    operation.pattern = Some(utf16::to_string(query.file_name()?));
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let query = QueryDirectoryResponse::parse(message)?;
    operation.transferred = Some(query.output_buffer_length().into());
    say(operation, format_args!("{} of entries", size(query.output_buffer_length().into())));
    query.buffer().map(drop)
}
