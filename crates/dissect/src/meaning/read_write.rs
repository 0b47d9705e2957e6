//! READ and WRITE (MS-SMB2 2.2.19 to 2.2.22): `transferred` is the response's DataLength or Count.

use super::{payload, say, size};
use crate::operation::Operation;
use capture::Hole;
use smb2::Malformed;
use smb2::message::{ReadRequest, ReadResponse, WriteRequest, WriteResponse};

pub(super) fn read_request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let read = ReadRequest::parse(message)?;
    operation.file_id = Some(read.file_id());
    operation.offset = Some(read.offset());
    operation.length = Some(read.length().into());
    say(operation, format_args!("{} at {}", size(read.length().into()), read.offset()));
    Ok(())
}

pub(super) fn read_response(operation: &mut Operation, message: &[u8], holes: &[Hole]) -> Result<(), Malformed> {
    let read = ReadResponse::parse(message)?;
    let length = u64::from(read.data_length());
    operation.transferred = Some(length);
    if operation.length != Some(length) {
        say(operation, format_args!("{} read", size(length)));
    }
    payload(operation, message, read.data_range()?, holes);
    Ok(())
}

pub(super) fn write_request(operation: &mut Operation, message: &[u8], holes: &[Hole]) -> Result<(), Malformed> {
    let write = WriteRequest::parse(message)?;
    operation.file_id = Some(write.file_id());
    operation.offset = Some(write.offset());
    operation.length = Some(write.length().into());
    say(operation, format_args!("{} at {}", size(write.length().into()), write.offset()));
    payload(operation, message, write.data_range()?, holes);
    Ok(())
}

pub(super) fn write_response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let count = u64::from(WriteResponse::parse(message)?.count());
    operation.transferred = Some(count);
    if operation.length != Some(count) {
        say(operation, format_args!("{} written", size(count)));
    }
    Ok(())
}
