//! IOCTL (MS-SMB2 2.2.31, 2.2.32). What its buffers hold is in [`control_code`](super::control_code).

use super::control_code::{self, Direction};
use super::field::{Field, file_id, u16, u32, x32};
use super::structure::Structure;
use smb2::names;

const CTL_CODE: Field = x32("CtlCode").named32(names::ctl_code);
const FLAGS: Field = x32("Flags").flags(&[(1, "SMB2_0_IOCTL_IS_FSCTL")]);
const REQUEST: &[Field] = &[
    u16("StructureSize"),
    u16("Reserved"),
    CTL_CODE,
    file_id("FileId"),
    u32("InputOffset"),
    u32("InputCount"),
    u32("MaxInputResponse"),
    u32("OutputOffset"),
    u32("OutputCount"),
    u32("MaxOutputResponse"),
    FLAGS,
    u32("Reserved2"),
];
const RESPONSE: &[Field] = &[
    u16("StructureSize"),
    u16("Reserved"),
    CTL_CODE,
    file_id("FileId"),
    u32("InputOffset"),
    u32("InputCount"),
    u32("OutputOffset"),
    u32("OutputCount"),
    FLAGS,
    u32("Reserved2"),
];

pub(super) fn request(body: &mut Structure<'_>) {
    body.fields(REQUEST);
    buffers(body);
}

pub(super) fn response(body: &mut Structure<'_>) {
    body.fields(RESPONSE);
    buffers(body);
}

fn buffers(body: &mut Structure<'_>) {
    let code = body.get(CTL_CODE.name) as u32;
    let (offset, length) = (body.size("InputOffset"), body.size("InputCount"));
    body.part("Input", offset, length, |name, window| control_code::buffer(code, Direction::Input, name, window));
    let (offset, length) = (body.size("OutputOffset"), body.size("OutputCount"));
    body.part("Output", offset, length, |name, window| control_code::buffer(code, Direction::Output, name, window));
}
