//! Hand-made messages and transport events.

#![allow(dead_code, reason = "each test program uses its part")]

use bytes::Bytes;
use capture::{Direction, Endpoints, Event, Hole, Mark, Pdu, Timestamp};
use smb2::{Command, HeaderFlags, utf16};
use smbreplay_dissect::{Dissector, Operation, Secrets};

/// A message in the making.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) command: Command,
    pub(crate) message_id: u64,
    pub(crate) session_id: u64,
    pub(crate) tree_id: u32,
    pub(crate) async_id: Option<u64>,
    pub(crate) status: u32,
    pub(crate) flags: u32,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn message(command: Command, message_id: u64, body: &[u8]) -> Message {
    Message { command, message_id, session_id: 7, tree_id: 1, async_id: None, status: 0, flags: 0, body: body.to_vec() }
}

impl Message {
    pub(crate) fn session(mut self, session_id: u64) -> Self {
        self.session_id = session_id;
        self
    }
    pub(crate) fn tree(mut self, tree_id: u32) -> Self {
        self.tree_id = tree_id;
        self
    }
    pub(crate) fn asynchronous(mut self, async_id: u64) -> Self {
        self.async_id = Some(async_id);
        self
    }
    pub(crate) fn status(mut self, status: u32) -> Self {
        self.status = status;
        self
    }
    pub(crate) fn related(mut self) -> Self {
        self.flags |= HeaderFlags::RELATED_OPERATIONS;
        self
    }

    fn bytes(&self, direction: Direction) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        let from_server = if direction == Direction::ServerToClient { HeaderFlags::SERVER_TO_REDIR } else { 0 };
        let asynchronous = if self.async_id.is_some() { HeaderFlags::ASYNC_COMMAND } else { 0 };
        put(0, &smb2::header::PROTOCOL_ID);
        put(4, &64_u16.to_le_bytes());
        put(8, &self.status.to_le_bytes());
        put(12, &self.command.0.to_le_bytes());
        put(14, &1_u16.to_le_bytes());
        put(16, &(self.flags | from_server | asynchronous).to_le_bytes());
        put(24, &self.message_id.to_le_bytes());
        match self.async_id {
            Some(async_id) => put(32, &async_id.to_le_bytes()),
            None => put(36, &self.tree_id.to_le_bytes()),
        }
        put(40, &self.session_id.to_le_bytes());
        bytes.extend(&self.body);
        bytes
    }
}

/// The body of a PDU of `messages`, chained.
pub(crate) fn chained(direction: Direction, messages: &[Message]) -> Vec<u8> {
    let mut body = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let start = body.len();
        body.extend(message.bytes(direction));
        if index + 1 < messages.len() {
            body.resize(body.len().next_multiple_of(8), 0);
            let next = u32::try_from(body.len() - start).unwrap();
            body[start + 20..start + 24].copy_from_slice(&next.to_le_bytes());
        }
    }
    body
}

/// A dissector with one connection open, and a clock that goes on by a frame with each PDU.
pub(crate) struct Trace {
    pub(crate) dissector: Dissector,
    pub(crate) frame: u64,
    connection: u32,
    stream_ends: [u64; 2],
}

pub(crate) fn endpoints(server: &str) -> Endpoints {
    Endpoints { client: "10.0.0.9:50000".parse().unwrap(), server: server.parse().unwrap() }
}

pub(crate) fn at(frame: u64) -> Mark {
    Mark { frame, time: Timestamp(i64::try_from(frame).unwrap() * 1000), seq: frame << 24 }
}

impl Trace {
    /// A trace with connection 0 to 10.0.0.1.
    pub(crate) fn new() -> Self {
        Self::with_secrets(Secrets::default())
    }

    /// The same, which opens what `secrets` open.
    pub(crate) fn with_secrets(secrets: Secrets) -> Self {
        let dissector = Dissector::with_secrets(secrets);
        let mut trace = Self { dissector, frame: 0, connection: 0, stream_ends: [0; 2] };
        trace.connect(0, "10.0.0.1:445");
        trace.rows();
        trace
    }

    /// Begins a connection; what is sent from now on is sent on it.
    pub(crate) fn connect(&mut self, connection: u32, server: &str) {
        self.frame += 1;
        self.connection = connection;
        self.stream_ends = [0; 2];
        self.dissector.handle(Event::Connect {
            connection,
            endpoints: endpoints(server),
            at: at(self.frame),
            handshake: true,
            round_trip_ns: None,
        });
    }

    pub(crate) fn send(&mut self, messages: &[Message]) {
        self.pdu(Direction::ClientToServer, chained(Direction::ClientToServer, messages));
    }

    pub(crate) fn receive(&mut self, messages: &[Message]) {
        self.pdu(Direction::ServerToClient, chained(Direction::ServerToClient, messages));
    }

    /// Sends a PDU whose sender had received all that the other side sent.
    pub(crate) fn pdu(&mut self, direction: Direction, body: Vec<u8>) {
        self.pdu_with_holes(direction, body, Vec::new());
    }

