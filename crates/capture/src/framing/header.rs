//! Transport headers, and what can be believed to be one.
//!
//! Direct TCP (MS-SMB2 2.1) and the NetBIOS session service (RFC 1002 4.3) share their first four bytes: a type, 0 for a
//! message, and a length.

use crate::pdu::Direction;
use smb2::transport::{LENGTH, Protocol};

/// Bytes of a transport header and the ProtocolId behind it.
pub(super) const WITH_PROTOCOL: usize = LENGTH + 4;

/// Bytes that [`believable`] looks at: up to the Flags of an SMB2 header.
pub(super) const EVIDENCE: usize = LENGTH + 20;

/// What the bytes where a transport header should be are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Header {
    /// A PDU with a body of so many bytes.
    Pdu(usize),
    /// A message of the NetBIOS session service other than a session message, with so many bytes behind its header.
    SessionService(usize),
    /// A keep-alive, or a message of no bytes.
    KeepAlive,
    /// More bytes are needed to tell.
    Undecided,
    /// No transport header.
    Foreign,
}

/// Reads the transport header and ProtocolId at the start of `bytes`.
pub(super) fn classify(bytes: &[u8]) -> Header {
    match (bytes.first(), length(bytes)) {
        (Some(0 | 0x81..=0x85), None) | (None, _) => Header::Undecided,
        (Some(0 | 0x85), Some(0)) => Header::KeepAlive,
        (Some(0), Some(length)) if length >= 4 => match bytes.get(LENGTH..WITH_PROTOCOL) {
            None if may_be_protocol(bytes.get(LENGTH..).unwrap_or_default()) => Header::Undecided,
            Some(protocol) if Protocol::of(protocol).is_some() => Header::Pdu(length),
            _ => Header::Foreign,
        },
        // SESSION REQUEST: two encoded names of 34 bytes, or longer with a scope.
        (Some(0x81), Some(length)) if (68..=512).contains(&length) => Header::SessionService(length),
        // POSITIVE, NEGATIVE and RETARGET SESSION RESPONSE
        (Some(0x82), Some(0)) => Header::SessionService(0),
        (Some(0x83), Some(1)) => Header::SessionService(1),
        (Some(0x84), Some(6)) => Header::SessionService(6),
        _ => Header::Foreign,
    }
}

/// The length field of the transport header at the start of `bytes`.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let header: [u8; LENGTH] = *bytes.first_chunk()?;
    Some((u32::from_be_bytes(header) & 0x00ff_ffff) as usize)
}

/// Whether a search for a transport header finds one at the start of `bytes`; `None` when more bytes are needed. `sender`
/// is the direction of the stream where known: a message must be of that direction.
pub(super) fn believable(bytes: &[u8], sender: Option<Direction>) -> Option<bool> {
    let known = bytes.len().min(WITH_PROTOCOL);
    if bytes.first().is_some_and(|first| *first != 0) || !may_be_protocol(bytes.get(LENGTH..known).unwrap_or_default())
    {
        return Some(false);
    }
    if bytes.len() < EVIDENCE {
        return None;
    }
    let (length, body) = (length(bytes)?, bytes.get(LENGTH..)?);
    Some(match Protocol::of(body)? {
        // 64 is the StructureSize of an SMB2 header (MS-SMB2 2.2.1) and the least length of a message.
        Protocol::Smb2 => length >= 64 && body.get(4..6) == Some(&[64, 0]) && sent_by(body, sender),
        Protocol::Smb1 => length >= 35 && sent_by(body, sender),
        Protocol::Encrypted => length > 52,
        Protocol::Compressed => length > 16,
    })
}

/// The direction of the message or chain in `body`, as its header has it: SMB2_FLAGS_SERVER_TO_REDIR (MS-SMB2 2.2.1.2) or
/// SMB_FLAGS_REPLY (MS-CIFS 2.2.3.1). `None` when it is encrypted, compressed or cut.
pub(crate) fn direction(body: &[u8]) -> Option<Direction> {
    let response = match Protocol::of(body)? {
        Protocol::Smb2 => body.get(16)? & 0x01 != 0,
        Protocol::Smb1 => body.get(9)? & 0x80 != 0,
        Protocol::Encrypted | Protocol::Compressed => return None,
    };
    Some(if response { Direction::ServerToClient } else { Direction::ClientToServer })
}

fn sent_by(body: &[u8], sender: Option<Direction>) -> bool {
    sender.is_none() || direction(body) == sender
}

/// Whether `bytes`, at most four, can be the start of a ProtocolId.
fn may_be_protocol(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(|first| *first >= 0xfc)
        && bytes.iter().skip(1).zip(b"SMB").all(|(byte, letter)| byte == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_other_bytes() {
        assert_eq!(classify(b"\0\0\0\x10\xfeSMB"), Header::Pdu(16));
        assert_eq!(classify(b"\0\0\x10\x10\xffSMB"), Header::Pdu(0x1010));
        assert_eq!(classify(b"\0\0\0\x10\xfeS"), Header::Undecided);
        assert_eq!(classify(b"\0\0\0\x10\xfeX"), Header::Foreign);
        assert_eq!(classify(b"\x85\0\0\0"), Header::KeepAlive);
        assert_eq!(classify(b"\x81\0\0\x44"), Header::SessionService(68));
        assert_eq!(classify(b"\x81\0\0\x01"), Header::Foreign);
        assert_eq!(classify(b"GET "), Header::Foreign);
        assert_eq!(classify(b""), Header::Undecided);
    }

    #[test]
    fn a_search_believes_whole_headers_of_the_right_direction() {
        let mut request = b"\0\0\0\x44\xfeSMB\x40\0".to_vec();
        request.resize(EVIDENCE, 0);
        assert_eq!(believable(&request, None), Some(true));
        assert_eq!(believable(&request, Some(Direction::ClientToServer)), Some(true));
        assert_eq!(believable(&request, Some(Direction::ServerToClient)), Some(false));
        assert_eq!(believable(request.get(..9).unwrap_or_default(), None), None);
        assert_eq!(believable(b"\0\0\0\x44\xfeSMb", None), Some(false));
        let mut other_structure = request.clone();
        other_structure.iter_mut().skip(8).take(1).for_each(|byte| *byte = 63);
        assert_eq!(believable(&other_structure, None), Some(false));
    }
}
