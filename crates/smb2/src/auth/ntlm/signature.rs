//! NTLM message signatures with extended session security (MS-NLMP 3.4.4.2, 3.4.5): SPNEGO's mechListMIC.

use super::NegotiateFlags;
use super::nt_hash::{hmac_md5, md5, rc4};

/// Who signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// The client.
    ClientToServer,
    /// The server.
    ServerToClient,
}

/// GSS_GetMIC: NTLMSSP_MESSAGE_SIGNATURE over the first message (SeqNum 0) of a direction.
///
/// `flags` are those of AUTHENTICATE; extended session security is taken for granted.
pub fn first_signature(
    session_key: &[u8; 16],
    flags: NegotiateFlags,
    direction: Direction,
    message: &[u8],
) -> [u8; 16] {
    let sequence = 0u32.to_le_bytes();
    let mac = hmac_md5(&sign_key(session_key, direction), &[&sequence, message]);
    let [checksum @ .., _, _, _, _, _, _, _, _] = mac;
    let checksum = if flags.has(NegotiateFlags::KEY_EXCH) {
        rc4(&seal_key(session_key, flags, direction), checksum)
    } else {
        checksum
    };
    let mut signature = [0; 16];
    let parts = 1u32.to_le_bytes().into_iter().chain(checksum).chain(sequence);
    signature.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    signature
}

/// SIGNKEY.
fn sign_key(session_key: &[u8; 16], direction: Direction) -> [u8; 16] {
    md5(&[
        session_key,
        match direction {
            Direction::ClientToServer => b"session key to client-to-server signing key magic constant\0",
            Direction::ServerToClient => b"session key to server-to-client signing key magic constant\0",
        },
    ])
}

/// SEALKEY.
fn seal_key(session_key: &[u8; 16], flags: NegotiateFlags, direction: Direction) -> [u8; 16] {
    let strength = if flags.has(NegotiateFlags::KEY_128) {
        16
    } else if flags.has(NegotiateFlags::KEY_56) {
        7
    } else {
        5
    };
    md5(&[
        session_key.get(..strength).unwrap_or_default(),
        match direction {
            Direction::ClientToServer => b"session key to client-to-server sealing key magic constant\0",
            Direction::ServerToClient => b"session key to server-to-client sealing key magic constant\0",
        },
    ])
}
