//! NTLM messages (MS-NLMP 2.2.1). What a password can be guessed with is not shown: responses, proofs, the encrypted
//! session key and the MIC.

use super::field::{Field, bytes, time, u8, u16, u32, withheld, x32};
use super::node::Node;
use super::structure::{MOST_ENTRIES, Structure, data, numbered, text};
use super::value;
use super::window::Window;
use smb2::auth::ntlm::NegotiateFlags;

const FLAGS: &[(u64, &str)] = &[
    (0x0000_0001, "NTLMSSP_NEGOTIATE_UNICODE"),
    (0x0000_0002, "NTLM_NEGOTIATE_OEM"),
    (0x0000_0004, "NTLMSSP_REQUEST_TARGET"),
    (0x0000_0010, "NTLMSSP_NEGOTIATE_SIGN"),
    (0x0000_0020, "NTLMSSP_NEGOTIATE_SEAL"),
    (0x0000_0040, "NTLMSSP_NEGOTIATE_DATAGRAM"),
    (0x0000_0080, "NTLMSSP_NEGOTIATE_LM_KEY"),
    (0x0000_0200, "NTLMSSP_NEGOTIATE_NTLM"),
    (0x0000_0800, "ANONYMOUS"),
    (0x0000_1000, "NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED"),
    (0x0000_2000, "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED"),
    (0x0000_8000, "NTLMSSP_NEGOTIATE_ALWAYS_SIGN"),
    (0x0001_0000, "NTLMSSP_TARGET_TYPE_DOMAIN"),
    (0x0002_0000, "NTLMSSP_TARGET_TYPE_SERVER"),
    (0x0008_0000, "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY"),
    (0x0010_0000, "NTLMSSP_NEGOTIATE_IDENTIFY"),
    (0x0040_0000, "NTLMSSP_REQUEST_NON_NT_SESSION_KEY"),
    (0x0080_0000, "NTLMSSP_NEGOTIATE_TARGET_INFO"),
    (0x0200_0000, "NTLMSSP_NEGOTIATE_VERSION"),
    (0x2000_0000, "NTLMSSP_NEGOTIATE_128"),
    (0x4000_0000, "NTLMSSP_NEGOTIATE_KEY_EXCH"),
    (0x8000_0000, "NTLMSSP_NEGOTIATE_56"),
];
const NEGOTIATE_FLAGS: Field = x32("NegotiateFlags").flags(FLAGS);
const MESSAGE_TYPE: Field =
    u32("MessageType").codes(&[(1, "NEGOTIATE_MESSAGE"), (2, "CHALLENGE_MESSAGE"), (3, "AUTHENTICATE_MESSAGE")]);
const VERSION: &[Field] = &[
    u8("ProductMajorVersion"),
    u8("ProductMinorVersion"),
    u16("ProductBuild"),
    bytes("Reserved", 3),
    u8("NTLMRevisionCurrent"),
];
const VERSION_LENGTH: usize = 8;
const AV_IDS: &[(u64, &str)] = &[
    (0, "MsvAvEOL"),
    (1, "MsvAvNbComputerName"),
    (2, "MsvAvNbDomainName"),
    (3, "MsvAvDnsComputerName"),
    (4, "MsvAvDnsDomainName"),
    (5, "MsvAvDnsTreeName"),
    (6, "MsvAvFlags"),
    (7, "MsvAvTimestamp"),
    (8, "MsvAvSingleHost"),
    (9, "MsvAvTargetName"),
    (10, "MsvAvChannelBindings"),
];
const CLIENT_CHALLENGE: &[Field] = &[
    u8("RespType"),
    u8("HiRespType"),
    u16("Reserved1"),
    u32("Reserved2"),
    time("TimeStamp"),
    bytes("ChallengeFromClient", 8),
    u32("Reserved3"),
];
/// Length of an NTLMv1 response.
const NTLM_V1: usize = 24;

/// An NTLM message with its signature.
pub(super) fn message(window: Window<'_>) -> Node {
    let mut parts = Structure::new(window);
    parts.next("Signature", 8, |name, window| Node::new(name, window.range()).valued(value::ascii(window.bytes())));
    parts.fields(&[MESSAGE_TYPE]);
    let name = match parts.get(MESSAGE_TYPE.name) {
        1 => {
            negotiate(&mut parts);
            "NEGOTIATE_MESSAGE"
        }
        2 => {
            challenge(&mut parts);
            "CHALLENGE_MESSAGE"
        }
        3 => {
            authenticate(&mut parts);
            "AUTHENTICATE_MESSAGE"
        }
        _ => {
            parts.remainder("Data", data);
            "NTLM message"
        }
    };
    parts.node(name)
}

/// Len, MaxLen and BufferOffset of a part of the payload; returns where that lies.
fn location(parts: &mut Structure<'_>, name: &'static str) -> (usize, usize) {
    let (offset, length) = {
        let here = parts.rest();
        (here.u32(4).unwrap_or_default() as usize, usize::from(here.u16(0).unwrap_or_default()))
    };
    parts.next(name, 8, |name, window| {
        let fields = Structure::new(window).read(&[u16("Len"), u16("MaxLen"), u32("BufferOffset")]);
        Node::new(name, window.range()).with(fields)
    });
    (offset, length)
}

