//! Fragments of IP packets, put together in bounded memory.

use crate::counters::{Counters, count};
use crate::pdu::Timestamp;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Packets of which fragments are kept; the oldest makes room.
const MAX_PACKETS: usize = 256;
/// Fragments kept of a packet.
const MAX_FRAGMENTS: usize = 256;
/// Nanoseconds that a packet's fragments are apart at most, as receivers have it: later ones are another packet's, which has
/// the same identification again.
const PATIENCE: u64 = 30_000_000_000;

/// What the fragments of one packet have in common.
pub(crate) type Key = (IpAddr, IpAddr, u32, u8);

/// A fragment of an IP packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment<'a> {
    pub(crate) key: Key,
    /// Offset of `payload` in the packet's payload.
    pub(crate) offset: usize,
    /// Whether it is the last one.
    pub(crate) last: bool,
    /// The captured part of its payload.
    pub(crate) payload: &'a [u8],
    /// Length of its payload on the wire.
    pub(crate) length: usize,
}

/// The payload of a packet put together from its fragments.
#[derive(Debug)]
pub(crate) struct Joined {
    /// What was captured of it, in order: offset and bytes. The ends of fragments may be missing. Never empty.
    pub(crate) runs: Vec<(usize, Vec<u8>)>,
    /// Its length on the wire.
    pub(crate) length: usize,
}

/// The packets of which not all fragments have come.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    packets: VecDeque<Unfinished>,
}

#[derive(Debug)]
struct Unfinished {
    key: Key,
    /// Time of its first fragment.
    begun: Timestamp,
    parts: Vec<Part>,
    length: Option<usize>,
}

#[derive(Debug)]
struct Part {
    offset: usize,
    captured: Vec<u8>,
    /// On the wire.
    length: usize,
}

impl Fragments {
    /// Takes a fragment captured at `time`; the payload of its packet when all of them are there now.
    pub(crate) fn take(&mut self, fragment: Fragment<'_>, time: Timestamp, c: &mut Counters) -> Option<Joined> {
        count(&mut c.ip_fragments, 1);
        let end = fragment.offset.saturating_add(fragment.length);
        count(&mut c.ip_fragments_cut, u64::from(fragment.payload.len() < fragment.length));
        if fragment.length == 0 || end > usize::from(u16::MAX) {
            count(&mut c.ip_fragments_lost, 1);
            return None;
        }
        let known = self.packets.iter().position(|packet| packet.key == fragment.key);
        let other =
            known.filter(|index| self.packets.get(*index).is_some_and(|packet| packet.is_other_than(&fragment, time)));
        if let Some(dead) = other.and_then(|index| self.packets.remove(index)) {
            count(&mut c.ip_fragments_lost, dead.parts.len() as u64);
        }
        let index = match known.filter(|_| other.is_none()) {
            Some(index) => index,
            None => self.start(fragment.key, time, c),
        };
        let packet = self.packets.get_mut(index)?;
        if packet.parts.len() >= MAX_FRAGMENTS {
            count(&mut c.ip_fragments_lost, 1);
            return None;
        }
        if packet.parts.iter().any(|part| part.offset == fragment.offset) {
            count(&mut c.ip_fragments_repeated, 1);
            return None;
        }
        let Fragment { offset, payload, length, .. } = fragment;
        packet.parts.push(Part { offset, captured: payload.to_vec(), length });
        if fragment.last {
            packet.length = Some(end);
        }
        let whole = packet.joined()?;
        self.packets.remove(index);
        count(&mut c.reassembled_packets, 1);
        Some(whole)
    }

    /// Gives up what is not whole at the end of the trace.
    pub(crate) fn finish(&mut self, c: &mut Counters) {
        for packet in self.packets.drain(..) {
            count(&mut c.ip_fragments_lost, packet.parts.len() as u64);
        }
    }

    fn start(&mut self, key: Key, begun: Timestamp, c: &mut Counters) -> usize {
        if self.packets.len() >= MAX_PACKETS
            && let Some(oldest) = self.packets.pop_front()
        {
            count(&mut c.ip_fragments_lost, oldest.parts.len() as u64);
        }
        self.packets.push_back(Unfinished { key, begun, parts: Vec::new(), length: None });
        self.packets.len().saturating_sub(1)
    }
}

impl Unfinished {
    /// Whether `fragment`, captured at `time`, is of a later packet with the same identification: this one lacks a fragment that
    /// never comes.
    fn is_other_than(&self, fragment: &Fragment<'_>, time: Timestamp) -> bool {
        let differs = |part: &Part| {
            part.offset == fragment.offset
                && (part.length != fragment.length || part.captured.iter().zip(fragment.payload).any(|(a, b)| a != b))
        };
        time.0.abs_diff(self.begun.0) > PATIENCE || self.parts.iter().any(differs)
    }

    /// The payload, if no fragment is missing; fragments that overlap are no honest packet, and none is made of them.
    fn joined(&mut self) -> Option<Joined> {
        let length = self.length?;
        if self.parts.iter().map(|part| part.length).sum::<usize>() != length {
            return None;
        }
        self.parts.sort_unstable_by_key(|part| part.offset);
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut end = 0usize;
        for part in &self.parts {
            if part.offset != end {
                return None;
            }
            end = end.saturating_add(part.length);
            match runs.last_mut() {
                Some((start, run)) if start.saturating_add(run.len()) == part.offset => {
                    run.extend_from_slice(&part.captured);
                }
                _ => runs.push((part.offset, part.captured.clone())),
            }
        }
        Some(Joined { runs, length })
    }
}
