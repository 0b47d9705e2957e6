//! QUERY_INFO (MS-SMB2 2.2.37, 2.2.38): `length` is OutputBufferLength, `transferred` that of the response.

use super::say;
use crate::operation::Operation;
use smb2::message::{QueryInfoRequest, QueryInfoResponse};
use smb2::names::{self, flags};
use smb2::{Malformed, wire};

/// SMB2_0_INFO_FILE.
pub(super) const INFO_FILE: u8 = 1;
/// SMB2_0_INFO_SECURITY.
const INFO_SECURITY: u8 = 3;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let query = QueryInfoRequest::parse(message)?;
    operation.file_id = Some(query.file_id());
    operation.length = Some(query.output_buffer_length().into());
    class(operation, query.info_type(), query.file_info_class(), query.additional_information());
    query.buffer().map(drop)
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let query = QueryInfoResponse::parse(message)?;
    operation.transferred = Some(query.output_buffer_length().into());
    let buffer = query.buffer()?;
    // (class, offset of EndOfFile, offset of FileAttributes) of MS-FSCC 2.4.7, 2.4.47, 2.4.2 and 2.4.33
    let (end_of_file, attributes) = match (operation.info_type, operation.info_class) {
        (Some(INFO_FILE), Some(4)) => (None, Some(32)),
        (Some(INFO_FILE), Some(5)) => (Some(8), None),
        (Some(INFO_FILE), Some(18)) => (Some(48), Some(32)),
        (Some(INFO_FILE), Some(34)) => (Some(40), Some(48)),
        _ => (None, None),
    };
    operation.end_of_file = end_of_file.and_then(|offset| wire::u64_at(buffer, offset, "EndOfFile").ok());
    operation.file_attributes = attributes.and_then(|offset| wire::u32_at(buffer, offset, "FileAttributes").ok());
    Ok(())
}

/// Fills in the class of information, in QUERY_INFO and SET_INFO.
pub(super) fn class(operation: &mut Operation, info_type: u8, class: u8, additional_information: u32) {
    operation.info_type = Some(info_type);
    if info_type == INFO_SECURITY {
        say(operation, format_args!("security, {}", flags::security_information(additional_information)));
        return;
    }
    operation.info_class = Some(class);
    match names::info_class(info_type, class) {
        Some(name) => say(operation, name),
        None => say(operation, format_args!("class {class} of type {info_type}")),
    }
}
