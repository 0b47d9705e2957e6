//! The SMB2 messages in the TCP segments of a recording, wherever they begin: what tells clients and sessions apart is
//! changed in place.

use std::collections::BTreeMap;

use anyhow::ensure;
use lab::packets::Segment;

/// Length of an SMB2 header (MS-SMB2 2.2.1).
const HEADER: usize = 64;
/// As much of a message is looked at: its header, and a NEGOTIATE request up to its ClientGuid (2.2.3).
const LOOKED_AT: usize = HEADER + 13;
/// The last byte of the SessionId, so that all of it has been seen.
const SESSION_ID_END: usize = 47;
const CLIENT_GUID: usize = HEADER + 12;

/// The directions of all connections.
#[derive(Default)]
pub(super) struct Messages {
    directions: BTreeMap<[u16; 2], Direction>,
}

/// One direction of a connection.
#[derive(Default)]
struct Direction {
    /// The sequence number that comes next, once one is known.
    next: Option<u32>,
    /// The four bytes before a message (2.1), as far as they have come.
    length: Vec<u8>,
    /// What is to come of the message.
    left: usize,
    /// The beginning of the message of the chain, as far as it has come.
    head: Vec<u8>,
    /// How many bytes of it have come.
    position: usize,
}

impl Messages {
    /// Gives the messages of the next segment other SessionIds and ClientGuids, the same for the same `mark`.
    ///
    /// Fails when something is missing before the segment, since it cannot be known then where messages begin.
    pub(super) fn mark(&mut self, segment: &mut Segment<'_>, mark: u8) -> anyhow::Result<()> {
        let direction = self.directions.entry(segment.ports()).or_default();
        let sequence = segment.sequence();
        if segment.is_syn() {
            *direction = Direction { next: Some(sequence.wrapping_add(1)), ..Direction::default() };
            return Ok(());
        }
        let length = u32::try_from(segment.payload.len())?;
        let next = *direction.next.get_or_insert(sequence);
        let already_seen = next.wrapping_sub(sequence);
        if length == 0 || (length..1 << 31).contains(&already_seen) {
            return Ok(());
        }
        ensure!(already_seen == 0, "segments of the recording are missing or in another order: record it again");
        direction.next = Some(next.wrapping_add(length));
        direction.mark(segment.payload, mark);
        Ok(())
    }
}

impl Direction {
    fn mark(&mut self, mut payload: &mut [u8], mark: u8) {
        while !payload.is_empty() {
            let taken = if self.left == 0 {
                self.take_length(payload)
            } else if self.position < LOOKED_AT {
                self.take_head(payload, mark)
            } else {
                let taken = self.left_of_chained().min(payload.len());
                self.pass(taken);
                taken
            };
            payload = payload.get_mut(taken..).unwrap_or_default();
        }
    }

    fn take_length(&mut self, payload: &[u8]) -> usize {
        self.length.extend(payload.first());
        if let [_, a, b, c] = *self.length {
            self.left = u32::from_be_bytes([0, a, b, c]) as usize;
            self.length.clear();
            self.head.clear();
            self.position = 0;
        }
        1
    }

    fn take_head(&mut self, payload: &mut [u8], mark: u8) -> usize {
        let Some(byte) = payload.first_mut() else { return 0 };
        self.head.push(*byte);
        if self.is_to_be_marked() {
            *byte ^= mark;
        }
        self.pass(1);
        1
    }

    /// Whether the last byte that came belongs to what tells sessions or clients apart.
    fn is_to_be_marked(&self) -> bool {
        let is_smb2 = self.head.starts_with(b"\xfeSMB");
        match self.position {
            // No session yet, and the session of the request before.
            SESSION_ID_END => {
                let id = self.head.get(40..48).unwrap_or_default();
                is_smb2 && id != [0; 8] && id != [0xff; 8]
            }
            CLIENT_GUID => is_smb2 && self.head.get(12..14) == Some(&[0, 0]) && self.is_request(),
            _ => false,
        }
    }

    fn is_request(&self) -> bool {
        self.head.get(16).is_some_and(|flags| flags & 1 == 0)
    }

    /// What is to come of the message of the chain.
    fn left_of_chained(&self) -> usize {
        let next = self.head.get(20..24).and_then(|bytes| bytes.first_chunk());
        let next = next.map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
        // Zero, or nonsense: no other message follows.
        let left = next.checked_sub(self.position).filter(|left| *left > 0);
        left.unwrap_or(self.left).min(self.left)
    }

    fn pass(&mut self, bytes: usize) {
        let ends_chained = self.left_of_chained() == bytes;
        self.left = self.left.saturating_sub(bytes);
        self.position = self.position.saturating_add(bytes);
        if ends_chained {
            self.head.clear();
            self.position = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
    #![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    /// A message with this command, NextCommand and SessionId, and `body` bytes behind its header.
    fn message(command: u8, next: u32, session: u64, body: usize) -> Vec<u8> {
        let mut message = vec![0; HEADER + body];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[12] = command;
        message[20..24].copy_from_slice(&next.to_le_bytes());
        message[40..48].copy_from_slice(&session.to_le_bytes());
        message
    }

    fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
        let messages = messages.concat();
        let length = u32::try_from(messages.len()).unwrap();
        [&length.to_be_bytes()[..], &messages].concat()
    }

    /// Where bytes differ once they were marked in pieces of `size`.
    fn marked(stream: &[u8], size: usize) -> Vec<usize> {
        let mut changed = stream.to_vec();
        let mut direction = Direction::default();
        changed.chunks_mut(size).for_each(|piece| direction.mark(piece, 3));
        (0..stream.len()).filter(|at| changed[*at] != stream[*at]).collect()
    }

    #[test]
    fn session_ids_are_found_however_the_stream_is_cut() {
        // WRITE; CREATE and, related to it, CLOSE of one session; a session that is not there yet; ECHO.
        let chain = [message(5, 72, 7, 8), message(6, 64, u64::MAX, 0), message(13, 0, 9, 0)];
        let streams = [framed(&[message(9, 0, 7, 5_000)]), framed(&chain), framed(&[message(1, 0, 0, 24)])];
        let second = 4 + HEADER + 5_000 + 4;
        let expected = [4 + SESSION_ID_END, second + SESSION_ID_END, second + 72 + 64 + SESSION_ID_END];
        for size in [1, 2, 3, 47, 48, 64, 77, 1_000, 10_000] {
            assert_eq!(marked(&streams.concat(), size), expected, "{size}");
        }
    }

    #[test]
    fn the_client_guid_of_a_negotiate_request_is_changed_and_nothing_of_its_response() {
        let request = message(0, 0, 0, 36);
        let mut response = request.clone();
        response[16] = 1;
        assert_eq!(marked(&framed(&[request]), 50), [4 + CLIENT_GUID]);
        assert_eq!(marked(&framed(&[response]), 50), [0; 0]);
    }

    #[test]
    fn what_is_no_smb2_is_left_alone() {
        let smb1 = [&b"\xffSMB"[..], &[0x72; 200]].concat();
        assert_eq!(marked(&framed(&[smb1]), 7), [0; 0]);
    }
}
