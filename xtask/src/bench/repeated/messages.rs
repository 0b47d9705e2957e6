//! The SMB2 messages in the TCP segments of a recording, wherever they begin: which bytes of them tell clients and
//! sessions apart.

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
/// As much of a connection waits at most for a segment that was recorded later than what is behind it, bytes.
const MOST_WAITING: usize = 64 << 20;

/// A byte of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Number of the packet, from 0 on.
    pub(super) packet: u32,
    /// Offset in its TCP payload.
    pub(super) offset: u32,
}

/// The directions of all connections.
#[derive(Default)]
pub(super) struct Messages {
    directions: BTreeMap<[u16; 2], Direction>,
    places: Vec<Place>,
}

/// One direction of a connection.
#[derive(Default)]
struct Direction {
    /// The sequence number that comes next, once one is known.
    next: Option<u32>,
    /// Segments that were recorded before others that they follow, by sequence number, with their packets.
    waiting: BTreeMap<u32, (u32, Vec<u8>)>,
    position: Position,
}

/// Where in the messages a direction is.
#[derive(Default)]
struct Position {
    /// The four bytes before a message (2.1), as far as they have come.
    length: Vec<u8>,
    /// What is to come of the message.
    left: usize,
    /// The beginning of the message of the chain, as far as it has come.
    head: Vec<u8>,
    /// How many bytes of it have come.
    passed: usize,
}

impl Messages {
    /// Takes the next packet's segment.
    ///
    /// Fails when what is before it is missing, since it cannot be known then where messages begin.
    pub(super) fn take(&mut self, packet: u32, segment: &Segment<'_>) -> anyhow::Result<()> {
        let direction = self.directions.entry(segment.ports()).or_default();
        if segment.is_syn() {
            *direction = Direction { next: Some(segment.sequence().wrapping_add(1)), ..Direction::default() };
            return Ok(());
        }
        if segment.payload.is_empty() {
            return Ok(());
        }
        let next = *direction.next.get_or_insert(segment.sequence());
        let early = segment.sequence().wrapping_sub(next);
        if (1..1 << 31).contains(&early) {
            direction.waiting.insert(segment.sequence(), (packet, segment.payload.to_vec()));
            let bytes: usize = direction.waiting.values().map(|(_, payload)| payload.len()).sum();
            ensure!(bytes <= MOST_WAITING, "segments are missing: record it again");
            return Ok(());
        }
        direction.pass(packet, segment.sequence(), segment.payload, &mut self.places)?;
        while let Some((sequence, (packet, payload))) = direction.waits_no_longer() {
            direction.pass(packet, sequence, &payload, &mut self.places)?;
        }
        Ok(())
    }

    /// The last byte of every SessionId and the first of every ClientGuid, in the order of packets.
    pub(super) fn places(mut self) -> anyhow::Result<Vec<Place>> {
        let are_complete = self.directions.values().all(|direction| direction.waiting.is_empty());
        ensure!(are_complete, "segments are missing: record it again");
        self.places.sort_unstable();
        Ok(self.places)
    }
}

impl Direction {
    /// A segment before which nothing is missing any more.
    fn waits_no_longer(&mut self) -> Option<(u32, (u32, Vec<u8>))> {
        let next = self.next?;
        let is_due = |sequence: &&u32| next.wrapping_sub(**sequence) < 1 << 31;
        let sequence = *self.waiting.keys().find(is_due)?;
        self.waiting.remove_entry(&sequence)
    }

    /// Passes what is new of a segment that follows what was passed, or repeats it.
    fn pass(&mut self, packet: u32, sequence: u32, payload: &[u8], places: &mut Vec<Place>) -> anyhow::Result<()> {
        let seen = self.next.map_or(0, |next| next.wrapping_sub(sequence)) as usize;
        let new = payload.get(seen..).unwrap_or_default();
        self.next = self.next.map(|next| next.wrapping_add(u32::try_from(new.len()).unwrap_or_default()));
        for offset in self.position.pass_all(new) {
            places.push(Place { packet, offset: u32::try_from(seen.saturating_add(offset))? });
        }
        Ok(())
    }
}

impl Position {
    /// Passes bytes; the offsets among them that tell sessions or clients apart.
    fn pass_all(&mut self, bytes: &[u8]) -> Vec<usize> {
        let (mut at, mut found) = (0_usize, Vec::new());
        while let Some(byte) = bytes.get(at) {
            if self.left == 0 {
                self.take_length(*byte);
            } else if self.passed < LOOKED_AT {
                self.head.push(*byte);
                if self.tells_apart() {
                    found.push(at);
                }
                self.pass(1);
            } else {
                let passed = self.left_of_chained().min(bytes.len().saturating_sub(at));
                self.pass(passed);
                at = at.saturating_add(passed);
                continue;
            }
            at = at.saturating_add(1);
        }
        found
    }

