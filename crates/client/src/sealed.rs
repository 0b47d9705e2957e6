//! A chain of messages as the bytes that go out: its transport header, and the messages behind it.

use bytes::Bytes;
use smb2::transport;

/// Why a chain was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The messages are longer than a transport header can say.
    #[error("the chain is {length} bytes long, the transport allows less than 16 MiB")]
    TooLong {
        /// Length of the chain, bytes.
        length: usize,
    },
    /// Encryption was asked for in a session that has no key for it.
    #[error("session {session_id:#018x} has no encryption key on this connection")]
    NoCipherKey {
        /// The live SessionId.
        session_id: u64,
    },
}

/// A chain that is ready to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its messages, signed and not encrypted.
    pub messages: Vec<Bytes>,
    /// The bytes to write, one behind the other; of large messages they are the same memory.
    pub wire: Vec<Bytes>,
}

/// Bytes of a PDU from which on it is not copied behind its transport header, but written after it.
const LARGE: usize = 64 * 1024;

/// The transport header and the messages behind it.
pub(crate) fn framed(messages: &[Bytes]) -> Result<Vec<Bytes>, SealError> {
    let length = messages.iter().map(Bytes::len).fold(0, usize::saturating_add);
    let frame = transport::frame(length).ok_or(SealError::TooLong { length })?;
    if length >= LARGE {
        return Ok(std::iter::once(Bytes::copy_from_slice(&frame)).chain(messages.iter().cloned()).collect());
    }
    let mut wire = Vec::with_capacity(frame.len().saturating_add(length));
    wire.extend(frame);
    messages.iter().for_each(|message| wire.extend_from_slice(message));
    Ok(vec![Bytes::from(wire)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Connection;

    #[test]
    fn a_large_message_is_not_copied_behind_its_transport_header() {
        for length in [LARGE - 1, LARGE] {
            let sealed = Connection::new(0).seal(vec![vec![7; length]], None).unwrap();
            let whole: Vec<u8> = sealed.wire.concat();
            assert_eq!(whole.first_chunk(), transport::frame(length).as_ref(), "{length}");
            assert_eq!(whole.get(transport::LENGTH..), sealed.messages.first().map(|message| &message[..]), "{length}");
            let is_same = sealed.wire.last().unwrap().as_ptr() == sealed.messages.first().unwrap().as_ptr();
            assert_eq!(is_same, length >= LARGE);
        }
    }
}
