//! One direction of a TCP connection put back in order, and cut into the PDUs of the direct TCP transport.

use crate::message::{Message, split_chain};
use std::collections::BTreeMap;

/// The bytes of one direction, in order.
pub(crate) struct Stream {
    /// Sequence number of the first byte.
    first: u32,
    /// What arrived without a gap.
    bytes: Vec<u8>,
    /// The length of `bytes` after each packet that added some, and the packet's number.
    grown: Vec<(usize, u64)>,
    /// What arrived beyond a gap: position in the stream and bytes.
    early: BTreeMap<u64, Vec<u8>>,
}

impl Stream {
    /// A stream whose SYN had the sequence number `syn`.
    pub(crate) fn after_syn(syn: u32) -> Self {
        Self { first: syn.wrapping_add(1), bytes: Vec::new(), grown: Vec::new(), early: BTreeMap::new() }
    }

    /// Whether the stream starts after a SYN of this sequence number.
    pub(crate) fn starts_after(&self, syn: u32) -> bool {
        self.first == syn.wrapping_add(1)
    }

    /// Takes the payload of a segment, wherever it belongs.
    pub(crate) fn take(&mut self, sequence: u32, payload: &[u8], packet: u64) {
        if payload.is_empty() {
            return;
        }
        let here = self.bytes.len() as u64;
        // The distance to what is awaited next, as a signed number, survives the wrap of sequence numbers.
        let distance = sequence.wrapping_sub(self.first.wrapping_add(here as u32)).cast_signed();
        let Some(position) = here.checked_add_signed(i64::from(distance)) else {
            return;
        };
        let known = self.early.get(&position).map_or(0, Vec::len);
        if payload.len() > known {
            self.early.insert(position, payload.to_vec());
        }
        let before = self.bytes.len();
        self.append_early();
        if self.bytes.len() > before {
            self.grown.push((self.bytes.len(), packet));
        }
    }

    fn append_early(&mut self) {
        while let Some(entry) = self.early.first_entry() {
            let Some(overlap) = (self.bytes.len() as u64).checked_sub(*entry.key()) else {
                return;
            };
            let bytes = entry.remove();
            self.bytes.extend_from_slice(bytes.get(overlap as usize..).unwrap_or_default());
        }
    }

    /// Number of the packet that brought the byte before `end`.
    fn packet_of(&self, end: usize) -> u64 {
        let index = self.grown.partition_point(|(length, _)| *length < end);
        self.grown.get(index).map_or(0, |(_, packet)| *packet)
    }

    /// The messages of the stream, and what was wrong with it.
    pub(crate) fn messages(&self) -> (Vec<Message>, Vec<String>) {
        let mut messages = Vec::new();
        let mut faults = Vec::new();
        if let Some(position) = self.early.keys().next() {
            faults.push(format!("bytes {}..{position} of the stream are missing", self.bytes.len()));
        }
        let mut at = 0_usize;
        let mut pdu = 0_usize;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let [kind, length @ ..] = rest.first_chunk::<4>().copied().unwrap_or([0xff; 4]);
            let length = u32::from_be_bytes([0, length[0], length[1], length[2]]) as usize;
            let end = at.saturating_add(4).saturating_add(length);
            let body = self.bytes.get(at.saturating_add(4)..end);
            match (kind, body) {
                // A session message (RFC 1002 4.3.1); others, as keep-alives, carry no SMB.
                (0x00, Some(body)) => {
                    match split_chain(body, pdu, self.packet_of(end)) {
                        Ok(chain) => messages.extend(chain),
                        Err(fault) => faults.push(format!("PDU {pdu} at byte {at} of the stream: {fault}")),
                    }
                    pdu = pdu.saturating_add(1);
                }
                (0x81..=0x85, Some(_)) => {}
                _ => {
                    faults.push(format!(
                        "the stream ends in, or loses, its framing at byte {at} of {}",
                        self.bytes.len()
                    ));
                    break;
                }
            }
            at = end;
        }
        (messages, faults)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    /// A PDU with one SMB2 message of 64 + `extra` bytes.
    fn pdu(extra: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 64 + extra, 0xfe, b'S', b'M', b'B'];
        bytes.resize(4 + 64 + usize::from(extra), extra);
        bytes[4 + 20..4 + 24].fill(0);
        bytes
    }

    #[test]
    fn segments_are_put_in_order_across_the_wrap_and_repeats_add_nothing() {
        let bytes = [pdu(1), pdu(2), pdu(3)].concat();
        let mut stream = Stream::after_syn(u32::MAX - 50);
        let sequence = |at: usize| (u32::MAX - 50).wrapping_add(1).wrapping_add(at as u32);
        stream.take(sequence(0), &bytes[..40], 1);
        stream.take(sequence(100), &bytes[100..], 2);
        stream.take(sequence(0), &bytes[..40], 3);
        stream.take(sequence(30), &bytes[30..60], 4);
        stream.take(sequence(55), &bytes[55..110], 5);
        stream.take(sequence(90), &bytes[90..120], 6);
        assert_eq!(stream.bytes, bytes);
        let (messages, faults) = stream.messages();
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(messages.iter().map(|message| message.bytes.len()).collect::<Vec<_>>(), [65, 66, 67]);
        assert!(messages.iter().all(|message| message.packet == 5));
    }

    #[test]
    fn a_keep_alive_probe_before_the_stream_is_ignored() {
        let mut stream = Stream::after_syn(10);
        stream.take(10, &[0], 1);
        stream.take(11, &pdu(0), 2);
        assert_eq!(stream.messages().0.len(), 1);
    }

    #[test]
    fn a_gap_and_a_cut_pdu_are_faults() {
        let mut gap = Stream::after_syn(0);
        gap.take(1, &pdu(1), 1);
        gap.take(100, &[1], 2);
        assert_eq!(gap.messages().1, ["bytes 69..99 of the stream are missing"]);

        let mut cut = Stream::after_syn(0);
        cut.take(1, &pdu(1)[..30], 1);
        assert_eq!(cut.messages().1, ["the stream ends in, or loses, its framing at byte 0 of 30"]);
    }
}
