//! Fragments of IP packets, put together in bounded memory.

use crate::counters::{Counters, count};
use std::collections::VecDeque;
use std::net::IpAddr;

/// Packets of which fragments are kept; the oldest makes room.
const MAX_PACKETS: usize = 256;
/// Fragments kept of a packet.
const MAX_FRAGMENTS: usize = 256;

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
    /// Takes a fragment; the payload of its packet when all of them are there now.
    pub(crate) fn take(&mut self, fragment: Fragment<'_>, c: &mut Counters) -> Option<Joined> {
        count(&mut c.ip_fragments, 1);
        let end = fragment.offset.saturating_add(fragment.length);
        count(&mut c.ip_fragments_cut, u64::from(fragment.payload.len() < fragment.length));
        if fragment.length == 0 || end > usize::from(u16::MAX) {
            count(&mut c.ip_fragments_lost, 1);
            return None;
        }
        let index = match self.packets.iter().position(|packet| packet.key == fragment.key) {
            Some(index) => index,
            None => self.start(fragment.key, c),
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

    fn start(&mut self, key: Key, c: &mut Counters) -> usize {
        if self.packets.len() >= MAX_PACKETS
            && let Some(oldest) = self.packets.pop_front()
        {
            count(&mut c.ip_fragments_lost, oldest.parts.len() as u64);
        }
        self.packets.push_back(Unfinished { key, parts: Vec::new(), length: None });
        self.packets.len().saturating_sub(1)
    }
}

impl Unfinished {
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