    fn take_length(&mut self, byte: u8) {
        self.length.push(byte);
        if let [_, a, b, c] = *self.length {
            self.left = u32::from_be_bytes([0, a, b, c]) as usize;
            self.length.clear();
            self.head.clear();
            self.passed = 0;
        }
    }

    /// Whether the last byte that came belongs to what tells sessions or clients apart.
    fn tells_apart(&self) -> bool {
        let is_smb2 = self.head.starts_with(b"\xfeSMB");
        match self.passed {
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
        let left = next.checked_sub(self.passed).filter(|left| *left > 0);
        left.unwrap_or(self.left).min(self.left)
    }

    fn pass(&mut self, bytes: usize) {
        let ends_chained = self.left_of_chained() == bytes;
        self.left = self.left.saturating_sub(bytes);
        self.passed = self.passed.saturating_add(bytes);
        if ends_chained {
            self.head.clear();
            self.passed = 0;
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

    /// What is found in a stream that comes in pieces of `size`.
    fn found(stream: &[u8], size: usize) -> Vec<usize> {
        let mut position = Position::default();
        let pieces = stream.chunks(size).enumerate();
        pieces
            .flat_map(|(number, piece)| position.pass_all(piece).into_iter().map(move |at| number * size + at))
            .collect()
    }

    #[test]
    fn session_ids_are_found_however_the_stream_is_cut() {
        // WRITE; CREATE and, related to it, CLOSE of one session; a session that is not there yet; ECHO.
        let chain = [message(5, 72, 7, 8), message(6, 64, u64::MAX, 0), message(13, 0, 9, 0)];
        let streams = [framed(&[message(9, 0, 7, 5_000)]), framed(&chain), framed(&[message(1, 0, 0, 24)])];
        let second = 4 + HEADER + 5_000 + 4;
        let expected = [4 + SESSION_ID_END, second + SESSION_ID_END, second + 72 + 64 + SESSION_ID_END];
        for size in [1, 2, 3, 47, 48, 64, 77, 1_000, 10_000] {
            assert_eq!(found(&streams.concat(), size), expected, "{size}");
        }
    }

    #[test]
    fn the_client_guid_of_a_negotiate_request_is_found_and_nothing_of_its_response() {
        let request = message(0, 0, 0, 36);
        let mut response = request.clone();
        response[16] = 1;
        assert_eq!(found(&framed(&[request]), 50), [4 + CLIENT_GUID]);
        assert_eq!(found(&framed(&[response]), 50), [0; 0]);
    }

    #[test]
    fn what_is_no_smb2_is_left_alone() {
        let smb1 = [&b"\xffSMB"[..], &[0x72; 200]].concat();
        assert_eq!(found(&framed(&[smb1]), 7), [0; 0]);
    }

    /// The places found in a direction whose segments, numbered from the stream's beginning, are recorded in this order.
    fn places(stream: &[u8], size: usize, order: &[usize]) -> anyhow::Result<Vec<Place>> {
        let mut messages = Messages::default();
        let direction = messages.directions.entry([1, 2]).or_default();
        // Sequence numbers begin again in the middle.
        let first = u32::MAX - 100;
        direction.next = Some(first);
        let segments: Vec<&[u8]> = stream.chunks(size).collect();
        for number in order {
            let sequence = first.wrapping_add(u32::try_from(number * size).unwrap());
            let (mut header, mut payload) = ([0; 14], segments[*number].to_vec());
            header[..4].copy_from_slice(&[0, 1, 0, 2]);
            header[4..8].copy_from_slice(&sequence.to_be_bytes());
            let packet = u32::try_from(*number).unwrap();
            messages.take(packet, &Segment::from_parts(&mut header, &mut payload))?;
        }
        messages.places()
    }

    #[test]
    fn segments_in_another_order_or_sent_again_are_put_in_order() {
        let stream = [framed(&[message(9, 0, 7, 500)]), framed(&[message(8, 0, 7, 500)])].concat();
        let in_order = places(&stream, 100, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]).unwrap();
        assert_eq!(in_order, [Place { packet: 0, offset: 51 }, Place { packet: 6, offset: 19 }]);
        assert_eq!(places(&stream, 100, &[0, 2, 1, 1, 5, 4, 3, 2, 8, 7, 6, 11, 9, 10]).unwrap(), in_order);
        assert!(places(&stream, 100, &[0, 1, 3, 4]).is_err());
    }
}
