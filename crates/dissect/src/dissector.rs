//! The dissector: events of the transport in, operations out.

use crate::acknowledgement::Acknowledged;
use crate::chain::Chain;
use crate::connection::Connection;
use crate::counters::Counters;
use crate::keys::Keys;
use crate::known_keys::KnownKeys;
use crate::message;
use crate::operation::{Closed, Kind, Operation};
use crate::secrets::{SecretError, Secrets};
use crate::state::State;
use crate::summary::{ConnectionSummary, SessionSummary};
use crate::unwrapping::{Unwrapped, Wrapping};
use bytes::Bytes;
use capture::{CloseKind, Direction, Endpoints, Event, Mark, Pdu};
use smb2::Command;
use smb2::transport::Protocol;
use std::collections::{BTreeMap, VecDeque};

/// How many connections a trace may have; what happens on further ones is dropped and counted.
const CONNECTION_LIMIT: usize = 1 << 18;
/// How many closed connections keep their outstanding requests, since the other side may send after a FIN.
const CLOSED_LIMIT: usize = 256;
/// Bytes of these requests, beside those of the connection that was closed last: large WRITEs may be among them. Requests that
/// come behind the close are bounded by the number of connections alone.
const CLOSED_BYTES: usize = 16 << 20;

/// Makes operations of what was captured.
///
/// Feed it every [`Event`] in the order of the trace with [`handle`](Self::handle), take complete rows with
/// [`poll`](Self::poll), then [`finish`](Self::finish) and take the rest. Rows leave when they are complete: with
/// their final response, or when none can come any more. `Operation::op` counts rows in the order in which their
/// requests (or, without one, they themselves) appear; sort by it for request order.
#[derive(Debug, Default)]
pub struct Dissector {
    connections: BTreeMap<u32, Connection>,
    /// Connections closed lately, in the order of their closes, and bytes of what was outstanding then.
    closed: VecDeque<(u32, usize)>,
    /// Bytes of all of them.
    closed_bytes: usize,
    state: State,
}

impl Dissector {
    /// A dissector that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A dissector that decrypts and verifies what `secrets` allow.
    pub fn with_secrets(secrets: Secrets) -> Self {
        let mut dissector = Self::new();
        dissector.state.keys = Keys::new(secrets);
        dissector
    }

    /// Takes in keys that the trace itself holds, lines of Wireshark's `smb2_seskey_list`. What is known of a session already
    /// stays as it is.
    ///
    /// # Errors
    /// [`SecretError::Line`] for the first line that is not of that form; those before it are taken in.
    pub fn add_embedded_keys(&mut self, lines: &str) -> Result<(), SecretError> {
        self.state.keys.secrets.add_embedded(lines)
    }

    /// Takes in the next event of the trace.
    pub fn handle(&mut self, mut event: Event) {
        self.take(&mut event);
    }

    /// Takes in the next event of the trace. Of a PDU in which something was opened, it is returned as it is understood from
    /// there on: its body in clear.
    pub fn handle_opening(&mut self, mut event: Event) -> Option<Pdu> {
        let opened = self.take(&mut event);
        match event {
            Event::Pdu(pdu) if opened => Some(pdu),
            _ => None,
        }
    }

    /// The next complete row, if there is one.
    pub fn poll(&mut self) -> Option<Box<Operation>> {
        self.state.ready.pop_front()
    }

    /// The next session that ended: it was logged off, or the last of its connections was closed. Rows of it may come all the same,
    /// of what is outstanding or was sent in spite of that.
    pub fn poll_ended(&mut self) -> Option<u32> {
        self.state.sessions.poll_ended()
    }

    /// The least number of a row of `session` that is still to come, or the number that the next row will get: all rows of
    /// this session with a lesser number have been polled.
    pub fn first_unfinished(&self, session: Option<u32>) -> u32 {
        let pending = self.connections.values().flat_map(|connection| connection.outstanding.iter());
        // A request may turn out to belong to a session when its answer comes; that of a logon is then a new one.
        let may_join = |operation: &&Operation| {
            operation.session == session
                || operation.session.is_none()
                    && !matches!(operation.command, Some(Command::NEGOTIATE | Command::SESSION_SETUP))
        };
        let ready = self.state.ready.iter().map(Box::as_ref);
        let unfinished = pending.chain(ready).filter(may_join).map(|operation| operation.op);
        unfinished.fold(self.state.next_number(), u32::min)
    }

