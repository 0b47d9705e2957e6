//! The dissector: events in, operations out, with keys and without.
//!
//! Rows are complete and no two have one number, what they say of their bytes is so, and the sums of connections and sessions
//! are those of their rows. For what a record is see [`tag`]; its `flags` are the connection, and its `number` a hole.

use super::transform::{CIPHERS, cipher_key};
use crate::record::{Record, read_records};
use bytes::Bytes;
use capture::{CloseKind, Direction, Endpoints, Event, Hole, Mark, Pdu, Timestamp};
use dissect::{Dissector, Kind, Operation, Secrets};
use smb2::Header;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};

/// Bits of a record's tag.
pub(crate) mod tag {
    /// It goes from server to client; of a close: the server closed.
    pub(crate) const FROM_SERVER: u8 = 1;
    /// A connection begins.
    pub(crate) const CONNECT: u8 = 16;
    /// A connection ends.
    pub(crate) const CLOSE: u8 = 32;
    /// The PDU came encrypted, under a key of [`cipher_key`](crate::target::cipher_key).
    pub(crate) const ENCRYPTED: u8 = 64;
}
/// Option: keys and passwords are known.
const SECRETS: u8 = 1;
/// Bits of `flags` that are the connection; the others are those of a close or connect.
const CONNECTION: u8 = 0x07;
/// Flag of a close: RST; of a connect: its handshake was not captured.
const OTHER: u8 = 0x08;
/// Rows that a session may have keys for.
const MOST_KEYS: usize = 8;

pub(super) fn body(input: &[u8]) {
    let (options, records) = read_records(input);
    let mut dissector = match options & SECRETS {
        0 => Dissector::new(),
        _ => Dissector::with_secrets(secrets(&records)),
    };
    let mut wire = Wire { options, ..Wire::default() };
    let (mut rows, mut complete, mut pdus) = (Vec::new(), BTreeMap::new(), 0);
    for record in &records {
        let event = wire.event(record);
        pdus += u64::from(matches!(event, Event::Pdu(_)));
        dissector.handle(event);
        poll(&mut dissector, &mut rows, &mut complete);
    }
    dissector.finish();
    poll(&mut dissector, &mut rows, &mut complete);
    assert_eq!((dissector.counters().pdus, dissector.counters().operations), (pdus, rows.len() as u64));
    let numbers: BTreeSet<u32> = rows.iter().map(|row| row.op).collect();
    assert_eq!(numbers.len(), rows.len(), "numbers are unique");
    let gaps = numbers.last().map_or(0, |last| u64::from(*last) + 1) - rows.len() as u64;
    assert!(gaps <= dissector.counters().smb1_pdus, "a row that is missing was of SMB1");
    rows.iter().for_each(check);
    sums(&dissector, &rows);
}

/// Takes the rows that are ready. `complete` has the sessions with the number below which all of their rows have come.
fn poll(dissector: &mut Dissector, rows: &mut Vec<Operation>, complete: &mut BTreeMap<Option<u32>, u32>) {
    while let Some(row) = dissector.poll() {
        let below = complete.entry(row.session).or_default();
        assert!(row.op >= *below, "row {} of {:?} comes after all below {below}", row.op, row.session);
        *below = dissector.first_unfinished(row.session);
        rows.push(*row);
    }
}

