//! From packets to events, without I/O.

use crate::counters::{Counters, count};
use crate::format::Packet;
use crate::limits::Limits;
use crate::link::{self, LinkPayload};
use crate::network::{self, NetworkPayload};
use crate::pdu::Event;
use crate::segment::TcpSegment;
use crate::tcp::Table;

/// Turns packets into events.
///
/// After each packet the events have to be taken: [`Assembler::poll_event`] until it returns `None`. A PDU comes when the
/// packet that completes it does, unless bytes before it are missing. A connection whose other end acknowledged bytes that
/// are not there waits for them for [`Limits::reorder_frames`] frames, and its events come that much later.
#[derive(Debug)]
pub struct Assembler {
    table: Table,
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
        Self { table: Table::new(limits), counters: Counters::default() }
    }

    /// Takes the next packet of the trace.
    pub fn handle_packet(&mut self, packet: &Packet<'_>) {
        let c = &mut self.counters;
        count(&mut c.packets, 1);
        match segment_of(packet) {
            Ok(segment) => {
                count(&mut c.tcp_segments, 1);
                if segment.missing > 0 {
                    count(&mut c.snaplen_cut_segments, 1);
                    count(&mut c.snaplen_cut_bytes, u64::from(segment.missing));
                }
                self.table.handle(&segment, c);
            }
            Err(Passed::UnsupportedLink) => count(&mut c.unsupported_link_packets, 1),
            Err(Passed::NotIp) => count(&mut c.non_ip_packets, 1),
            Err(Passed::NotTcp) => count(&mut c.non_tcp_packets, 1),
            Err(Passed::Fragment) => count(&mut c.ip_fragments, 1),
            Err(Passed::Malformed) => count(&mut c.malformed_packets, 1),
        }
        self.table.reach(packet.frame, c);
    }

    /// The next event; `None` when the next packet is needed, or after [`Assembler::finish`] when all is said.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.table.poll(&mut self.counters)
    }

    /// Ends the trace: what is kept back comes out, holes and unfinished PDUs declared.
    pub fn finish(&mut self) {
        self.table.finish();
    }

    /// What was read, dropped, guessed or repaired so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// Why a packet has no TCP segment.
enum Passed {
    UnsupportedLink,
    NotIp,
    NotTcp,
    Fragment,
    Malformed,
}

fn segment_of<'a>(packet: &Packet<'a>) -> Result<TcpSegment<'a>, Passed> {
    let (ip, offset) = match link::payload(packet.link_type, packet.data) {
        LinkPayload::Ip { packet, offset } => (packet, offset),
        LinkPayload::Other => return Err(Passed::NotIp),
        LinkPayload::Short => return Err(Passed::Malformed),
        LinkPayload::Unsupported => return Err(Passed::UnsupportedLink),
    };
    let original = (packet.original_length as usize).max(packet.data.len()).saturating_sub(offset);
    match network::payload(ip, original, packet.frame, packet.time) {
        NetworkPayload::Tcp(segment) => Ok(segment),
        NetworkPayload::Fragment => Err(Passed::Fragment),
        NetworkPayload::Other => Err(Passed::NotTcp),
        NetworkPayload::Malformed => Err(Passed::Malformed),
    }
}
