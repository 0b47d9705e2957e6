//! The capture that the project recorded itself, packet by packet, and what a trace says.

#![allow(dead_code, reason = "each test file uses a part")]

use smbreplay_capture::{Direction, Event, Limits, LinkType, PacketReader, Trace};
use std::io::Cursor;

/// The port that the recorded server listened on.
pub(crate) const SERVER_PORT: u16 = 20445;

/// One packet of the capture.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) microseconds: u64,
    pub(crate) data: Vec<u8>,
    pub(crate) original: u32,
}

/// A PDU: connection, direction, end in its stream, body, missing ranges.
pub(crate) type Said = (u32, Direction, u64, Vec<u8>, Vec<(u32, u32)>);

/// The packets of the recorded office work, all of them Ethernet.
pub(crate) fn office() -> Vec<Record> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/office.pcap");
    let mut reader = PacketReader::open(path.as_ref()).unwrap();
    let mut records = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        assert_eq!(packet.link_type, LinkType::ETHERNET);
        records.push(Record {
            microseconds: u64::try_from(packet.time.0).unwrap() / 1000,
            data: packet.data.to_vec(),
            original: packet.original_length,
        });
    }
    records
}

/// A pcap file of Ethernet packets.
pub(crate) fn pcap(records: &[Record]) -> Vec<u8> {
    pcap_of(LinkType::ETHERNET, records, u32::to_le_bytes)
}

/// A pcap file in the byte order of `order`.
pub(crate) fn pcap_of(link_type: LinkType, records: &[Record], order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let version = if order(1)[0] == 1 { 0x0004_0002 } else { 0x0002_0004 };
    let mut file = [0xa1b2_c3d4, version, 0, 0, 262_144, u32::from(link_type.0)].map(order).concat();
    for Record { microseconds, data, original } in records {
        let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
        file.extend([seconds as u32, rest as u32, data.len() as u32, *original].map(order).concat());
        file.extend(data);
    }
    file
}

/// What a trace says, PDU by PDU.
pub(crate) fn read(trace: &mut Trace) -> Vec<Said> {
    let mut said = Vec::new();
    while let Some(event) = trace.next_event().unwrap() {
        if let Event::Pdu(pdu) = event {
            let holes = pdu.holes.iter().map(|hole| (hole.offset, hole.length)).collect();
            said.push((pdu.connection, pdu.direction, pdu.stream_end, pdu.body.to_vec(), holes));
        }
    }
    said
}

/// The trace of a file in memory.
pub(crate) fn trace(file: Vec<u8>) -> Trace {
    Trace::new(PacketReader::from_reader(Box::new(Cursor::new(file)), "test").unwrap(), Limits::default())
}

/// What a file of `records` says.
pub(crate) fn outcome(records: &[Record]) -> Vec<Said> {
    let said = read(&mut trace(pcap(records)));
    assert!(said.len() > 400);
    said
}
