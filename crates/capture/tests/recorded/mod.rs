//! What a trace of the capture that the project recorded itself says.

#![allow(dead_code, unused_imports, reason = "each test file uses a part")]

#[path = "../transformations/mod.rs"]
pub(crate) mod transformations;

use smbreplay_capture::{Direction, Event, Limits, PacketReader, Trace};
use std::io::Cursor;
pub(crate) use transformations::{Record, SERVER_PORT, office, pcap_of};

/// A PDU: connection, direction, end in its stream, body, missing ranges.
pub(crate) type Said = (u32, Direction, u64, Vec<u8>, Vec<(u32, u32)>);

/// A pcap file of Ethernet packets.
pub(crate) fn pcap(records: &[Record]) -> Vec<u8> {
    pcap_of(1, records, u32::to_le_bytes)
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
