//! Seeds of single messages: one of each kind that a trace has.

use crate::target::{CIPHERS, cipher_key};
use capture::{Event, Limits, PacketReader, Trace};
use smb2::message::{NegotiateResponse, SessionSetupRequest, SessionSetupResponse};
use smb2::transport::Protocol;
use smb2::{Command, Header, chain};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

/// Messages of a capture that are signed or encrypted for seeds.
const MOST_TRANSFORMED: usize = 12;

/// The events of a capture.
pub(super) fn trace_events(capture: &[u8]) -> Vec<Event> {
    let Ok(reader) = PacketReader::from_reader(Box::new(Cursor::new(capture.to_vec())), "seed") else {
        return Vec::new();
    };
    let mut trace = Trace::new(reader, Limits::default());
    std::iter::from_fn(|| trace.next_event().ok().flatten()).collect()
}

/// The bodies of the PDUs of a capture.
fn bodies(capture: &[u8]) -> impl Iterator<Item = bytes::Bytes> {
    trace_events(capture).into_iter().filter_map(|event| match event {
        Event::Pdu(pdu) => Some(pdu.body),
        Event::Connect { .. } | Event::Close { .. } => None,
    })
}

/// What tells messages apart: command, flags, chained or not, status, and the beginning of a body that names a class.
type Kind = (u16, u32, bool, u32, Option<[u8; 6]>);

/// The smallest message of each command, way, status and class, and the smallest chain of each first command.
pub(super) fn messages(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut smallest: BTreeMap<Kind, Vec<u8>> = BTreeMap::new();
    let mut keep = |message: &[u8], is_chain| {
        let Ok(header) = Header::parse(message) else { return };
        let status = if header.flags.is_response() { header.status } else { 0 };
        let class = message.get(66..).and_then(|body| body.first_chunk().copied());
        let class =
            class.filter(|_| matches!(header.command, Command::IOCTL | Command::QUERY_INFO | Command::SET_INFO));
        let kind = (header.command.0, header.flags.0 & 3, is_chain, status, class);
        let known = smallest.entry(kind).or_insert_with(|| message.to_vec());
        if message.len() < known.len() {
            *known = message.to_vec();
        }
    };
    for body in bodies(capture) {
        let members: Vec<_> = chain::messages(&body).collect();
        if members.len() > 1 {
            keep(&body, true);
        }
        for member in members {
            keep(body.get(member.range).unwrap_or_default(), false);
        }
    }
    smallest.into_values().collect()
}

/// Transformed PDUs as captured, and messages to sign and to encrypt.
pub(super) fn transforms(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let transformed = |body: &bytes::Bytes| {
        matches!(Protocol::of(body), Some(Protocol::Encrypted | Protocol::Compressed)) && body.len() < 4096
    };
    seeds.extend(bodies(capture).filter(transformed).take(MOST_TRANSFORMED).map(|body| [&[1], &body[..]].concat()));
    for (choice, message) in (0_u8..).zip(messages(capture).into_iter().take(MOST_TRANSFORMED)) {
        seeds.push([&[choice % 12], &message[..]].concat());
        if let Some(cipher) = CIPHERS.get(usize::from(choice & 3)) {
            let encrypted = cipher_key(*cipher).encrypt(1, u64::from(choice), &message);
            seeds.push([&[choice & 3], &encrypted[..]].concat());
        }
    }
    seeds
}

/// The security buffers of a capture, and what is in them.
pub(super) fn security_buffers(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut buffers = BTreeSet::new();
    for body in bodies(capture) {
        let found = [
            SessionSetupRequest::parse(&body).ok().and_then(|view| view.security_buffer().ok()),
            SessionSetupResponse::parse(&body).ok().and_then(|view| view.security_buffer().ok()),
            NegotiateResponse::parse(&body).ok().and_then(|view| view.security_buffer().ok()),
        ];
        let is_of = Header::parse(&body)
            .is_ok_and(|header| matches!(header.command, Command::NEGOTIATE | Command::SESSION_SETUP));
        for buffer in found.into_iter().flatten().filter(|_| is_of) {
            buffers.insert(buffer.to_vec());
            buffers.extend(smb2::auth::spnego::find_ntlm(buffer).map(<[u8]>::to_vec));
        }
    }
    buffers.into_iter().collect()
}