    /// The trace ends: all that is still outstanding becomes ready as it is.
    pub fn finish(&mut self) {
        let Self { connections, closed, state, .. } = self;
        closed.clear();
        for connection in connections.values_mut() {
            state.give_up(connection);
        }
    }

    /// The connections seen so far, ascending.
    pub fn connections(&self) -> Vec<ConnectionSummary> {
        self.connections.values().map(|connection| connection.summary.clone()).collect()
    }

    /// The sessions seen so far, in order of first appearance; their counts cover the rows that were ready.
    pub fn sessions(&self) -> Vec<SessionSummary> {
        self.state.sessions.summaries()
    }

    /// The keys that have opened messages or fit signatures so far.
    pub fn known_keys(&self) -> KnownKeys {
        KnownKeys::of(&self.state.keys, &self.state.sessions)
    }

    /// What was read, dropped and guessed so far.
    pub fn counters(&self) -> Counters {
        let State { sessions, trees, opens, pipes, keys, counters, .. } = &self.state;
        Counters {
            sessions_dropped: sessions.dropped(),
            trees_evicted: trees.evicted(),
            opens_evicted: opens.evicted(),
            closed_opens_forgotten: opens.closed_forgotten(),
            opens_not_followed: opens.not_followed(),
            leases_evicted: opens.leases_evicted(),
            pipes_evicted: pipes.evicted(),
            keys_evicted: keys.evicted(),
            ..*counters
        }
    }

    /// Takes in an event; says whether it is a PDU in which something was opened, whose body stays therefore.
    fn take(&mut self, event: &mut Event) -> bool {
        match event {
            Event::Connect { connection, endpoints, at, handshake, round_trip_ns } => {
                self.connect(*connection, *endpoints, *at, *handshake, *round_trip_ns);
            }
            Event::Pdu(pdu) => return self.pdu(pdu),
            Event::Close { connection, by, how, at, acked } => self.close(*connection, *by, *how, *at, *acked),
        }
        false
    }

    fn connect(&mut self, number: u32, endpoints: Endpoints, at: Mark, handshake: bool, round_trip_ns: Option<u64>) {
        if self.connections.len() >= CONNECTION_LIMIT {
            self.state.counters.connections_dropped = self.state.counters.connections_dropped.saturating_add(1);
            return;
        }
        let connection = Connection::new(number, endpoints, at.time, handshake, round_trip_ns);
        if let Some(mut reused) = self.connections.insert(number, connection) {
            self.state.give_up(&mut reused);
        }
        let mut operation = self.state.row(Kind::Connect, number);
        operation.requested(at, at);
        let beginning = if handshake { "" } else { ", begun before the capture" };
        operation.detail = Some(format!("{} to {}{beginning}", endpoints.client, endpoints.server));
        self.state.complete(operation);
    }

    fn close(&mut self, number: u32, by: Direction, how: CloseKind, at: Mark, acked: Option<u64>) {
        let Self { connections, closed, closed_bytes, state } = self;
        let Some(connection) = connections.get_mut(&number) else {
            state.counters.connections_dropped = state.counters.connections_dropped.saturating_add(1);
            return;
        };
        let how = Closed { by, how };
        connection.seen(at.time);
        connection.close(how);
        connection.sessions().for_each(|session| state.sessions.closed(session));
        let mut operation = state.row(Kind::Close, number);
        match by {
            Direction::ClientToServer => {
                operation.requested(at, at);
                operation.request_acks = state.acknowledged(connection, acked);
            }
            Direction::ServerToClient => operation.responded(at),
        }
        operation.closed = Some(how);
        operation.detail = Some(how.name().replace('_', " "));
        state.complete(operation);
        let bytes = connection.outstanding.bytes();
        closed.push_back((number, bytes));
        *closed_bytes = closed_bytes.saturating_add(bytes);
        while closed.len() > CLOSED_LIMIT || closed_bytes.saturating_sub(bytes) > CLOSED_BYTES {
            let Some((oldest, of_oldest)) = closed.pop_front() else { break };
            *closed_bytes = closed_bytes.saturating_sub(of_oldest);
            let Some(oldest) = connections.get_mut(&oldest) else { continue };
            if !oldest.outstanding.is_empty() {
                let given_up = &mut state.counters.closed_connections_given_up;
                *given_up = given_up.saturating_add(1);
                oldest.sessions().for_each(|session| state.sessions.given_up(session));
            }
            state.give_up(oldest);
            oldest.received.forget();
        }
    }

