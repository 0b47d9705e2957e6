//! IOCTL (MS-SMB2 2.2.31, 2.2.32): `length` is MaxOutputResponse, `transferred` the output's OutputCount.

use super::{say, size};
use crate::operation::Operation;
use smb2::message::{IoctlRequest, IoctlResponse};
use smb2::{Malformed, names};

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let ioctl = IoctlRequest::parse(message)?;
    operation.file_id = Some(ioctl.file_id());
    operation.length = Some(ioctl.max_output_response().into());
    code(operation, ioctl.ctl_code());
    say(operation, format_args!("{} in", size(ioctl.input_count().into())));
    ioctl.input().map(drop)
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let ioctl = IoctlResponse::parse(message)?;
    if operation.ctl_code.is_none() {
        operation.file_id = Some(ioctl.file_id());
        code(operation, ioctl.ctl_code());
    }
    operation.transferred = Some(ioctl.output_count().into());
    say(operation, format_args!("{} out", size(ioctl.output_count().into())));
    ioctl.output().map(drop)
}

fn code(operation: &mut Operation, code: u32) {
    operation.ctl_code = Some(code);
    match names::ctl_code(code) {
        Some(name) => say(operation, name),
        None => say(operation, format_args!("{code:#010x}")),
    }
}