    /// A PDU of which not every byte was captured.
    pub(crate) fn pdu_with_holes(&mut self, direction: Direction, body: Vec<u8>, holes: Vec<Hole>) {
        let (own, other) = match direction {
            Direction::ClientToServer => (0, 1),
            Direction::ServerToClient => (1, 0),
        };
        self.frame += 1;
        self.stream_ends[own] += body.len() as u64 + 4;
        self.dissector.handle(Event::Pdu(Pdu {
            connection: self.connection,
            direction,
            body: Bytes::from(body),
            holes,
            first: at(self.frame),
            last: at(self.frame),
            stream_end: self.stream_ends[own],
            acked: Some(self.stream_ends[other]),
        }));
    }

    /// The rows that are complete.
    pub(crate) fn rows(&mut self) -> Vec<Operation> {
        std::iter::from_fn(|| self.dissector.poll()).map(|row| *row).collect()
    }

    /// The rows that are complete, and those that never will be.
    pub(crate) fn finish(&mut self) -> Vec<Operation> {
        self.dissector.finish();
        self.rows()
    }
}

/// Bytes one after the other.
pub(crate) fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

pub(crate) fn file_id(number: u8) -> [u8; 16] {
    [number; 16]
}

pub(crate) fn tree_connect_request(share: &str) -> Vec<u8> {
    let path = utf16::from_str(share);
    bytes(&[
        &9_u16.to_le_bytes(),
        &[0; 2],
        &72_u16.to_le_bytes(),
        &u16::try_from(path.len()).unwrap().to_le_bytes(),
        &path,
    ])
}

pub(crate) fn tree_connect_response() -> Vec<u8> {
    bytes(&[&16_u16.to_le_bytes(), &[1, 0], &[0; 12]])
}

/// A CREATE that opens `path` with the oplock `level` and `contexts`.
pub(crate) fn create_request(path: &str, level: u8, contexts: &[u8]) -> Vec<u8> {
    let name = utf16::from_str(path);
    let mut padded = name.clone();
    padded.resize(name.len().next_multiple_of(8).max(8), 0);
    let offset = if contexts.is_empty() { 0 } else { 120 + padded.len() };
    bytes(&[
        &57_u16.to_le_bytes(),
        &[0, level],
        &2_u32.to_le_bytes(),
        &[0; 16],
        &0x0012_0089_u32.to_le_bytes(),
        &[0; 4],
        &7_u32.to_le_bytes(),
        &1_u32.to_le_bytes(),
        &[0; 4],
        &120_u16.to_le_bytes(),
        &u16::try_from(name.len()).unwrap().to_le_bytes(),
        &u32::try_from(offset).unwrap().to_le_bytes(),
        &u32::try_from(contexts.len()).unwrap().to_le_bytes(),
        &padded,
        contexts,
    ])
}

pub(crate) fn create_response(file_id: [u8; 16], level: u8, contexts: &[u8]) -> Vec<u8> {
    let offset: u32 = if contexts.is_empty() { 0 } else { 152 };
    bytes(&[
        &89_u16.to_le_bytes(),
        &[level, 0],
        &1_u32.to_le_bytes(),
        &[0; 40],
        &4096_u64.to_le_bytes(),
        &0x20_u32.to_le_bytes(),
        &[0; 4],
        &file_id,
        &offset.to_le_bytes(),
        &u32::try_from(contexts.len()).unwrap().to_le_bytes(),
        contexts,
    ])
}

/// A create context.
pub(crate) fn context(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    bytes(&[
        &[0; 4],
        &16_u16.to_le_bytes(),
        &4_u16.to_le_bytes(),
        &[0; 2],
        &24_u16.to_le_bytes(),
        &length.to_le_bytes(),
        name,
        &[0; 4],
        data,
    ])
}

/// A lease context.
pub(crate) fn lease(key: u8, state: u32) -> Vec<u8> {
    context(b"RqLs", &bytes(&[&[key; 16], &state.to_le_bytes(), &[0; 12]]))
}

pub(crate) fn read_request(file_id: [u8; 16], offset: u64, length: u32) -> Vec<u8> {
    bytes(&[&49_u16.to_le_bytes(), &[0; 2], &length.to_le_bytes(), &offset.to_le_bytes(), &file_id, &[0; 16], &[0]])
}

pub(crate) fn read_response(data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    bytes(&[&17_u16.to_le_bytes(), &[80, 0], &length.to_le_bytes(), &[0; 8], data])
}

pub(crate) fn write_request(file_id: [u8; 16], offset: u64, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    bytes(&[
        &49_u16.to_le_bytes(),
        &112_u16.to_le_bytes(),
        &length.to_le_bytes(),
        &offset.to_le_bytes(),
        &file_id,
        &[0; 16],
        data,
    ])
}

pub(crate) fn write_response(count: u32) -> Vec<u8> {
    bytes(&[&17_u16.to_le_bytes(), &[0; 2], &count.to_le_bytes(), &[0; 8]])
}

