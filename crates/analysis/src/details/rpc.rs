//! DCE/RPC over named pipes: the headers of PDUs (C706 12.6; MS-RPCE 2.2.2). Stub data stays bytes.

use super::field::{Field, bytes, guid, u8, u16, u32, x8, x32};
use super::header::status;
use super::node::Node;
use super::security_token;
use super::structure::{MOST_ENTRIES, Structure, data as raw, numbered};
use super::value;
use super::window::Window;
use smb2::Guid;
use smb2::rpc::{Interface, Order, PacketType, Pdu};

const HEADER: &[Field] = &[
    u8("rpc_vers"),
    u8("rpc_vers_minor"),
    u8("PTYPE").told(packet_type),
    x8("pfc_flags").flags(&[
        (0x01, "PFC_FIRST_FRAG"),
        (0x02, "PFC_LAST_FRAG"),
        (0x04, "PFC_SUPPORT_HEADER_SIGN"),
        (0x10, "PFC_CONC_MPX"),
        (0x20, "PFC_DID_NOT_EXECUTE"),
        (0x40, "PFC_MAYBE"),
        (0x80, "PFC_OBJECT_UUID"),
    ]),
    bytes("packed_drep", 4),
    u16("frag_length"),
    u16("auth_length"),
    u32("call_id"),
];
const ASSOCIATION: &[Field] = &[u16("max_xmit_frag"), u16("max_recv_frag"), u32("assoc_group_id")];
const TRAILER: &[Field] = &[
    u8("auth_type").codes(&[
        (9, "RPC_C_AUTHN_GSS_NEGOTIATE"),
        (10, "RPC_C_AUTHN_WINNT"),
        (14, "RPC_C_AUTHN_GSS_SCHANNEL"),
        (16, "RPC_C_AUTHN_GSS_KERBEROS"),
        (68, "RPC_C_AUTHN_NETLOGON"),
    ]),
    u8("auth_level").codes(&[
        (1, "RPC_C_AUTHN_LEVEL_NONE"),
        (2, "RPC_C_AUTHN_LEVEL_CONNECT"),
        (3, "RPC_C_AUTHN_LEVEL_CALL"),
        (4, "RPC_C_AUTHN_LEVEL_PKT"),
        (5, "RPC_C_AUTHN_LEVEL_PKT_INTEGRITY"),
        (6, "RPC_C_AUTHN_LEVEL_PKT_PRIVACY"),
    ]),
    u8("auth_pad_length"),
    u8("auth_reserved"),
    u32("auth_context_id"),
];
/// Bytes of the fields in front of an authentication token.
const TRAILER_LENGTH: usize = 8;
/// PFC_OBJECT_UUID.
const OBJECT_UUID: u64 = 0x80;
/// Bytes of a syntax: UUID and version.
const SYNTAX: usize = 20;

/// What a pipe carried: PDUs one behind the other, or bytes where it is no DCE/RPC.
pub(super) fn data(name: &'static str, window: Window<'_>) -> Node {
    let mut list = Structure::new(window);
    for index in 0..MOST_ENTRIES {
        let rest = list.rest();
        // Fields are read as little-endian; senders of the other order do not speak SMB.
        let Ok(found) = Pdu::parse(rest.bytes()) else { break };
        if found.order() != Order::Little {
            break;
        }
        let length = usize::from(found.frag_length());
        list.push(pdu(rest.first(length), numbered("DCE/RPC", index), found.packet_type()));
        list.skip(length.min(rest.len()));
        if list.rest().len() == 0 {
            break;
        }
    }
    if list.at() == 0 {
        return raw(name, window);
    }
    list.remainder("Data", raw);
    list.node(name)
}

fn pdu(window: Window<'_>, name: String, kind: PacketType) -> Node {
    // The fixed part and the body end where padding and token of the authentication begin.
    let auth_length = usize::from(window.u16(10).unwrap_or_default());
    let trailer = if auth_length == 0 { 0 } else { auth_length.saturating_add(TRAILER_LENGTH) };
    let body_end = window.len().saturating_sub(trailer);
    let mut parts = Structure::new(window.first(body_end));
    parts.fields(HEADER);
    body(&mut parts, kind);
    let mut all = parts.finish();
    if trailer != 0 && body_end >= Pdu::HEADER_LENGTH {
        let mut end = Structure::new(window.from(body_end));
        end.fields(TRAILER);
        end.next("auth_value", auth_length, security_token::token);
        all.push(end.node("sec_trailer"));
    }
    Node::new(name, window.range()).meaning(kind.name()).with(all)
}