/// The password of the project's own captures, and keys for the first sessions.
fn secrets(records: &[Record<'_>]) -> Secrets {
    let mut secrets = Secrets::default();
    let _ = secrets.add_nt_password("testuser=testpass");
    let ids: BTreeSet<u64> = records.iter().map(|record| session_id(&record.bytes)).take(MOST_KEYS).collect();
    for id in ids {
        let key = "5a".repeat(if id & 1 == 0 { 16 } else { 32 });
        let _ = secrets.add_decryption_keys(&format!("{id:#x}={key},{key}"));
    }
    secrets
}

fn session_id(message: &[u8]) -> u64 {
    Header::parse(message).map_or(0, |header| header.session_id)
}

/// What happened on the connections so far.
#[derive(Default)]
struct Wire {
    options: u8,
    frame: u64,
    /// Bytes sent by the sides of a connection.
    sent: BTreeMap<(u32, bool), u64>,
}

impl Wire {
    fn event(&mut self, record: &Record<'_>) -> Event {
        self.frame += 1;
        let at = self.mark(self.frame);
        let connection = u32::from(record.flags & CONNECTION);
        let from_server = record.tag & tag::FROM_SERVER != 0;
        let acked = self.sent.get(&(connection, !from_server)).copied();
        if record.tag & tag::CONNECT != 0 {
            let end = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let endpoints = Endpoints { client: end(50_000 + u16::from(record.flags & CONNECTION)), server: end(445) };
            let handshake = record.flags & OTHER == 0;
            let round_trip_ns = handshake.then(|| u64::from(record.number));
            return Event::Connect { connection, endpoints, at, handshake, round_trip_ns };
        }
        let direction = if from_server { Direction::ServerToClient } else { Direction::ClientToServer };
        if record.tag & tag::CLOSE != 0 {
            let how = if record.flags & OTHER == 0 { CloseKind::Fin } else { CloseKind::Rst };
            return Event::Close { connection, by: direction, how, at, acked };
        }
        let (body, holes) = self.body(record);
        let sent = self.sent.entry((connection, from_server)).or_default();
        *sent += 4 + body.len() as u64;
        let stream_end = *sent;
        // Every third PDU comes in more than one frame.
        let first = self.mark(if self.frame.is_multiple_of(3) { self.frame - 1 } else { self.frame });
        Event::Pdu(Pdu { connection, direction, body, holes, first, last: at, stream_end, acked })
    }

    fn mark(&self, frame: u64) -> Mark {
        let time = Timestamp(i64::try_from(frame).unwrap_or_default() * 1_000_000);
        Mark { frame, time, seq: (frame << 24) | u64::from(frame != self.frame) }
    }

    /// The bytes of a PDU, and its hole: where the low 12 bits of `number` say, if not 0, and as long as the high 4 say.
    fn body(&self, record: &Record<'_>) -> (Bytes, Vec<Hole>) {
        let mut body = record.bytes.to_vec();
        if record.tag & tag::ENCRYPTED != 0 {
            let id = session_id(&record.bytes);
            let cipher = CIPHERS.get(usize::from(self.options >> 1 & 3)).copied();
            body = cipher.map(|cipher| cipher_key(cipher).encrypt(id, self.frame, &body)).unwrap_or_default();
        }
        let offset = usize::from(record.number & 0x0fff);
        let length = 1 << (record.number >> 12);
        let missing = body.get_mut(offset..).filter(|_| offset != 0).unwrap_or_default();
        let length = missing.len().min(length);
        missing.iter_mut().take(length).for_each(|byte| *byte = 0);
        let hole = |_| Hole { offset: u32::from(record.number & 0x0fff), length: u32::try_from(length).unwrap_or(1) };
        (body.into(), (length > 0).then_some(()).map(hole).into_iter().collect())
    }
}

/// Checks what a row says of itself.
pub(super) fn check(row: &Operation) {
    let (asked, answered) = (row.request_seq.is_some(), row.response_seq.is_some());
    match row.kind {
        Kind::Exchange => assert!(asked && answered, "{row:?}"),
        Kind::Request => assert!(asked && !answered, "{row:?}"),
        Kind::Response => assert!(!asked && (answered || row.interim_seq.is_some()), "{row:?}"),
        Kind::Notification => assert!(!asked && answered, "{row:?}"),
        Kind::Encrypted | Kind::Close => assert!(asked != answered, "{row:?}"),
        Kind::Connect => assert!(asked, "{row:?}"),
    }
    assert!(row.request_start_seq <= row.request_seq || !asked, "{row:?}");
    // Not so for times: they are those of the frames, and the clock of a capture may step back.
    let messages = [
        (&row.request, row.request_length, &row.request_holes),
        (&row.response, row.response_length, &row.response_holes),
    ];
    for (message, length, holes) in messages {
        assert_eq!(message.as_ref().map(Bytes::len), length.map(|length| length as usize), "{row:?}");
        let mut end = 0;
        for hole in holes {
            assert!(hole.length > 0 && hole.offset >= end, "{row:?}");
            end = hole.offset + hole.length;
        }
        assert!(end <= length.unwrap_or_default(), "{row:?}");
    }
    payload(row);
    if let Some(latency) = row.latency_ns {
        let times = row.request_time.zip(row.response_time).map(|(from, to)| to.0.wrapping_sub(from.0));
        assert_eq!(times, i64::try_from(latency).ok(), "{row:?}");
    }
}

/// The payload lies in the one message or the other, and its hash is the one of its bytes.
fn payload(row: &Operation) {
    let Some((offset, length)) = row.payload_offset.zip(row.payload_length) else {
        assert_eq!(row.payload_hash, None, "{row:?}");
        return;
    };
    let range = offset as usize..offset as usize + length as usize;
    let within = |message: &Option<Bytes>| message.as_ref()?.get(range.clone()).map(dissect::operation::payload_hash);
    let hashes = [within(&row.request), within(&row.response)];
    assert!(hashes.iter().any(Option::is_some), "{row:?}");
    assert!(row.payload_hash.is_none() || hashes.contains(&row.payload_hash), "{row:?}");
}

/// Checks what connections and sessions amount to.
fn sums(dissector: &Dissector, rows: &[Operation]) {
    let sessions = dissector.sessions();
    for (index, session) in (0_u32..).zip(&sessions) {
        assert_eq!(session.session, index, "sessions in order of first appearance");
        let own = || rows.iter().filter(|row| row.session == Some(index));
        assert_eq!(session.operations, own().count() as u64, "{session:?}");
        assert!(session.commands.values().sum::<u64>() <= session.operations, "{session:?}");
        assert!(session.connections.is_sorted() && session.first_time <= session.last_time, "{session:?}");
        let connections: BTreeSet<u32> = own().map(|row| row.connection).collect();
        assert!(connections.iter().all(|number| session.connections.contains(number)), "{session:?}");
        assert!(!session.decrypted || session.encrypted, "{session:?}");
    }
    assert!(rows.iter().all(|row| row.session.is_none_or(|session| (session as usize) < sessions.len())));
    let connections = dissector.connections();
    assert!(connections.iter().map(|known| known.connection).is_sorted());
    assert!(connections.iter().all(|known| known.first_time <= known.last_time));
    let counters = dissector.counters();
    assert!(counters.decrypted_pdus + counters.encrypted_pdus + counters.decryption_failures <= counters.pdus);
}
