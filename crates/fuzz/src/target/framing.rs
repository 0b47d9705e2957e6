//! Framing: two streams of bytes cut into segments, some of which are missing.
//!
//! What the streams were is known here. So every byte of a PDU is that of its stream, what is missing is a hole and nothing
//! else is, and streams in which framing is never lost have the same PDUs however they are cut. A record is a segment: its `tag` says which
//! way it goes and what becomes of it, and for its bytes see [`stream_bytes`].

use super::events::Events;
use crate::record::{Record, read_records};
use capture::{Assembler, Counters, Direction, Event, Limits, LinkType, Packet, Pdu, Timestamp};
use std::borrow::Cow;

/// Tag: it goes from server to client.
const FROM_SERVER: u8 = 1;
/// Tag: it was not captured.
const MISSING: u8 = 2;
/// Tag: it has no transport header yet, and gets the one that fits.
const FRAMED: u8 = 4;
/// Tag: it comes after the next segment of its direction.
const LATE: u8 = 8;
/// Option: the connection was open before the capture began.
const MIDSTREAM: u8 = 1;
/// Bytes of a packet.
const SEGMENT: usize = 1400;

pub(super) fn body(input: &[u8]) {
    let (options, records) = read_records(input);
    let midstream = options & MIDSTREAM != 0;
    let segments: Vec<_> = records.iter().map(Segment::of).collect();
    let (pdus, counters) = assemble(&segments, midstream);
    if !midstream {
        pdus.iter().for_each(|pdu| is_of_its_stream(pdu, &segments));
        // Where a search finds the next message depends on what came before it was needed.
        if segments.iter().all(|segment| !segment.missing) && counters.framing_lost == 0 {
            let halves: Vec<_> = segments.iter().flat_map(Segment::halves).collect();
            let (again, _) = assemble(&halves, false);
            for direction in [Direction::ClientToServer, Direction::ServerToClient] {
                assert_eq!(places(&pdus, direction), places(&again, direction), "PDUs of other segments");
            }
        }
    }
}

/// A part of a stream.
#[derive(Clone)]
struct Segment<'a> {
    direction: Direction,
    missing: bool,
    late: bool,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Segment<'a> {
    fn of(record: &'a Record<'a>) -> Self {
        let has = |bit| record.tag & bit != 0;
        Self {
            direction: if has(FROM_SERVER) { Direction::ServerToClient } else { Direction::ClientToServer },
            missing: has(MISSING),
            late: has(LATE),
            bytes: stream_bytes(record),
        }
    }

    fn halves(&self) -> [Self; 2] {
        let (first, second) = self.bytes.split_at(self.bytes.len() / 2);
        [first, second].map(|half| Self { late: false, bytes: half.to_vec().into(), ..self.clone() })
    }
}

/// The bytes of a record, behind a transport header if it asks for one: most changes would not get past a wrong length.
fn stream_bytes<'a>(record: &'a Record<'a>) -> Cow<'a, [u8]> {
    match smb2::transport::frame(record.bytes.len()).filter(|_| record.tag & FRAMED != 0) {
        Some(header) => [&header[..], &record.bytes].concat().into(),
        None => Cow::Borrowed(&record.bytes),
    }
}

