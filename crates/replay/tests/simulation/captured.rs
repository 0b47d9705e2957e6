//! Traces written by hand. A place in the trace and its time are one number: milliseconds since the first packet.

use crate::wire;
use capture::{CloseKind, Direction, Timestamp};
use dissect::{Closed, Kind, Operation};
use smb2::{Command, FileId, Header};
use smbreplay_replay::trace::{Row, Trace, TraceConnection};
use std::net::SocketAddr;

/// A trace under construction. Connections count from 0, as lanes do.
#[derive(Default)]
pub(crate) struct Captured {
    /// What is known of its connections.
    pub(crate) trace: Trace,
    pub(crate) rows: Vec<Row>,
}

fn time(at: u64) -> Timestamp {
    Timestamp(i64::try_from(at).unwrap() * 1_000_000)
}

impl Captured {
    /// A trace with this many connections, each of its own client. Each begins at 0 with an ECHO, MessageId 0,
    /// answered at 1, that brings credits.
    pub(crate) fn with_connections(count: u32) -> Self {
        let mut captured = Self::default();
        for connection in 0..count {
            captured.connect(connection, &format!("10.0.0.{}:50000", connection + 1));
            captured.request(connection, 0, wire::echo(0)).answered(1);
        }
        captured
    }

    /// A connection on which nothing has happened yet.
    pub(crate) fn connect(&mut self, connection: u32, client: &str) {
        let server: SocketAddr = "10.0.0.99:445".parse().unwrap();
        self.trace.connections.push(TraceConnection {
            connection,
            client: client.parse().unwrap(),
            server,
            dialect: None,
            server_guid: None,
        });
        self.trace.servers.push(server);
    }

    /// A request that the client sent at this place, having received everything before.
    pub(crate) fn request(&mut self, connection: u32, at: u64, bytes: Vec<u8>) -> CapturedOperation<'_> {
        let mut operation = self.row(Kind::Request, connection);
        operation.request_start_seq = Some(at);
        operation.request_seq = Some(at);
        operation.request_start_time = Some(time(at));
        operation.request_time = Some(time(at));
        if let Ok(header) = Header::parse(&bytes) {
            operation.message_id = Some(header.message_id);
            operation.command = Some(header.command);
        }
        operation.request = Some(bytes.into());
        self.push(operation)
    }

    /// Messages that went out as one chain; answered one by one, at `answered` and with these statuses.
    pub(crate) fn chain(&mut self, connection: u32, at: u64, messages: &[Vec<u8>], answered: u64, statuses: &[u32]) {
        for (index, bytes) in wire::chain(messages).into_iter().enumerate() {
            let mut added = self.request(connection, at, bytes);
            added.operation().request_chain = Some(at);
            added.operation().compound_index = Some(u16::try_from(index).unwrap());
            added.answered_with(answered, statuses[index], &[]);
        }
    }

    /// An oplock break that the server sent at this place.
    pub(crate) fn oplock_break(&mut self, connection: u32, at: u64, file_id: FileId, path: &str) {
        let mut operation = self.row(Kind::Notification, connection);
        operation.response_seq = Some(at);
        operation.response_time = Some(time(at));
        operation.command = Some(Command::OPLOCK_BREAK);
        operation.file_id = Some(file_id);
        operation.open = Some(u32::from(file_id.0[0]));
        self.push(operation).on(path);
    }

    /// The close of a connection.
    pub(crate) fn close(&mut self, connection: u32, at: u64, by: Direction, how: CloseKind) {
        let mut operation = self.row(Kind::Close, connection);
        match by {
            Direction::ClientToServer => {
                operation.request_seq = Some(at);
                operation.request_time = Some(time(at));
            }
            Direction::ServerToClient => {
                operation.response_seq = Some(at);
                operation.response_time = Some(time(at));
            }
        }
        operation.closed = Some(Closed { by, how });
        self.push(operation);
    }

    pub(crate) fn into_trace(self) -> Trace {
        Trace { rows: self.rows.into_iter().collect(), ..self.trace }
    }

    fn row(&self, kind: Kind, connection: u32) -> Operation {
        Operation::new(u32::try_from(self.rows.len()).unwrap(), kind, connection)
    }

    fn push(&mut self, operation: Operation) -> CapturedOperation<'_> {
        self.rows.push(Row { file: "session".into(), operation, data_left: false, stand_in: false });
        CapturedOperation { row: self.rows.last_mut().unwrap() }
    }
}

/// A row that has just been added, to say more of it.
pub(crate) struct CapturedOperation<'a> {
    row: &'a mut Row,
}

impl CapturedOperation<'_> {
    /// What no method here says.
    pub(crate) fn operation(&mut self) -> &mut Operation {
        &mut self.row.operation
    }

    /// Answered with success.
    pub(crate) fn answered(self, at: u64) -> Self {
        self.answered_with(at, 0, &[])
    }

    /// Answered with this status and body.
    pub(crate) fn answered_with(mut self, at: u64, status: u32, body: &[u8]) -> Self {
        let operation = self.operation();
        operation.kind = Kind::Exchange;
        operation.response_seq = Some(at);
        operation.response_time = Some(time(at));
        operation.status = Some(status);
        operation.response = operation.request.as_deref().map(|sent| wire::response(sent, status, 1, body).into());
        self
    }

    /// A CREATE that opened `path` under this FileId.
    pub(crate) fn opened(self, at: u64, file_id: FileId, oplock_level: u8, path: &str) -> Self {
        let mut created = self.answered_with(at, 0, &wire::created(file_id, oplock_level)).on(path);
        created.operation().file_id = Some(file_id);
        created.operation().open = Some(u32::from(file_id.0[0]));
        created
    }

    /// Interim response.
    pub(crate) fn pended(mut self, at: u64, async_id: u64) -> Self {
        let operation = self.operation();
        operation.interim_seq = Some(at);
        operation.interim_time = Some(time(at));
        operation.async_id = Some(async_id);
        self
    }

    /// The client had received what lies up to this place, no more.
    pub(crate) fn acks(mut self, seq: u64) -> Self {
        self.operation().request_acks = Some(seq);
        self
    }

    /// What it is about.
    pub(crate) fn on(mut self, path: &str) -> Self {
        self.operation().share = Some("share".into());
        self.operation().path = Some(path.into());
        self
    }
}