/// Version, where the fixed part of this message has one: payload begins behind it.
fn version(parts: &mut Structure<'_>, payload: &[(usize, usize)]) {
    let end = parts.at().saturating_add(VERSION_LENGTH);
    if payload_start(parts, payload) >= end {
        parts.next("Version", VERSION_LENGTH, |name, window| {
            Node::new(name, window.range()).with(Structure::new(window).read(VERSION))
        });
    }
}

/// Where the payload begins; clients of different ages have fixed parts of different lengths.
fn payload_start(parts: &Structure<'_>, payload: &[(usize, usize)]) -> usize {
    let used = payload.iter().filter(|(_, length)| *length > 0).map(|(offset, _)| *offset);
    used.min().unwrap_or(parts.window().len())
}

fn negotiate(parts: &mut Structure<'_>) {
    parts.fields(&[NEGOTIATE_FLAGS]);
    if parts.rest().len() < 16 {
        return;
    }
    let domain = location(parts, "DomainNameFields");
    let workstation = location(parts, "WorkstationFields");
    version(parts, &[domain, workstation]);
    parts.part("DomainName", domain.0, domain.1, oem);
    parts.part("WorkstationName", workstation.0, workstation.1, oem);
}

fn challenge(parts: &mut Structure<'_>) {
    let target_name = location(parts, "TargetNameFields");
    parts.fields(&[NEGOTIATE_FLAGS, bytes("ServerChallenge", 8), bytes("Reserved", 8)]);
    let target_info = location(parts, "TargetInfoFields");
    version(parts, &[target_name, target_info]);
    let text = characters(parts);
    parts.part("TargetName", target_name.0, target_name.1, text);
    parts.part("TargetInfo", target_info.0, target_info.1, av_pairs);
}

fn authenticate(parts: &mut Structure<'_>) {
    let lm = location(parts, "LmChallengeResponseFields");
    let nt = location(parts, "NtChallengeResponseFields");
    let domain = location(parts, "DomainNameFields");
    let user = location(parts, "UserNameFields");
    let workstation = location(parts, "WorkstationFields");
    let payload = [lm, nt, domain, user, workstation];
    // The oldest clients send neither a session key nor flags.
    let mut key = (0, 0);
    if payload_start(parts, &payload) >= parts.at().saturating_add(12) {
        key = location(parts, "EncryptedRandomSessionKeyFields");
        parts.fields(&[NEGOTIATE_FLAGS]);
        version(parts, &payload);
        if payload_start(parts, &payload) >= parts.at().saturating_add(16) {
            parts.fields(&[withheld("MIC", 16)]);
        }
    }
    let text = characters(parts);
    parts.part("LmChallengeResponse", lm.0, lm.1, secret);
    parts.part("NtChallengeResponse", nt.0, nt.1, nt_response);
    parts.part("DomainName", domain.0, domain.1, text);
    parts.part("UserName", user.0, user.1, text);
    parts.part("Workstation", workstation.0, workstation.1, text);
    parts.part("EncryptedRandomSessionKey", key.0, key.1, secret);
}

/// How the texts of a message are encoded, by its flags.
fn characters(parts: &Structure<'_>) -> fn(&'static str, Window<'_>) -> Node {
    let flags = NegotiateFlags(parts.get(NEGOTIATE_FLAGS.name) as u32);
    if flags.has(NegotiateFlags::UNICODE) { text } else { oem }
}

/// Which code page it is, the wire does not say: taken as Latin-1.
fn oem(name: &'static str, window: Window<'_>) -> Node {
    let text: String = window.bytes().iter().copied().map(char::from).collect();
    Node::new(name, window.range()).valued(text)
}

fn secret(name: &'static str, window: Window<'_>) -> Node {
    Node::new(name, window.range()).withheld()
}

/// NTLMv2_RESPONSE (MS-NLMP 2.2.2.8), or the 24 bytes of NTLMv1.
fn nt_response(name: &'static str, window: Window<'_>) -> Node {
    if window.len() <= NTLM_V1 {
        return secret(name, window);
    }
    let mut parts = Structure::new(window);
    parts.fields(&[withheld("NTProofStr", 16)]).fields(CLIENT_CHALLENGE);
    parts.remainder("AvPairs", av_pairs);
    parts.node(name)
}

/// AV_PAIR lists (MS-NLMP 2.2.2.1).
fn av_pairs(name: &'static str, window: Window<'_>) -> Node {
    let mut list = Structure::new(window);
    for index in 0..MOST_ENTRIES {
        let rest = list.rest();
        let Some(length) = rest.u16(2) else { break };
        let length = usize::from(length).saturating_add(4);
        let mut pair = Structure::new(rest.first(length));
        pair.fields(&[u16("AvId").codes(AV_IDS), u16("AvLen")]);
        let (id, value) = (pair.get("AvId"), pair.size("AvLen"));
        match (id, value) {
            (6, 4) => {
                pair.fields(&[x32("Value").flags(&[(1, "account authentication is constrained"), (2, "MIC present")])]);
            }
            (7, 8) => {
                pair.fields(&[time("Value")]);
            }
            (1..=5 | 9, _) => pair.next("Value", value, text),
            _ => pair.next("Value", value, data),
        }
        let called = AV_IDS.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
        list.push(pair.node(numbered("AV_PAIR", index)).meaning(called));
        list.skip(length.min(rest.len()));
        if id == 0 {
            break;
        }
    }
    list.node(name)
}