/// The PDUs of a connection with these segments, each acknowledged by the next one that goes the other way.
fn assemble(segments: &[Segment<'_>], midstream: bool) -> (Vec<Pdu>, Counters) {
    let mut wire = Wire::new();
    if !midstream {
        wire.handshake();
    }
    let mut waiting: [Vec<Vec<u8>>; 2] = Default::default();
    for segment in segments {
        let side = usize::from(segment.direction == Direction::ServerToClient);
        let mut packets = Vec::new();
        for part in segment.bytes.chunks(SEGMENT) {
            let packet = wire.segment(side, part);
            if !segment.missing {
                packets.push(packet);
            }
        }
        let Some(held) = waiting.get_mut(side) else { continue };
        if segment.late {
            held.append(&mut packets);
        } else {
            packets.append(held);
            packets.iter().for_each(|packet| wire.send(packet));
        }
    }
    waiting.concat().iter().for_each(|packet| wire.send(packet));
    wire.finish()
}

/// A connection, and what its packets become.
struct Wire {
    assembler: Assembler,
    events: Events,
    pdus: Vec<Pdu>,
    frame: u64,
    bytes: u64,
    /// Bytes sent by each side.
    sent: [u32; 2],
}

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
/// Sequence numbers of the first bytes of the sides: one wraps around soon.
const FIRST: [u32; 2] = [0xffff_f000, 1000];

impl Wire {
    fn new() -> Self {
        let assembler = Assembler::new(Limits::default());
        Self { assembler, events: Events::default(), pdus: Vec::new(), frame: 0, bytes: 0, sent: [0; 2] }
    }

    fn handshake(&mut self) {
        let [client, server] = FIRST;
        self.send(&packet(0, client.wrapping_sub(1), 0, SYN, &[]));
        self.send(&packet(1, server.wrapping_sub(1), client, SYN | ACK, &[]));
        self.send(&packet(0, client, server, ACK, &[]));
    }

    /// The packet of the next bytes of a side.
    fn segment(&mut self, side: usize, bytes: &[u8]) -> Vec<u8> {
        let at = |side: usize| {
            let place = FIRST.get(side).zip(self.sent.get(side));
            place.map_or(0, |(first, sent)| first.wrapping_add(*sent))
        };
        let packet = packet(side, at(side), at(1 - side), ACK, bytes);
        if let Some(sent) = self.sent.get_mut(side) {
            *sent = sent.wrapping_add(u32::try_from(bytes.len()).unwrap_or_default());
        }
        packet
    }

    fn send(&mut self, packet: &[u8]) {
        self.frame += 1;
        self.bytes += packet.len() as u64;
        self.assembler.handle_packet(&Packet {
            frame: self.frame,
            time: Timestamp(i64::try_from(self.frame).unwrap_or_default() * 1000),
            link_type: LinkType::IPV4,
            data: packet,
            original_length: u32::try_from(packet.len()).unwrap_or_default(),
            interface: 0,
        });
        self.take();
    }

    fn take(&mut self) {
        while let Some(event) = self.assembler.poll_event() {
            self.events.see(&event);
            if let Event::Pdu(pdu) = event {
                self.pdus.push(pdu);
            }
        }
    }

    fn finish(mut self) -> (Vec<Pdu>, Counters) {
        self.assembler.finish();
        self.take();
        self.events.finish(self.assembler.counters(), self.bytes);
        assert_eq!(self.assembler.counters().malformed_packets, 0);
        (self.pdus, *self.assembler.counters())
    }
}

/// An IPv4 packet of a TCP segment from side 0 (client) or 1 (server).
fn packet(side: usize, sequence: u32, acknowledgement: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let (ends, ports) = if side == 0 { ([1, 2], [50_000, 445]) } else { ([2, 1], [445_u16, 50_000]) };
    let length = u16::try_from(40 + payload.len()).unwrap_or_default().to_be_bytes();
    let [[from_high, from_low], [to_high, to_low]] = ports.map(u16::to_be_bytes);
    let [from, to] = ends;
    [
        &[0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to][..],
        &[from_high, from_low, to_high, to_low],
        &sequence.to_be_bytes(),
        &acknowledgement.to_be_bytes(),
        &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0],
        payload,
    ]
    .concat()
}

/// Checks that a PDU has the bytes of its stream, and holes where and only where these were not captured.
fn is_of_its_stream(pdu: &Pdu, segments: &[Segment<'_>]) {
    let begin = pdu.stream_end - pdu.body.len() as u64;
    let in_hole = |at: usize| {
        let inside = |hole: &capture::Hole| (hole.offset as usize..(hole.offset + hole.length) as usize).contains(&at);
        pdu.holes.iter().any(inside)
    };
    let mut offset = 0_u64;
    for segment in segments.iter().filter(|segment| segment.direction == pdu.direction) {
        for (position, byte) in (offset..).zip(segment.bytes.iter()) {
            let Some(at) = position.checked_sub(begin).and_then(|at| usize::try_from(at).ok()) else { continue };
            let Some(found) = pdu.body.get(at) else { break };
            assert_eq!(in_hole(at), segment.missing, "byte {at} of {pdu:?}");
            assert!(segment.missing || found == byte, "byte {at} of {pdu:?}");
        }
        offset += segment.bytes.len() as u64;
    }
    let captured = usize::try_from(offset.saturating_sub(begin)).unwrap_or_default();
    assert!((captured..pdu.body.len()).all(in_hole), "nothing was sent beyond {captured}: {pdu:?}");
}

/// Where the PDUs of a direction end, and what they hold.
fn places(pdus: &[Pdu], direction: Direction) -> Vec<(u64, &[u8], &[capture::Hole])> {
    let of_direction = pdus.iter().filter(|pdu| pdu.direction == direction);
    of_direction.map(|pdu| (pdu.stream_end, &pdu.body[..], &pdu.holes[..])).collect()
}