    /// Takes in a PDU; says whether something in it was opened, and its body stays therefore.
    fn pdu(&mut self, pdu: &mut Pdu) -> bool {
        let Self { connections, state, .. } = self;
        state.counters.pdus = state.counters.pdus.saturating_add(1);
        let Some(connection) = connections.get_mut(&pdu.connection) else {
            state.counters.connections_dropped = state.counters.connections_dropped.saturating_add(1);
            return false;
        };
        connection.seen(pdu.first.time);
        connection.seen(pdu.last.time);
        match pdu.direction {
            Direction::ClientToServer => {
                let acks = state.acknowledged(connection, pdu.acked);
                state.client_pdu(connection, pdu, acks)
            }
            Direction::ServerToClient => {
                connection.received.push(pdu);
                state.server_pdu(connection, pdu)
            }
        }
    }
}

impl State {
    fn client_pdu(&mut self, connection: &mut Connection, pdu: &mut Pdu, acks: Option<u64>) -> bool {
        let Unwrapped { wrapping, refusal } = self.unwrap(connection, pdu);
        match Protocol::of(&pdu.body) {
            Some(Protocol::Smb2) => {
                let mut chain = Chain::default();
                message::split(body_of(pdu, wrapping), pdu, wrapping, |message| {
                    self.request(connection, message, &mut chain, acks);
                });
            }
            Some(Protocol::Smb1) => self.smb1_request(connection, message::whole(pdu), acks),
            _ => {
                let mut operation = self.opaque(connection, Kind::Request, pdu, refusal);
                operation.wrapped(wrapping);
                let message = message::whole(pdu);
                operation.requested(message.first, message.last);
                operation.request_acks = acks;
                operation.request_bytes(message.bytes, message.holes);
                self.complete(operation);
            }
        }
        wrapping.is_any()
    }

    fn server_pdu(&mut self, connection: &mut Connection, pdu: &mut Pdu) -> bool {
        let Unwrapped { wrapping, refusal } = self.unwrap(connection, pdu);
        match Protocol::of(&pdu.body) {
            Some(Protocol::Smb2) => {
                message::split(body_of(pdu, wrapping), pdu, wrapping, |message| self.response(connection, message));
            }
            Some(Protocol::Smb1) => self.smb1_response(connection),
            _ => {
                let mut operation = self.opaque(connection, Kind::Response, pdu, refusal);
                operation.wrapped(wrapping);
                let message = message::whole(pdu);
                operation.responded(message.last);
                operation.response_bytes(message.bytes, message.holes);
                self.complete(operation);
            }
        }
        wrapping.is_any()
    }

    /// What the client had received when it sent a segment with this acknowledgement.
    fn acknowledged(&mut self, connection: &Connection, acked: Option<u64>) -> Option<u64> {
        match connection.received.covered(acked) {
            Acknowledged::UpTo(seq) => Some(seq),
            Acknowledged::Nothing => None,
            Acknowledged::Forgotten => {
                self.counters.acknowledgements_forgotten = self.counters.acknowledgements_forgotten.saturating_add(1);
                None
            }
        }
    }

    /// Gives up what is outstanding on a connection.
    pub(crate) fn give_up(&mut self, connection: &mut Connection) {
        for pending in connection.outstanding.drain() {
            self.leave(pending);
        }
    }

    /// The row of a PDU that is not plain SMB2, as far as its first bytes tell. `refusal` says why it was not expanded.
    fn opaque(
        &mut self,
        connection: &mut Connection,
        kind: Kind,
        pdu: &Pdu,
        refusal: Option<String>,
    ) -> Box<Operation> {
        match Protocol::of(&pdu.body) {
            Some(Protocol::Encrypted) => self.encrypted(connection, pdu),
            Some(Protocol::Compressed) => {
                self.counters.compressed_pdus = self.counters.compressed_pdus.saturating_add(1);
                let mut operation = self.row(kind, pdu.connection);
                operation.compressed = true;
                operation.malformed = Some(refusal.unwrap_or_else(|| "compressed more than once".to_owned()));
                operation
            }
            _ => {
                self.counters.unknown_protocol_pdus = self.counters.unknown_protocol_pdus.saturating_add(1);
                let mut operation = self.row(kind, pdu.connection);
                operation.malformed = Some("the ProtocolId is none of SMB's".to_owned());
                operation
            }
        }
    }
}

/// The body of a PDU, which stays there only if something was taken off it: then it is asked for.
fn body_of(pdu: &mut Pdu, wrapping: Wrapping) -> Bytes {
    if wrapping.is_any() { pdu.body.clone() } else { std::mem::take(&mut pdu.body) }
}
