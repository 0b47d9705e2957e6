//! CLOSE, FLUSH, READ, WRITE and LOCK (MS-SMB2 2.2.15 to 2.2.22, 2.2.26, 2.2.27).

use super::context::Context;
use super::create::OPEN_INFORMATION;
use super::field::{Field, file_id, u8, u16, u32, u64, x8, x16, x32};
use super::node::Node;
use super::rpc;
use super::structure::{Structure, data};
use super::window::Window;
use smb2::names::flags;

const CLOSE_FLAGS: Field = x16("Flags").flags(&[(1, "SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB")]);
const CLOSE_REQUEST: &[Field] = &[u16("StructureSize"), CLOSE_FLAGS, u32("Reserved"), file_id("FileId")];
const CLOSE_RESPONSE: &[Field] = &[u16("StructureSize"), CLOSE_FLAGS, u32("Reserved")];
/// FLUSH Request.
pub(super) const FLUSH_REQUEST: &[Field] =
    &[u16("StructureSize"), u16("Reserved1"), u32("Reserved2"), file_id("FileId")];
const CHANNELS: &[(u64, &str)] = &[
    (0, "SMB2_CHANNEL_NONE"),
    (1, "SMB2_CHANNEL_RDMA_V1"),
    (2, "SMB2_CHANNEL_RDMA_V1_INVALIDATE"),
    (3, "SMB2_CHANNEL_RDMA_TRANSFORM"),
];
const READ_REQUEST: &[Field] = &[
    u16("StructureSize"),
    x8("Padding"),
    x8("Flags").flags(&[(1, "SMB2_READFLAG_READ_UNBUFFERED"), (2, "SMB2_READFLAG_REQUEST_COMPRESSED")]),
    u32("Length"),
    u64("Offset"),
    file_id("FileId"),
    u32("MinimumCount"),
    u32("Channel").codes(CHANNELS),
    u32("RemainingBytes"),
    u16("ReadChannelInfoOffset"),
    u16("ReadChannelInfoLength"),
];
const READ_RESPONSE: &[Field] = &[
    u16("StructureSize"),
    u8("DataOffset"),
    u8("Reserved"),
    u32("DataLength"),
    u32("DataRemaining"),
    x32("Flags").flags(&[(1, "SMB2_READFLAG_RESPONSE_RDMA_TRANSFORM")]),
];
const WRITE_REQUEST: &[Field] = &[
    u16("StructureSize"),
    u16("DataOffset"),
    u32("Length"),
    u64("Offset"),
    file_id("FileId"),
    u32("Channel").codes(CHANNELS),
    u32("RemainingBytes"),
    u16("WriteChannelInfoOffset"),
    u16("WriteChannelInfoLength"),
    x32("Flags").flags(&[(1, "SMB2_WRITEFLAG_WRITE_THROUGH"), (2, "SMB2_WRITEFLAG_WRITE_UNBUFFERED")]),
];
/// WRITE Response.
pub(super) const WRITE_RESPONSE: &[Field] = &[
    u16("StructureSize"),
    u16("Reserved"),
    u32("Count"),
    u32("Remaining"),
    u16("WriteChannelInfoOffset"),
    u16("WriteChannelInfoLength"),
];
const LOCK_REQUEST: &[Field] =
    &[u16("StructureSize"), u16("LockCount"), x32("LockSequence").told(lock_sequence), file_id("FileId")];
const LOCK: &[Field] = &[u64("Offset"), u64("Length"), x32("Flags").bits(flags::lock_flags), u32("Reserved")];
/// SMB2_BUFFER_DESCRIPTOR_V1 (MS-SMBD 2.2.3.1).
const RDMA_DESCRIPTOR: &[Field] = &[u64("Offset"), x32("Token"), u32("Length")];

pub(super) fn close_request(body: &mut Structure<'_>) {
    body.fields(CLOSE_REQUEST);
}

pub(super) fn close_response(body: &mut Structure<'_>) {
    body.fields(CLOSE_RESPONSE).fields(OPEN_INFORMATION);
}

pub(super) fn read_request(body: &mut Structure<'_>) {
    body.fields(READ_REQUEST);
    let (offset, length) = (body.size("ReadChannelInfoOffset"), body.size("ReadChannelInfoLength"));
    body.part("ReadChannelInfo", offset, length, channel_info);
}

pub(super) fn read_response(body: &mut Structure<'_>, context: Context) {
    body.fields(READ_RESPONSE);
    let (offset, length) = (body.size("DataOffset"), body.size("DataLength"));
    body.part("Data", offset, length, contents(context));
}

pub(super) fn write_request(body: &mut Structure<'_>, context: Context) {
    body.fields(WRITE_REQUEST);
    let (offset, length) = (body.size("DataOffset"), body.size("Length"));
    // With a channel the data does not travel in the message.
    body.part("Data", offset, length, contents(context));
    let (offset, length) = (body.size("WriteChannelInfoOffset"), body.size("WriteChannelInfoLength"));
    body.part("WriteChannelInfo", offset, length, channel_info);
}

pub(super) fn lock_request(body: &mut Structure<'_>) {
    body.fields(LOCK_REQUEST);
    body.elements("Lock", body.size("LockCount"), LOCK);
}

/// How data of a READ or WRITE is shown: that of a pipe is DCE/RPC.
fn contents(context: Context) -> fn(&'static str, Window<'_>) -> Node {
    if context.is_pipe { rpc::data } else { data }
}

fn channel_info(name: &'static str, window: Window<'_>) -> Node {
    let mut list = Structure::new(window);
    list.elements("SMB2_BUFFER_DESCRIPTOR_V1", window.len() / 16, RDMA_DESCRIPTOR);
    list.node(name)
}

fn lock_sequence(value: u64) -> Option<String> {
    (value != 0).then(|| format!("index {}, number {}", value >> 4, value & 0xf))
}