pub(crate) fn ioctl_request(code: u32, file_id: [u8; 16], input: &[u8]) -> Vec<u8> {
    let length = u32::try_from(input.len()).unwrap();
    bytes(&[
        &57_u16.to_le_bytes(),
        &[0; 2],
        &code.to_le_bytes(),
        &file_id,
        &120_u32.to_le_bytes(),
        &length.to_le_bytes(),
        &[0; 12],
        &1024_u32.to_le_bytes(),
        &1_u32.to_le_bytes(),
        &[0; 4],
        input,
    ])
}

pub(crate) fn ioctl_response(code: u32, file_id: [u8; 16], output: &[u8]) -> Vec<u8> {
    let length = u32::try_from(output.len()).unwrap();
    bytes(&[
        &49_u16.to_le_bytes(),
        &[0; 2],
        &code.to_le_bytes(),
        &file_id,
        &112_u32.to_le_bytes(),
        &[0; 4],
        &112_u32.to_le_bytes(),
        &length.to_le_bytes(),
        &[0; 8],
        output,
    ])
}

pub(crate) fn close_request(file_id: [u8; 16]) -> Vec<u8> {
    bytes(&[&24_u16.to_le_bytes(), &[0; 6], &file_id])
}

pub(crate) fn close_response() -> Vec<u8> {
    bytes(&[&60_u16.to_le_bytes(), &[0; 58]])
}

pub(crate) fn error_response() -> Vec<u8> {
    bytes(&[&9_u16.to_le_bytes(), &[0; 7]])
}

pub(crate) fn change_notify_request(file_id: [u8; 16]) -> Vec<u8> {
    bytes(&[&32_u16.to_le_bytes(), &[0; 2], &64_u32.to_le_bytes(), &file_id, &3_u32.to_le_bytes(), &[0; 4]])
}

pub(crate) fn rename_request(file_id: [u8; 16], name: &str) -> Vec<u8> {
    let name = utf16::from_str(name);
    let length = u32::try_from(name.len()).unwrap();
    bytes(&[
        &33_u16.to_le_bytes(),
        &[1, 10],
        &(length + 20).to_le_bytes(),
        &96_u16.to_le_bytes(),
        &[0; 6],
        &file_id,
        &[0; 16],
        &length.to_le_bytes(),
        &name,
    ])
}

/// Bodies without content: LOGOFF, ECHO, CANCEL, TREE_DISCONNECT, requests and responses.
pub(crate) fn empty() -> Vec<u8> {
    vec![4, 0, 0, 0]
}

pub(crate) fn session_setup_request(flags: u8, previous_session_id: u64, token: &[u8]) -> Vec<u8> {
    let length = u16::try_from(token.len()).unwrap();
    bytes(&[
        &25_u16.to_le_bytes(),
        &[flags, 1],
        &[0; 8],
        &88_u16.to_le_bytes(),
        &length.to_le_bytes(),
        &previous_session_id.to_le_bytes(),
        token,
    ])
}

pub(crate) fn session_setup_response(flags: u16) -> Vec<u8> {
    bytes(&[&9_u16.to_le_bytes(), &flags.to_le_bytes(), &72_u16.to_le_bytes(), &[0; 2]])
}

/// An NTLM AUTHENTICATE message with names and an empty proof.
pub(crate) fn authenticate(domain: &str, user: &str, workstation: &str) -> Vec<u8> {
    let mut fields = Vec::new();
    let mut payload = Vec::new();
    let texts = [domain, user, workstation].map(utf16::from_str);
    for part in [&[1; 24][..], &[2; 24], &texts[0], &texts[1], &texts[2], &[]] {
        let length = u16::try_from(part.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(64 + payload.len()).unwrap().to_le_bytes();
        fields.extend([&length[..], &length, &offset].concat());
        payload.extend(part);
    }
    bytes(&[b"NTLMSSP\0", &3_u32.to_le_bytes(), &fields, &1_u32.to_le_bytes(), &payload])
}

pub(crate) fn negotiate_request(client_guid: u8) -> Vec<u8> {
    bytes(&[
        &36_u16.to_le_bytes(),
        &2_u16.to_le_bytes(),
        &[1, 0, 0, 0, 0, 0, 0, 0],
        &[client_guid; 16],
        &[0; 8],
        &0x0202_u16.to_le_bytes(),
        &0x0300_u16.to_le_bytes(),
    ])
}

pub(crate) fn negotiate_response(dialect: u16, server_guid: u8) -> Vec<u8> {
    bytes(&[
        &65_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &dialect.to_le_bytes(),
        &[0; 2],
        &[server_guid; 16],
        &0x40_u32.to_le_bytes(),
        &0x0010_0000_u32.to_le_bytes(),
        &0x0020_0000_u32.to_le_bytes(),
        &0x0030_0000_u32.to_le_bytes(),
        &[0; 16],
        &128_u16.to_le_bytes(),
        &[0; 6],
    ])
}
