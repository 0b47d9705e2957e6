//! CLOSE and FLUSH: a handle and little else (MS-SMB2 2.2.15 to 2.2.18).

use crate::operation::Operation;
use smb2::Malformed;
use smb2::message::{CloseRequest, CloseResponse, FlushRequest, FlushResponse};

/// SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB: the response carries attributes.
const POSTQUERY_ATTRIB: u16 = 1;

pub(super) fn close_request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    operation.file_id = Some(CloseRequest::parse(message)?.file_id());
    Ok(())
}

pub(super) fn close_response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let close = CloseResponse::parse(message)?;
    if close.flags() & POSTQUERY_ATTRIB != 0 {
        operation.end_of_file = Some(close.end_of_file());
        operation.file_attributes = Some(close.file_attributes());
    }
    Ok(())
}

pub(super) fn flush_request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    operation.file_id = Some(FlushRequest::parse(message)?.file_id());
    Ok(())
}

pub(super) fn flush_response(message: &[u8]) -> Result<(), Malformed> {
    FlushResponse::parse(message).map(drop)
}
