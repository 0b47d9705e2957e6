//! Hand-made packets: raw IPv4 with TCP between one client and one server.

#![allow(dead_code, reason = "each test file uses a part")]

use smbreplay_capture::{Assembler, Event, Limits, LinkType, Packet, Pdu, Timestamp};
use std::net::SocketAddr;

pub(crate) const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 50000);
pub(crate) const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 445);

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

/// A TCP segment before it becomes bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) from_client: bool,
    pub(crate) sequence: u32,
    pub(crate) acknowledgement: u32,
    pub(crate) flags: u8,
    pub(crate) payload: Vec<u8>,
    /// Bytes of payload that the snaplen leaves.
    pub(crate) kept: Option<usize>,
    /// Whether the IP length is zero, as segmentation offload leaves it.
    pub(crate) offloaded: bool,
    pub(crate) ports: (u16, u16),
}

impl Segment {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (mut from, mut to) = ((CLIENT.0, self.ports.0), (SERVER.0, self.ports.1));
        if !self.from_client {
            std::mem::swap(&mut from, &mut to);
        }
        let length = if self.offloaded { 0 } else { u16::try_from(40 + self.payload.len()).unwrap() };
        let mut packet = vec![0x45, 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        packet.extend(from.0);
        packet.extend(to.0);
        packet.extend(from.1.to_be_bytes());
        packet.extend(to.1.to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.acknowledgement.to_be_bytes());
        packet.extend([0x50, self.flags, 1, 0, 0, 0, 0, 0]);
        packet.extend(&self.payload[..self.kept.unwrap_or(self.payload.len())]);
        packet
    }

    fn original_length(&self) -> u32 {
        u32::try_from(40 + self.payload.len()).unwrap()
    }
}

/// Both ends of a connection, making segments.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) client_next: u32,
    pub(crate) server_next: u32,
    pub(crate) ports: (u16, u16),
}

impl Talk {
    /// A connection whose first bytes have these sequence numbers.
    pub(crate) fn new(client_next: u32, server_next: u32) -> Self {
        Self { client_next, server_next, ports: (CLIENT.1, SERVER.1) }
    }

    /// SYN, SYN-ACK, ACK.
    pub(crate) fn handshake(&self) -> Vec<Segment> {
        let (client, server) = (self.client_next.wrapping_sub(1), self.server_next.wrapping_sub(1));
        vec![
            self.segment(true, client, 0, SYN, &[]),
            self.segment(false, server, self.client_next, SYN | ACK, &[]),
            self.segment(true, self.client_next, self.server_next, ACK, &[]),
        ]
    }

    /// The client sends `payload` in one segment.
    pub(crate) fn request(&mut self, payload: &[u8]) -> Segment {
        let segment = self.segment(true, self.client_next, self.server_next, ACK, payload);
        self.client_next = self.client_next.wrapping_add(u32::try_from(payload.len()).unwrap());
        segment
    }

    /// The server sends `payload` in one segment.
    pub(crate) fn response(&mut self, payload: &[u8]) -> Segment {
        let segment = self.segment(false, self.server_next, self.client_next, ACK, payload);
        self.server_next = self.server_next.wrapping_add(u32::try_from(payload.len()).unwrap());
        segment
    }

    pub(crate) fn segment(
        &self,
        from_client: bool,
        sequence: u32,
        acknowledgement: u32,
        flags: u8,
        payload: &[u8],
    ) -> Segment {
        Segment {
            from_client,
            sequence,
            acknowledgement,
            flags,
            payload: payload.to_vec(),
            kept: None,
            offloaded: false,
            ports: self.ports,
        }
    }
}

/// An SMB2 message of `length` bytes with its transport header; `id` is its MessageId and fills its body.
pub(crate) fn message(response: bool, id: u8, length: usize) -> Vec<u8> {
    let mut message = u32::try_from(length).unwrap().to_be_bytes().to_vec();
    message.extend(b"\xfeSMB\x40\0");
    message.resize(4 + length, id);
    message[4 + 16..4 + 20].copy_from_slice(&[u8::from(response), 0, 0, 0]);
    message[4 + 20..4 + 24].fill(0);
    message
}

/// What comes out when `segments` are handled, one a millisecond, and the trace ends.
pub(crate) fn assemble(segments: &[Segment], limits: Limits) -> (Vec<Event>, Assembler) {
    let mut assembler = Assembler::new(limits);
    let mut events = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let frame = index as u64 + 1;
        let packet = Packet {
            frame,
            time: Timestamp(frame as i64 * 1_000_000),
            link_type: LinkType::RAW,
            data: &segment.bytes(),
            original_length: segment.original_length(),
            interface: 0,
        };
        assembler.handle_packet(&packet);
        events.extend(std::iter::from_fn(|| assembler.poll_event()));
    }
    assembler.finish();
    events.extend(std::iter::from_fn(|| assembler.poll_event()));
    (events, assembler)
}

/// The PDUs among `events`.
pub(crate) fn pdus(events: &[Event]) -> Vec<&Pdu> {
    events.iter().filter_map(|event| if let Event::Pdu(pdu) = event { Some(pdu) } else { None }).collect()
}

/// The MessageId that [`message`] gave a PDU, found at the end of its header.
pub(crate) fn ids(events: &[Event]) -> Vec<u8> {
    pdus(events).iter().map(|pdu| pdu.body[24]).collect()
}

pub(crate) fn address(end: ([u8; 4], u16)) -> SocketAddr {
    SocketAddr::from(end)
}