fn body(parts: &mut Structure<'_>, kind: PacketType) {
    match kind {
        PacketType::REQUEST => {
            parts.fields(&[u32("alloc_hint"), u16("p_cont_id"), u16("opnum")]);
            if parts.get("pfc_flags") & OBJECT_UUID != 0 {
                parts.fields(&[guid("object")]);
            }
            parts.remainder("stub_data", raw);
        }
        PacketType::RESPONSE => {
            parts.fields(&[u32("alloc_hint"), u16("p_cont_id"), u8("cancel_count"), u8("reserved")]);
            parts.remainder("stub_data", raw);
        }
        PacketType::FAULT => {
            parts.fields(&[u32("alloc_hint"), u16("p_cont_id"), u8("cancel_count"), u8("reserved")]);
            parts.fields(&[x32("status").told(status), u32("reserved2")]);
            parts.remainder("stub_data", raw);
        }
        PacketType::BIND | PacketType::ALTER_CONTEXT => {
            parts.fields(ASSOCIATION).fields(&[u8("n_context_elem"), u8("reserved"), u16("reserved2")]);
            for index in 0..parts.size("n_context_elem") {
                if parts.rest().len() == 0 {
                    break;
                }
                let transfers = usize::from(parts.rest().u8(2).unwrap_or_default());
                let length = transfers.saturating_add(1).saturating_mul(SYNTAX).saturating_add(4);
                let mut context = Structure::new(parts.rest().first(length));
                context.fields(&[u16("p_cont_id"), u8("n_transfer_syn"), u8("reserved")]);
                context.next("abstract_syntax", SYNTAX, syntax);
                for _ in 0..transfers {
                    context.next("transfer_syntax", SYNTAX, syntax);
                }
                parts.push(context.node(numbered("p_cont_elem", index)));
                parts.skip(length);
            }
        }
        PacketType::BIND_ACK | PacketType::ALTER_CONTEXT_RESP => {
            parts.fields(ASSOCIATION).fields(&[u16("sec_addr length")]);
            parts.next("sec_addr", parts.size("sec_addr length"), |name, window| {
                let text = window.bytes().strip_suffix(&[0]).unwrap_or(window.bytes());
                Node::new(name, window.range()).valued(value::ascii(text))
            });
            parts.skip(parts.at().checked_next_multiple_of(4).map_or(0, |end| end.saturating_sub(parts.at())));
            parts.fields(&[u8("n_results"), u8("reserved"), u16("reserved2")]);
            for index in 0..parts.size("n_results") {
                if parts.rest().len() == 0 {
                    break;
                }
                let mut result = Structure::new(parts.rest().first(SYNTAX.saturating_add(4)));
                const RESULTS: &[(u64, &str)] =
                    &[(0, "acceptance"), (1, "user_rejection"), (2, "provider_rejection"), (3, "negotiate_ack")];
                result.fields(&[u16("result").codes(RESULTS), u16("reason")]);
                result.next("transfer_syntax", SYNTAX, syntax);
                parts.push(result.node(numbered("p_result", index)));
                parts.skip(SYNTAX.saturating_add(4));
            }
        }
        _ => parts.remainder("body", raw),
    }
}

/// p_syntax_id_t.
fn syntax(name: &'static str, window: Window<'_>) -> Node {
    let uuid = Guid(window.bytes().get(..16).and_then(|uuid| uuid.try_into().ok()).unwrap_or_default());
    let mut parts = Structure::new(window);
    parts.fields(&[guid("if_uuid"), u16("if_version major"), u16("if_version minor")]);
    parts.node(name).meaning(Interface::by_uuid(uuid).map(Interface::name))
}

fn packet_type(code: u64) -> Option<String> {
    PacketType(code as u8).name().map(str::to_owned)
}
