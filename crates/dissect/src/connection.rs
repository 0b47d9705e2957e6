//! A connection: what was negotiated on it, what is outstanding, what its client had received.

use crate::acknowledgement::Received;
use crate::open::LeaseOwner;
use crate::operation::Closed;
use crate::pairing::Outstanding;
use crate::session::Place;
use crate::summary::ConnectionSummary;
use capture::{Endpoints, Timestamp};
use smb2::Guid;
use std::collections::BTreeSet;

/// How many sessions of a connection are remembered for messages that do not name theirs.
const SESSION_LIMIT: usize = 4096;

/// State of a connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What is known for the trace's metadata.
    pub(crate) summary: ConnectionSummary,
    /// Requests without their response so far.
    pub(crate) outstanding: Outstanding,
    /// The server's PDUs.
    pub(crate) received: Received,
    sessions: BTreeSet<u32>,
}

impl Connection {
    /// A connection that begins.
    pub(crate) fn new(
        connection: u32,
        endpoints: Endpoints,
        at: Timestamp,
        handshake: bool,
        round_trip_ns: Option<u64>,
    ) -> Self {
        Self {
            summary: ConnectionSummary {
                connection,
                endpoints,
                first_time: at,
                last_time: at,
                handshake,
                round_trip_ns,
                closed: None,
                multi_protocol: false,
                dialect: None,
                capabilities: None,
                security_mode: None,
                max_transact_size: None,
                max_read_size: None,
                max_write_size: None,
                signing_algorithm: None,
                cipher: None,
                client_guid: None,
                server_guid: None,
                negotiate_request: None,
                negotiate_response: None,
            },
            outstanding: Outstanding::default(),
            received: Received::default(),
            sessions: BTreeSet::new(),
        }
    }

    /// Where messages of this connection are seen.
    pub(crate) fn place(&self) -> Place {
        Place {
            connection: self.summary.connection,
            server: self.summary.endpoints.server,
            server_guid: self.summary.server_guid,
        }
    }

    /// Who owns the leases granted on this connection.
    pub(crate) fn lease_owner(&self) -> LeaseOwner {
        match self.summary.client_guid {
            Some(guid) if guid != Guid::default() => LeaseOwner::Client(guid),
            _ => LeaseOwner::Connection(self.summary.connection),
        }
    }

    /// A frame was seen.
    pub(crate) fn seen(&mut self, at: Timestamp) {
        self.summary.first_time = self.summary.first_time.min(at);
        self.summary.last_time = self.summary.last_time.max(at);
    }

    /// A session was used on this connection.
    pub(crate) fn used(&mut self, session: Option<u32>) {
        if let Some(session) = session
            && self.sessions.len() < SESSION_LIMIT
        {
            self.sessions.insert(session);
        }
    }

    /// The sessions used on this connection.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = u32> + '_ {
        self.sessions.iter().copied()
    }

    /// The first side closed it.
    pub(crate) fn close(&mut self, closed: Closed) {
        self.summary.closed.get_or_insert(closed);
    }
}
