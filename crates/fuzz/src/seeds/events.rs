//! Seeds of the PDUs of a trace, in their order.

use super::messages::trace_events;
use crate::record::{Record, write_records};
use crate::target::dissector_tag as tag;
use capture::{CloseKind, Direction, Event};

/// Largest PDU that is taken.
const PDU: usize = 2 << 10;
/// Bytes of a seed, behind its beginning.
const BYTES: usize = 4 << 10;
/// Records at the beginning of a trace that each seed begins with: without logon and tree little has a meaning.
const BEGINNING: usize = 14;
/// Seeds of one capture.
const MOST: usize = 6;
/// Tags of the framing target: a transport header is put before the bytes; they were not captured.
const FRAMED: u8 = 4;
const MISSING: u8 = 2;

/// Both directions of a connection, whole and with holes.
pub(super) fn streams(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for records in windows(capture) {
        let framed: Vec<_> = records.into_iter().map(|record| Record { tag: record.tag | FRAMED, ..record }).collect();
        seeds.push(write_records(0, &framed));
        seeds.push(write_records(1, &framed));
        let every_fifth = |(index, record): (usize, &Record<'static>)| {
            let missing = if index % 5 == 4 { MISSING } else { 0 };
            Record { tag: record.tag | missing, ..record.clone() }
        };
        seeds.push(write_records(0, &framed.iter().enumerate().map(every_fifth).collect::<Vec<_>>()));
    }
    seeds
}

/// Events, without secrets, with, and encrypted from the first tree connect on.
pub(super) fn events(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for records in windows(capture) {
        seeds.extend([write_records(0, &records), write_records(1, &records)]);
        let locked = |(index, record): (usize, Record<'static>)| {
            let is_pdu = record.tag & (tag::CONNECT | tag::CLOSE) == 0;
            let encrypted = if is_pdu && index > 8 { tag::ENCRYPTED } else { 0 };
            Record { tag: record.tag | encrypted, ..record }
        };
        let locked: Vec<_> = records.into_iter().enumerate().map(locked).collect();
        seeds.extend([1, 3, 5, 7].map(|options| write_records(options, &locked)));
    }
    seeds
}

/// The beginning of a trace, and with it pieces from further on.
fn windows(capture: &[u8]) -> Vec<Vec<Record<'static>>> {
    let records: Vec<_> = trace_events(capture).iter().filter_map(record).collect();
    let (beginning, rest) = records.split_at_checked(BEGINNING).unwrap_or((&records, &[]));
    let mut windows = vec![beginning.to_vec()];
    let mut held = 0;
    for record in rest {
        let size = 6 + record.bytes.len();
        if held + size > BYTES {
            if windows.len() == MOST {
                break;
            }
            held = 0;
            windows.push(beginning.to_vec());
        }
        held += size;
        windows.last_mut().into_iter().for_each(|window| window.push(record.clone()));
    }
    windows
}

fn record(event: &Event) -> Option<Record<'static>> {
    let side = |direction| if direction == Direction::ServerToClient { tag::FROM_SERVER } else { 0 };
    let flags = |connection: u32, other: bool| (connection & 7) as u8 | if other { 8 } else { 0 };
    let (tag, flags, bytes) = match event {
        Event::Connect { connection, handshake, .. } => (tag::CONNECT, flags(*connection, !handshake), Vec::new()),
        Event::Close { connection, by, how, .. } => {
            (tag::CLOSE | side(*by), flags(*connection, *how == CloseKind::Rst), Vec::new())
        }
        Event::Pdu(pdu) if pdu.body.len() > PDU => return None,
        Event::Pdu(pdu) => (side(pdu.direction), flags(pdu.connection, false), pdu.body.to_vec()),
    };
    Some(Record { tag, flags, number: 0, bytes: bytes.into() })
}
