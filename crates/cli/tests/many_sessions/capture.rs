//! A capture of many sessions, made of one recorded connection.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Sessions in the capture.
pub(crate) const SESSIONS: u32 = 10_000;
/// The recorded connection: its client's port, and the SessionId of its session.
const PORT: u16 = 35_792;
const SESSION_ID: u64 = 0xcfb5_0b29;

/// Ethernet, then IPv4 and TCP, both without options.
const IP: usize = 14;
const TCP: usize = IP + 20;
/// Of a record in the file.
const RECORD_HEADER: usize = 16;

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const PUSH: u8 = 0x08;

/// Which connections the sessions are on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    Each,
    One,
}

/// Which end of a connection sends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// A request and its response, header and body.
type Exchange = [Vec<u8>; 2];

/// What is said in every session.
pub(crate) struct Script {
    connections: Connections,
    /// The first is the NEGOTIATE.
    exchanges: Vec<Exchange>,
    /// The FileIds that were opened.
    file_ids: Vec<[u8; 16]>,
}

/// The SessionId of a session.
pub(crate) fn session_id(session: u32) -> u64 {
    0x1000_0000 + u64::from(session)
}

impl Script {
    /// The exchanges of the connection in `capture` that have the numbers `chosen`.
    pub(crate) fn recorded(capture: &[u8], chosen: &[usize], connections: Connections) -> Self {
        let messages = messages(capture);
        let all: Vec<Exchange> = messages.chunks_exact(2).map(|pair| [pair[0].clone(), pair[1].clone()]).collect();
        let exchanges: Vec<Exchange> = chosen.iter().map(|number| all[*number].clone()).collect();
        let opened = exchanges.iter().filter(|[request, _]| request[12..14] == [5, 0]);
        let file_ids = opened.map(|[_, response]| response[128..144].try_into().unwrap()).collect();
        Self { connections, exchanges, file_ids }
    }

    /// The exchanges of a session, without the NEGOTIATE.
    pub(crate) fn of_session(&self, session: u32) -> Vec<Exchange> {
        let of = |exchange| [0, 1].map(|part| self.message(exchange, part, session));
        (1..self.exchanges.len()).map(of).collect()
    }

    /// Request (0) or response (1) of an exchange, with a MessageId, SessionId and FileIds of the session's own.
    fn message(&self, exchange: usize, part: usize, session: u32) -> Vec<u8> {
        let mut message = self.exchanges[exchange][part].clone();
        let number = exchange as u64 * u64::from(SESSIONS) + u64::from(session);
        let message_id = if exchange == 0 { 0 } else { number };
        message[24..32].copy_from_slice(&message_id.to_le_bytes());
        if message[40..48] == SESSION_ID.to_le_bytes() {
            message[40..48].copy_from_slice(&session_id(session).to_le_bytes());
        }
        for file_id in &self.file_ids {
            if let Some(at) = message.windows(16).position(|window| window == file_id) {
                message[at + 8..at + 12].copy_from_slice(&session.to_le_bytes());
            }
        }
        message
    }

    /// Writes the capture: each message in all sessions before the next one in any.
    pub(crate) fn write(&self, to: &Path) {
        let mut capture = Capture::create(to);
        let mut connections: Vec<Connection> = match self.connections {
            Connections::Each => (0..SESSIONS).map(Connection::new).collect(),
            Connections::One => vec![Connection::new(0)],
        };
        for (side, flags) in [(Side::Client, SYN), (Side::Server, SYN | ACK), (Side::Client, ACK)] {
            connections.iter_mut().for_each(|connection| capture.segment(connection, side, flags, &[]));
        }
        for exchange in 0..self.exchanges.len() {
            let times = if exchange == 0 { connections.len() } else { SESSIONS as usize };
            for (part, side) in [Side::Client, Side::Server].into_iter().enumerate() {
                for session in 0..times {
                    let message = self.message(exchange, part, u32::try_from(session).unwrap());
                    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
                    let connection = session % connections.len();
                    capture.segment(&mut connections[connection], side, ACK | PUSH, &[&length[..], &message].concat());
                }
            }
        }
        capture.file.flush().unwrap();
    }
}

/// The messages of the recorded connection, each of which is a TCP segment.
fn messages(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut rest = &capture[24..];
    while let Some(length) = rest.get(8..12) {
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize + RECORD_HEADER;
        let (record, behind) = rest.split_at(length);
        let tcp = &record[RECORD_HEADER + TCP..];
        let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        if (port(0) == PORT || port(2) == PORT) && payload.len() > 4 {
            messages.push(payload[4..].to_vec());
        }
        rest = behind;
    }
    messages
}

/// A connection of the capture.
struct Connection {
    port: u16,
    /// Sequence numbers of client and server. They differ by connection: equal ones would be a translated copy.
    next: [u32; 2],
}

impl Connection {
    fn new(number: u32) -> Self {
        let start = (number + 1).wrapping_mul(2_654_435_761);
        Self { port: u16::try_from(10_000 + number).unwrap(), next: [start, !start] }
    }
}

/// A capture in the making.
struct Capture {
    file: BufWriter<File>,
    packets: u32,
}

impl Capture {
    /// A little-endian pcap file of Ethernet frames.
    fn create(path: &Path) -> Self {
        let mut file = BufWriter::new(File::create(path).unwrap());
        file.write_all(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]).unwrap();
        Self { file, packets: 0 }
    }

    /// Writes a segment, 20 microseconds after the one before.
    fn segment(&mut self, connection: &mut Connection, from: Side, flags: u8, payload: &[u8]) {
        let micros = self.packets * 20;
        let (own, other) = if from == Side::Client { (0, 1) } else { (1, 0) };
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let total = u16::try_from(40 + payload.len()).unwrap();
        frame.extend([0x45, 0]);
        frame.extend(total.to_be_bytes());
        frame.extend(((self.packets & 0xffff) as u16).to_be_bytes());
        frame.extend([0x40, 0, 64, 6, 0, 0]);
        let ends = [([10, 0, 0, 1], connection.port), ([10, 0, 0, 2], 445)];
        frame.extend(ends[own].0);
        frame.extend(ends[other].0);
        frame.extend(ends[own].1.to_be_bytes());
        frame.extend(ends[other].1.to_be_bytes());
        frame.extend(connection.next[own].to_be_bytes());
        let acknowledged = if flags & ACK == 0 { 0 } else { connection.next[other] };
        frame.extend(acknowledged.to_be_bytes());
        frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend(payload);
        let length = u32::try_from(frame.len()).unwrap();
        for field in [1_700_000_000 + micros / 1_000_000, micros % 1_000_000, length, length] {
            self.file.write_all(&field.to_le_bytes()).unwrap();
        }
        self.file.write_all(&frame).unwrap();
        let advance = u32::try_from(payload.len()).unwrap() + u32::from(flags & SYN != 0);
        connection.next[own] = connection.next[own].wrapping_add(advance);
        self.packets += 1;
    }
}
