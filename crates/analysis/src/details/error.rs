//! The ERROR response (MS-SMB2 2.2.2).

use super::field::{Field, u8, u16, u32, x16, x32};
use super::node::Node;
use super::reparse_point::{SYMLINK_FLAGS, reparse_tag};
use super::structure::{Structure, data, numbered, text};
use super::window::Window;
use smb2::NtStatus;
use smb2::message::ErrorContext;

const BODY: &[Field] = &[u16("StructureSize"), u8("ErrorContextCount"), u8("Reserved"), u32("ByteCount")];
const CONTEXT: &[Field] = &[
    u32("ErrorDataLength"),
    x32("ErrorId").codes(&[(0, "SMB2_ERROR_ID_DEFAULT"), (0x7264_5253, "SMB2_ERROR_ID_SHARE_REDIRECT")]),
];
const SYMBOLIC_LINK: &[Field] = &[
    u32("SymLinkLength"),
    x32("SymLinkErrorTag"),
    x32("ReparseTag").told(reparse_tag),
    u16("ReparseDataLength"),
    u16("UnparsedPathLength"),
    u16("SubstituteNameOffset"),
    u16("SubstituteNameLength"),
    u16("PrintNameOffset"),
    u16("PrintNameLength"),
    x32("Flags").flags(SYMLINK_FLAGS),
];
const SHARE_REDIRECT: &[Field] = &[
    u32("StructureSize"),
    u32("NotificationType").codes(&[(3, "SHARE_MOVE_NOTIFICATION")]),
    u32("ResourceNameOffset"),
    u32("ResourceNameLength"),
    x16("Flags"),
    u16("TargetType"),
    u32("IPAddrCount"),
];
/// MOVE_DST_IPADDR (MS-SMB2 2.2.2.2.2.1).
const ADDRESS: &[Field] = &[
    u32("Type").codes(&[(1, "MOVE_DST_IPADDR_V4"), (2, "MOVE_DST_IPADDR_V6")]),
    u32("Reserved"),
    super::field::bytes("IPAddress", 16),
];

/// The body; what ErrorData holds depends on the status.
pub(super) fn body(body: &mut Structure<'_>, status: NtStatus) {
    body.fields(BODY);
    let (count, length) = (body.size("ErrorContextCount"), body.size("ByteCount"));
    body.next("ErrorData", length, |name, window| {
        if count == 0 { error_data(name, window, status) } else { contexts(name, window, count, status) }
    });
}

fn contexts(name: &'static str, window: Window<'_>, count: usize, status: NtStatus) -> Node {
    let mut list = Structure::new(window);
    let mut at = 0_usize;
    for index in 0..count {
        let rest = window.from(at);
        if rest.len() == 0 {
            break;
        }
        let length = 8_usize.saturating_add(rest.u32(0).unwrap_or_default() as usize);
        let mut context = Structure::new(rest.first(length));
        context.fields(CONTEXT);
        let (id, data_length) = (context.get("ErrorId") as u32, context.size("ErrorDataLength"));
        context.next("ErrorContextData", data_length, |name, window| match id {
            ErrorContext::SHARE_REDIRECT => share_redirect(name, window),
            _ => error_data(name, window, status),
        });
        list.push(context.node(numbered("ErrorContext", index)));
        at = at.saturating_add(length.next_multiple_of(8));
    }
    list.node(name)
}

fn error_data(name: &'static str, window: Window<'_>, status: NtStatus) -> Node {
    let mut parts = Structure::new(window);
    match status {
        NtStatus::STOPPED_ON_SYMLINK => {
            parts.fields(SYMBOLIC_LINK);
            let start = parts.at();
            for (name, offset, length) in [
                ("SubstituteName", "SubstituteNameOffset", "SubstituteNameLength"),
                ("PrintName", "PrintNameOffset", "PrintNameLength"),
            ] {
                let (offset, length) = (start.saturating_add(parts.size(offset)), parts.size(length));
                parts.part(name, offset, length, text);
            }
        }
        NtStatus::BUFFER_TOO_SMALL | NtStatus::INFO_LENGTH_MISMATCH if window.len() == 4 => {
            parts.fields(&[u32("MinimumBufferLength")]);
        }
        _ => return data(name, window),
    }
    parts.node(name)
}

/// Share Redirect Error Context Response (MS-SMB2 2.2.2.2.2).
fn share_redirect(name: &'static str, window: Window<'_>) -> Node {
    let mut parts = Structure::new(window);
    parts.fields(SHARE_REDIRECT);
    parts.elements("MOVE_DST_IPADDR", parts.size("IPAddrCount"), ADDRESS);
    let (offset, length) = (parts.size("ResourceNameOffset"), parts.size("ResourceNameLength"));
    parts.part("ResourceName", offset, length, text);
    parts.node(name)
}
