//! CREATE (MS-SMB2 2.2.13, 2.2.14).

use super::create_context;
use super::field::{Field, file_id, time, u8, u16, u32, u64, x8, x32, x64};
use super::node::Node;
use super::structure::{Structure, text};
use smb2::names::{self, flags};

/// OplockLevel.
pub(super) const fn oplock_level(name: &'static str) -> Field {
    x8(name).named8(names::oplock_level)
}

const REQUEST: &[Field] = &[
    u16("StructureSize"),
    x8("SecurityFlags"),
    oplock_level("RequestedOplockLevel"),
    u32("ImpersonationLevel").named32(names::impersonation_level),
    x64("SmbCreateFlags"),
    x64("Reserved"),
    x32("DesiredAccess").bits(flags::access_mask),
    x32("FileAttributes").bits(flags::file_attributes),
    x32("ShareAccess").bits(flags::share_access),
    u32("CreateDisposition").named32(names::create_disposition),
    x32("CreateOptions").bits(flags::create_options),
    u16("NameOffset"),
    u16("NameLength"),
    u32("CreateContextsOffset"),
    u32("CreateContextsLength"),
];
const RESPONSE_BEGINNING: &[Field] = &[
    u16("StructureSize"),
    oplock_level("OplockLevel"),
    x8("Flags").flags(&[(1, "SMB2_CREATE_FLAG_REPARSEPOINT")]),
    u32("CreateAction").named32(names::create_action),
];
/// Times, sizes and attributes as CREATE and CLOSE responses have them.
pub(super) const OPEN_INFORMATION: &[Field] = &[
    time("CreationTime"),
    time("LastAccessTime"),
    time("LastWriteTime"),
    time("ChangeTime"),
    u64("AllocationSize"),
    u64("EndofFile"),
    x32("FileAttributes").bits(flags::file_attributes),
];
const RESPONSE_END: &[Field] =
    &[u32("Reserved2"), file_id("FileId"), u32("CreateContextsOffset"), u32("CreateContextsLength")];

pub(super) fn request(body: &mut Structure<'_>) {
    body.fields(REQUEST);
    let (offset, length) = (body.size("NameOffset"), body.size("NameLength"));
    match length {
        0 => {
            body.push(Node::new("FileName", body.empty(offset)).valued("").meaning(Some("the root of the share")));
        }
        _ => body.part("FileName", offset, length, text),
    }
    create_contexts(body, create_context::of_request);
}

pub(super) fn response(body: &mut Structure<'_>) {
    body.fields(RESPONSE_BEGINNING).fields(OPEN_INFORMATION).fields(RESPONSE_END);
    create_contexts(body, create_context::of_response);
}

fn create_contexts<'a>(body: &mut Structure<'a>, read: create_context::Read<'a>) {
    let (offset, length) = (body.size("CreateContextsOffset"), body.size("CreateContextsLength"));
    body.part("CreateContexts", offset, length, |name, window| create_context::list(name, window, read));
}

/// One byte that tells true from false.
pub(super) const fn boolean(name: &'static str) -> Field {
    u8(name).codes(&[(0, "false"), (1, "true")])
}
