//! TREE_CONNECT (MS-SMB2 2.2.9, 2.2.10).

use super::field::{Field, bytes, u8, u16, u32, x16, x32};
use super::structure::{Structure, text};
use smb2::message::TreeConnectRequest;
use smb2::names::{self, flags};

const REQUEST: &[Field] = &[
    u16("StructureSize"),
    x16("Flags").flags(&[
        (0x1, "SMB2_TREE_CONNECT_FLAG_CLUSTER_RECONNECT"),
        (0x2, "SMB2_TREE_CONNECT_FLAG_REDIRECT_TO_OWNER"),
        (0x4, "SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT"),
    ]),
    u16("PathOffset"),
    u16("PathLength"),
];
const EXTENSION: &[Field] = &[u32("TreeConnectContextOffset"), u16("TreeConnectContextCount"), bytes("Reserved", 10)];
const RESPONSE: &[Field] = &[
    u16("StructureSize"),
    u8("ShareType").named8(names::share_type),
    u8("Reserved"),
    x32("ShareFlags").bits(flags::share_flags),
    x32("Capabilities").bits(flags::share_capabilities),
    x32("MaximalAccess").bits(flags::access_mask),
];

pub(super) fn request(body: &mut Structure<'_>) {
    body.fields(REQUEST);
    if body.get("Flags") & u64::from(TreeConnectRequest::EXTENSION_PRESENT) != 0 {
        body.fields(EXTENSION);
    }
    let (offset, length) = (body.size("PathOffset"), body.size("PathLength"));
    body.part("PathName", offset, length, text);
}

pub(super) fn response(body: &mut Structure<'_>) {
    body.fields(RESPONSE);
}
