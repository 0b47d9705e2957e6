//! What must hold of the events of any trace.

use capture::{Counters, Direction, Event, Pdu};
use smb2::transport::{LENGTH, Protocol};
use std::collections::BTreeMap;

/// What was seen of a trace's events.
#[derive(Default)]
pub(super) struct Events {
    connections: BTreeMap<u32, Connection>,
    pdus: u64,
    pdus_with_holes: u64,
    captured_bytes: u64,
}

#[derive(Default)]
struct Connection {
    closed: bool,
    /// Where the last PDU of each direction ended.
    ends: [u64; 2],
}

impl Events {
    /// Takes in the next event.
    pub(super) fn see(&mut self, event: &Event) {
        match event {
            Event::Connect { connection, at, .. } => {
                assert!(self.connections.insert(*connection, Connection::default()).is_none(), "{connection} again");
                assert_eq!(at.seq >> 24, at.frame);
            }
            Event::Close { connection, at, .. } => {
                assert_eq!(at.seq >> 24, at.frame);
                let Some(known) = self.connections.get_mut(connection) else {
                    unreachable!("{connection} was closed and never announced")
                };
                assert!(!std::mem::replace(&mut known.closed, true), "{connection} was closed twice");
            }
            Event::Pdu(pdu) => self.pdu(pdu),
        }
    }

    fn pdu(&mut self, pdu: &Pdu) {
        let Some(connection) = self.connections.get_mut(&pdu.connection) else {
            unreachable!("a PDU of {}, which was never announced", pdu.connection)
        };
        let direction = usize::from(pdu.direction == Direction::ServerToClient);
        let length = pdu.body.len() as u64;
        if let Some(end) = connection.ends.get_mut(direction) {
            let begin = pdu.stream_end.checked_sub(length + LENGTH as u64);
            assert!(begin.is_some_and(|begin| begin >= *end), "{length} bytes up to {}, after {end}", pdu.stream_end);
            *end = pdu.stream_end;
        }
        assert!(Protocol::of(&pdu.body).is_some(), "a PDU begins with its ProtocolId");
        let missing = holes_are_in_order(pdu);
        assert!(pdu.first.seq <= pdu.last.seq, "{:?} {:?}", pdu.first, pdu.last);
        assert!([pdu.first, pdu.last].iter().all(|mark| mark.seq >> 24 == mark.frame));
        self.pdus += 1;
        self.pdus_with_holes += u64::from(missing > 0);
        self.captured_bytes += length - missing;
    }

    /// Checks the sums at the end of a trace of `bytes` bytes in packets.
    pub(super) fn finish(&self, counters: &Counters, bytes: u64) {
        let connections = self.connections.len() as u64;
        assert_eq!(counters.smb_connections, connections);
        assert!(counters.smb_connections <= counters.connections && counters.midstream_connections <= connections);
        assert_eq!((counters.pdus, counters.pdus_with_holes), (self.pdus, self.pdus_with_holes));
        assert!(counters.unfinished_pdus <= self.pdus_with_holes, "{counters:?}");
        assert!(self.captured_bytes <= bytes, "{} bytes of PDUs out of {bytes}", self.captured_bytes);
        assert!(counters.framing_found <= counters.framing_lost, "{counters:?}");
    }
}

/// Checks the holes of a PDU; how many bytes they have.
fn holes_are_in_order(pdu: &Pdu) -> u64 {
    let (mut end, mut missing) = (None, 0);
    for hole in &pdu.holes {
        assert!(hole.length > 0 && end.is_none_or(|end| u64::from(hole.offset) > end), "{:?}", pdu.holes);
        let until = u64::from(hole.offset) + u64::from(hole.length);
        let range = hole.offset as usize..hole.offset as usize + hole.length as usize;
        let bytes = pdu.body.get(range).unwrap_or(&[1]);
        assert!(bytes.iter().all(|byte| *byte == 0), "{:?} in {} bytes", pdu.holes, pdu.body.len());
        end = Some(until);
        missing += u64::from(hole.length);
    }
    missing
}
