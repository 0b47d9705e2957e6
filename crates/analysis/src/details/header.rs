//! The SMB2 packet header (MS-SMB2 2.2.1).

use super::field::{Field, bytes, u16, u32, u64, x32, x64};
use super::node::Node;
use super::structure::Structure;
use super::window::Window;
use smb2::names::flags;
use smb2::{Command, Header, HeaderFlags, NtStatus, header};

const BEGINNING: &[Field] = &[bytes("ProtocolId", 4), u16("StructureSize"), u16("CreditCharge")];
const OF_REQUEST: &[Field] =
    &[u16("ChannelSequence"), u16("Reserved"), u16("Command").told(command), u16("CreditRequest")];
const OF_RESPONSE: &[Field] = &[x32("Status").told(status), u16("Command").told(command), u16("CreditResponse")];
const FLAGS: &[Field] = &[x32("Flags").told(flags), u32("NextCommand"), u64("MessageId")];
const ASYNC: &[Field] = &[x64("AsyncId")];
const SYNC: &[Field] = &[x32("Reserved"), x32("TreeId")];
const END: &[Field] = &[x64("SessionId"), bytes("Signature", 16)];

/// The header at the start of a message: that of a request or of a response, in its synchronous or asynchronous form.
pub(super) fn header(message: Window<'_>) -> Node {
    let window = message.first(header::LENGTH);
    let mut header = Structure::new(window);
    let flags = Header::parse(message.bytes()).map(|header| header.flags).unwrap_or_default();
    header.fields(BEGINNING);
    header.fields(if flags.is_response() { OF_RESPONSE } else { OF_REQUEST });
    header.fields(FLAGS);
    header.fields(if flags.is_async() { ASYNC } else { SYNC });
    header.fields(END);
    header.node(if flags.is_async() { "SMB2 Packet Header - ASYNC" } else { "SMB2 Packet Header - SYNC" })
}

/// An NTSTATUS by its name.
pub(super) fn status(code: u64) -> Option<String> {
    NtStatus(code as u32).name().map(str::to_owned)
}

fn command(code: u64) -> Option<String> {
    Command(code as u16).name().map(|name| format!("SMB2 {name}"))
}

/// The names of the flags; the three bits of the priority are one number.
fn flags(bits: u64) -> Option<String> {
    let bits = bits as u32;
    let priority = (bits & HeaderFlags::PRIORITY_MASK) >> 4;
    let rest = bits & !HeaderFlags::PRIORITY_MASK;
    let named = (rest != 0).then(|| flags::header_flags(rest).to_string());
    let priority = (priority != 0).then(|| format!("priority {priority}"));
    let all: Vec<String> = named.into_iter().chain(priority).collect();
    (!all.is_empty()).then(|| all.join("|"))
}
