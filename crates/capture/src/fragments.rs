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
    pub(crate) payload: &'a [u8],
    /// Whether the capture has all of its payload.
    pub(crate) whole: bool,
}

/// The packets of which not all fragments have come.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    packets: VecDeque<Unfinished>,
}

#[derive(Debug)]
struct Unfinished {
    key: Key,
    /// Fragments by their offset, not overlapping in what is used of them.
    parts: Vec<(usize, Vec<u8>)>,
    length: Option<usize>,
}

impl Fragments {
    /// Takes a fragment; the payload of its packet when that is whole now.
    pub(crate) fn take(&mut self, fragment: Fragment<'_>, c: &mut Counters) -> Option<Vec<u8>> {
        count(&mut c.ip_fragments, 1);
        let end = fragment.offset.saturating_add(fragment.payload.len());
        if !fragment.whole || fragment.payload.is_empty() || end > usize::from(u16::MAX) {
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
        if packet.parts.iter().any(|(offset, _)| *offset == fragment.offset) {
            count(&mut c.ip_fragments_repeated, 1);
            return None;
        }
        packet.parts.push((fragment.offset, fragment.payload.to_vec()));
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
    /// The payload, if no byte is missing; fragments that overlap are no honest packet, and none is made of them.
    fn joined(&mut self) -> Option<Vec<u8>> {
        let length = self.length?;
        if self.parts.iter().map(|(_, part)| part.len()).sum::<usize>() != length {
            return None;
        }
        self.parts.sort_unstable_by_key(|(offset, _)| *offset);
        let mut whole = Vec::with_capacity(length);
        for (offset, part) in &self.parts {
            if *offset != whole.len() {
                return None;
            }
            whole.extend_from_slice(part);
        }
        Some(whole)
    }
}
