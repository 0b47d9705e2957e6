//! From packets to events, without I/O.

use crate::counters::{Counters, count};
use crate::format::{LinkType, Packet};
use crate::fragments::{Fragments, Joined};
use crate::limits::Limits;
use crate::link::{self, LinkPayload};
use crate::network::{self, Envelope, NetworkPayload};
use crate::pdu::Event;
use crate::segment::{TcpFlags, TcpSegment};
use crate::tcp::Table;
use crate::tunnel::MAX_DEPTH;
use etherparse::IpNumber;
use std::collections::VecDeque;

/// Turns packets into events.
///
/// After each packet the events have to be taken: [`Assembler::poll_event`] until it returns `None`. A PDU comes when the
/// packet that completes it does, unless bytes before it are missing. A connection whose other end acknowledged bytes that
/// are not there waits for them for [`Limits::reorder_frames`] frames, and its events come that much later.
#[derive(Debug)]
pub struct Assembler {
    table: Table,
    fragments: Fragments,
    counters: Counters,
}

impl Default for Assembler {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Assembler {
    /// An assembler at the start of a trace.
    pub fn new(limits: Limits) -> Self {
        Self { table: Table::new(limits), fragments: Fragments::default(), counters: Counters::default() }
    }

    /// Takes the next packet of the trace.
    pub fn handle_packet(&mut self, packet: &Packet<'_>) {
        let c = &mut self.counters;
        count(&mut c.packets, 1);
        let original = (packet.original_length as usize).max(packet.data.len());
        match unwrap(packet.link_type, packet.data, original, packet, c) {
            NetworkPayload::Fragment(fragment) => {
                let (source, destination, identification, protocol) = fragment.key;
                let identification = if source.is_ipv4() { u16::try_from(identification).ok() } else { None };
                let ends = (source, destination);
                let envelope = Envelope { ends, identification, frame: packet.frame, time: packet.time };
                if let Some(joined) = self.fragments.take(fragment, packet.time, c) {
                    account_joined(&joined, IpNumber(protocol), envelope, packet, &mut self.table, c);
                }
            }
            other => account(other, &mut self.table, c),
        }
        self.table.reach(packet.frame, c);
    }

    /// The next event; `None` when the next packet is needed, or after [`Assembler::finish`] when all is said.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.table.poll(&mut self.counters)
    }

    /// The events that wait. They may stay while further packets are taken, once [`Assembler::finish_retired`] has nothing to
    /// do any more.
    pub(crate) fn events(&mut self) -> &mut VecDeque<Event> {
        self.table.events()
    }

    /// Lets a connection that is over say what it kept; says whether there was one.
    pub(crate) fn finish_retired(&mut self) -> bool {
        self.table.finish_retired(&mut self.counters)
    }

    /// Bytes of the bodies of all PDUs so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    /// Ends the trace: what is kept back comes out, holes and unfinished PDUs declared.
    pub fn finish(&mut self) {
        self.fragments.finish(&mut self.counters);
        self.table.finish();
    }

    /// What was read, dropped, guessed or repaired so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// Takes the link layer and tunnels off the captured `data` of `original` bytes that start as `link_type` says.
fn unwrap<'a>(
    mut link_type: LinkType,
    mut data: &'a [u8],
    mut original: usize,
    packet: &Packet<'_>,
    c: &mut Counters,
) -> NetworkPayload<'a> {
    for _ in 0..=MAX_DEPTH {
        let (ip, offset) = match link::payload(link_type, data) {
            LinkPayload::Ip { packet, offset } => (packet, offset),
            LinkPayload::Other => return NetworkPayload::NotIp,
            LinkPayload::Short => return NetworkPayload::Malformed,
            LinkPayload::Unsupported => return NetworkPayload::UnsupportedLink,
        };
        original = original.saturating_sub(offset);
        match network::payload(ip, original, packet.frame, packet.time) {
            NetworkPayload::Tunnel { link_type: inner, offset } => {
                count(&mut c.tunnelled_packets, 1);
                link_type = inner;
                data = ip.get(offset..).unwrap_or_default();
                original = original.saturating_sub(offset);
            }
            other => return other,
        }
    }
    NetworkPayload::Other
}

/// Gives `table` what a packet put together from fragments carries.
fn account_joined(
    joined: &Joined,
    protocol: IpNumber,
    envelope: Envelope,
    packet: &Packet<'_>,
    table: &mut Table,
    c: &mut Counters,
) {
    let Some(((_, first), later)) = joined.runs.split_first() else { return };
    match network::transport(protocol, first, joined.length, envelope) {
        NetworkPayload::Tunnel { link_type, offset } => {
            count(&mut c.tunnelled_packets, 1);
            let inner = first.get(offset..).unwrap_or_default();
            let carried = unwrap(link_type, inner, joined.length.saturating_sub(offset), packet, c);
            account(carried, table, c);
        }
        NetworkPayload::Tcp(segment) if !later.is_empty() => {
            let header = joined.length.saturating_sub(segment.payload.len()).saturating_sub(segment.missing as usize);
            let mut starts: Vec<usize> = later.iter().map(|(start, _)| *start).collect();
            starts.push(joined.length);
            for ((start, run), next) in joined.runs.iter().zip(starts) {
                let at = start.saturating_sub(header);
                let payload = if *start == 0 { segment.payload } else { run };
                let missing = next.saturating_sub(header).saturating_sub(at).saturating_sub(payload.len());
                let (first, last) = (*start == 0, next == joined.length);
                let TcpFlags { syn, fin, rst } = segment.flags;
                let part = TcpSegment {
                    sequence: segment.sequence.wrapping_add(at as u32),
                    flags: TcpFlags { syn: syn && first, fin: fin && last, rst: rst && last },
                    at,
                    payload,
                    missing: u32::try_from(missing).unwrap_or(u32::MAX),
                    ..segment
                };
                account(NetworkPayload::Tcp(part), table, c);
            }
        }
        other => account(other, table, c),
    }
}

/// Gives a segment to `table`, and counts what is none.
fn account(payload: NetworkPayload<'_>, table: &mut Table, c: &mut Counters) {
    match payload {
        NetworkPayload::Tcp(segment) => {
            count(&mut c.tcp_segments, 1);
            if segment.missing > 0 {
                count(&mut c.snaplen_cut_segments, 1);
                count(&mut c.snaplen_cut_bytes, u64::from(segment.missing));
            }
            table.handle(&segment, c);
        }
        NetworkPayload::Fragment(_) => {
            count(&mut c.ip_fragments, 1);
            count(&mut c.ip_fragments_lost, 1);
        }
        NetworkPayload::Quic => count(&mut c.possible_quic_packets, 1),
        NetworkPayload::SmbDirect => count(&mut c.smb_direct_packets, 1),
        NetworkPayload::Tunnel { .. } | NetworkPayload::Other => count(&mut c.non_tcp_packets, 1),
        NetworkPayload::NotIp => count(&mut c.non_ip_packets, 1),
        NetworkPayload::UnsupportedLink => count(&mut c.unsupported_link_packets, 1),
        NetworkPayload::Malformed => count(&mut c.malformed_packets, 1),
    }
}
