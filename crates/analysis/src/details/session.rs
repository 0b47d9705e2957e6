//! SESSION_SETUP, LOGOFF, ECHO and CANCEL (MS-SMB2 2.2.5 to 2.2.8, 2.2.28 to 2.2.30).

use super::field::{Field, u16, u32, x8, x16, x32, x64};
use super::security_token;
use super::structure::Structure;
use smb2::names::flags;

/// The body of the many messages that say nothing but that they are there.
pub(super) const EMPTY: &[Field] = &[u16("StructureSize"), u16("Reserved")];

const SETUP_REQUEST: &[Field] = &[
    u16("StructureSize"),
    x8("Flags").bits8(flags::session_setup_flags),
    x8("SecurityMode").told(security_mode),
    x32("Capabilities").bits(flags::capabilities),
    u32("Channel"),
    u16("SecurityBufferOffset"),
    u16("SecurityBufferLength"),
    x64("PreviousSessionId"),
];
const SETUP_RESPONSE: &[Field] = &[
    u16("StructureSize"),
    x16("SessionFlags").bits16(flags::session_flags),
    u16("SecurityBufferOffset"),
    u16("SecurityBufferLength"),
];

pub(super) fn setup_request(body: &mut Structure<'_>) {
    body.fields(SETUP_REQUEST);
    security_buffer(body);
}

pub(super) fn setup_response(body: &mut Structure<'_>) {
    body.fields(SETUP_RESPONSE);
    security_buffer(body);
}

fn security_buffer(body: &mut Structure<'_>) {
    let (offset, length) = (body.size("SecurityBufferOffset"), body.size("SecurityBufferLength"));
    body.part("SecurityBuffer", offset, length, security_token::token);
}

fn security_mode(bits: u64) -> Option<String> {
    (bits != 0).then(|| flags::security_mode(bits as u16).to_string())
}
