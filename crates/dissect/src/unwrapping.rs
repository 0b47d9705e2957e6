//! Taking PDUs out of what they were sent in: encryption, compression, or compression within encryption
//! (MS-SMB2 3.2.5.1.1, 3.2.5.1.10).

use crate::connection::Connection;
use crate::operation::Operation;
use crate::state::State;
use bytes::Bytes;
use capture::Pdu;
use smb2::compression::{self, LARGEST_MESSAGE};
use smb2::transport::Protocol;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that expanded messages may take which are still in use, as requests without an answer are. A few bytes expand to
/// megabytes, so the number of these messages is no bound.
const HELD_LIMIT: usize = 512 << 20;

/// What a message was sent in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wrapping {
    /// In an SMB2 TRANSFORM_HEADER, which was opened.
    pub(crate) encrypted: bool,
    /// In an SMB2 COMPRESSION_TRANSFORM_HEADER, which was expanded.
    pub(crate) compressed: bool,
}

/// How far a PDU could be unwrapped.
pub(crate) struct Unwrapped {
    /// What was taken off.
    pub(crate) wrapping: Wrapping,
    /// Why it is compressed still.
    pub(crate) refusal: Option<String>,
}

/// Expands messages, and knows how many bytes of them are in use.
#[derive(Debug, Default)]
pub(crate) struct Expander {
    held: Arc<AtomicUsize>,
}

impl State {
    /// Decrypts a PDU for which there is a key, and expands it if it is compressed.
    pub(crate) fn unwrap(&mut self, connection: &Connection, pdu: &mut Pdu) -> Unwrapped {
        let mut wrapping = Wrapping::default();
        if let Some(plain) = self.decrypt(connection, pdu) {
            pdu.body = plain;
            wrapping.encrypted = true;
        }
        let mut refusal = None;
        if Protocol::of(&pdu.body) == Some(Protocol::Compressed) {
            match self.expander.expand(pdu) {
                Ok(body) => {
                    self.counters.expanded_pdus = self.counters.expanded_pdus.saturating_add(1);
                    pdu.body = body;
                    wrapping.compressed = true;
                }
                Err(reason) => refusal = Some(reason),
            }
        }
        Unwrapped { wrapping, refusal }
    }
}

impl Wrapping {
    /// Whether it came in anything.
    pub(crate) fn is_any(self) -> bool {
        self.encrypted || self.compressed
    }
}

impl Operation {
    /// One of its messages was sent in `wrapping`.
    pub(crate) fn wrapped(&mut self, wrapping: Wrapping) {
        self.encrypted |= wrapping.encrypted;
        self.compressed |= wrapping.compressed;
    }
}

impl Expander {
    /// The expanded message, or why there is none.
    fn expand(&self, pdu: &Pdu) -> Result<Bytes, String> {
        if !pdu.holes.is_empty() {
            return Err("compressed, and not all of it is captured".to_owned());
        }
        self.expand_within(&pdu.body, HELD_LIMIT)
    }

    /// The expanded message while no more than `limit` bytes of such are in use.
    fn expand_within(&self, message: &[u8], limit: usize) -> Result<Bytes, String> {
        if self.held.load(Ordering::Relaxed) > limit.saturating_sub(LARGEST_MESSAGE) {
            return Err("compressed, and too many expanded messages are in use".to_owned());
        }
        let bytes = compression::expand(message).map_err(|error| format!("compressed: {error}"))?;
        Ok(Bytes::from_owner(Held::new(bytes, &self.held)))
    }
}

/// An expanded message in use: counted until the last part of it is dropped.
struct Held {
    bytes: Vec<u8>,
    held: Arc<AtomicUsize>,
}

impl Held {
    fn new(bytes: Vec<u8>, held: &Arc<AtomicUsize>) -> Self {
        held.fetch_add(bytes.capacity(), Ordering::Relaxed);
        Self { bytes, held: Arc::clone(held) }
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes.capacity(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    /// A chained message of one Pattern_V1 payload: `count` zeros.
    fn zeros(count: u32) -> Vec<u8> {
        let mut message = b"\xfcSMB".to_vec();
        message.extend(count.to_le_bytes());
        message.extend([4, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
        message.extend(count.to_le_bytes());
        message
    }

    #[test]
    fn what_is_expanded_and_in_use_is_bounded_and_what_is_dropped_makes_room() {
        let expander = Expander::default();
        let (message, limit) = (zeros(1 << 20), LARGEST_MESSAGE + (3 << 20));
        let mut held: Vec<Bytes> = std::iter::from_fn(|| expander.expand_within(&message, limit).ok()).collect();
        assert_eq!(held.len(), 3);
        assert!(expander.expand_within(&message, limit).unwrap_err().contains("in use"));
        let part = held.pop().unwrap().slice(..10);
        assert!(expander.expand_within(&message, limit).is_err(), "a part of it is still in use");
        drop(part);
        assert_eq!(expander.expand_within(&message, limit).unwrap().len(), 1 << 20);
        drop(held);
        assert_eq!(expander.held.load(Ordering::Relaxed), 0);
    }
}
