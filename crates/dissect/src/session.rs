//! Sessions: which session of the trace a SessionId names, and what its rows amount to.

use crate::missing_key::{Lock, Locked, Refusal};
use crate::operation::{Kind, Operation};
use crate::summary::SessionSummary;
use capture::Timestamp;
use rustc_hash::FxHashMap;
use smb2::{Command, Guid, header};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// How many sessions a trace may have; rows of further ones belong to no session.
const LIMIT: usize = 1 << 18;
/// How many values of one column a session counts singly (its statuses, commands, shares).
const DISTINCT_LIMIT: usize = 4096;

/// Where a message was seen: the connection, and the server it leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Number of the connection.
    pub(crate) connection: u32,
    /// The server's end.
    pub(crate) server: SocketAddr,
    /// The ServerGuid that it named.
    pub(crate) server_guid: Option<Guid>,
}

/// What a logon's messages say about the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// User name.
    pub(crate) user: Option<String>,
    /// Domain.
    pub(crate) domain: Option<String>,
    /// Workstation.
    pub(crate) workstation: Option<String>,
    /// `NTLM`, `Kerberos`, `anonymous` or `guest`.
    pub(crate) mechanism: Option<String>,
    /// The service that a Kerberos ticket is for, `cifs/HOST@REALM`.
    pub(crate) service: Option<String>,
}

#[derive(Debug)]
struct Session {
    summary: SessionSummary,
    server_guid: Option<Guid>,
    requests: u64,
    /// Connections that it was used on and that are not closed. One that was closed before it was used on it counts still: such
    /// a session does not end before the trace does.
    open: u32,
    /// Messages that stayed encrypted.
    locked: Locked,
}

/// The sessions of a trace.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    all: Vec<Session>,
    /// The session that a SessionId of a server names now.
    current: FxHashMap<(SocketAddr, u64), u32>,
    /// The latest session with this SessionId of any server, and how many there were.
    latest: FxHashMap<u64, (u32, u32)>,
    /// Sessions that ended, until they are asked for.
    ended: BTreeSet<u32>,
    dropped: u64,
}

/// Whether `session_id` can name a session.
fn names_a_session(session_id: u64) -> bool {
    session_id != 0 && session_id != header::ALL_ONES_64
}

impl Sessions {
    /// The session that `session_id` names at `place`; one not seen before is entered, as a capture may begin in it.
    /// `None` for the reserved ids, and beyond the bound.
    pub(crate) fn at(&mut self, place: Place, session_id: u64) -> Option<u32> {
        if !names_a_session(session_id) {
            return None;
        }
        let session = match self.current.get(&(place.server, session_id)) {
            Some(session) => *session,
            None => self.enter(place, session_id)?,
        };
        self.used(session, place);
        Some(session)
    }

    /// A response to a first SESSION_SETUP names `session_id`: a new session, also when the id was in use before.
    pub(crate) fn begin(&mut self, place: Place, session_id: u64) -> Option<u32> {
        if !names_a_session(session_id) {
            return None;
        }
        let session = self.enter(place, session_id)?;
        self.used(session, place);
        Some(session)
    }

    /// A SESSION_SETUP with the BINDING flag: `session_id` names the session of another connection, perhaps to another
    /// address of the same server (MS-SMB2 3.2.4.2.3).
    pub(crate) fn bind(&mut self, place: Place, session_id: u64) -> Option<u32> {
        if !self.current.contains_key(&(place.server, session_id))
            && let Some((bound, _)) = self.latest.get(&session_id).copied()
            && self.all.get(bound as usize).is_some_and(|session| same_server(session.server_guid, place.server_guid))
        {
            self.current.insert((place.server, session_id), bound);
        }
        self.at(place, session_id)
    }

    /// A connection that a session was used on is closed: with the last one the session ends.
    pub(crate) fn closed(&mut self, session: u32) {
        if let Some(Session { open, .. }) = self.all.get_mut(session as usize) {
            *open = open.saturating_sub(1);
        }
        self.given_up(session);
    }

    /// Nothing of a session is outstanding any more on a connection that was closed: it ends anew if it has ended.
    pub(crate) fn given_up(&mut self, session: u32) {
        if self.all.get(session as usize).is_some_and(|session| session.open == 0) {
            self.end(session);
        }
    }

    /// A session ends: all its connections are closed, or it is logged off.
    pub(crate) fn end(&mut self, session: u32) {
        self.ended.insert(session);
    }

    /// The next session that ended.
    pub(crate) fn poll_ended(&mut self) -> Option<u32> {
        self.ended.pop_first()
    }

    /// How many sessions were beyond the bound.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The outcome of a leg of a logon.
    pub(crate) fn logon(&mut self, session: u32, identity: Identity, status: Option<u32>) {
        let Some(Session { summary, .. }) = self.all.get_mut(session as usize) else { return };
        let overwrite = |field: &mut Option<String>, value: Option<String>| {
            if value.is_some() {
                *field = value;
            }
        };
        overwrite(&mut summary.user, identity.user);
        overwrite(&mut summary.domain, identity.domain);
        overwrite(&mut summary.workstation, identity.workstation);
        overwrite(&mut summary.mechanism, identity.mechanism);
        overwrite(&mut summary.service, identity.service);
        if summary.logon_status.is_none() {
            summary.logon_status = status;
        }
    }

    /// An encrypted PDU of a session was not opened.
    pub(crate) fn locked(&mut self, session: u32, lock: Lock) {
        if let Some(session) = self.all.get_mut(session as usize) {
            session.locked.add(lock);
        }
    }

    /// What the user knows leads to no key of a session.
    pub(crate) fn refused(&mut self, session: u32, refusal: Refusal) {
        if let Some(session) = self.all.get_mut(session as usize) {
            session.locked.refused(refusal);
        }
    }

    /// Adds a complete row to its session.
    pub(crate) fn account(&mut self, operation: &Operation) {
        let Some(session) = operation.session.and_then(|session| self.all.get_mut(session as usize)) else { return };
        let Session { summary, requests, .. } = session;
        let times =
            [operation.request_start_time, operation.request_time, operation.interim_time, operation.response_time];
        for time in times.into_iter().flatten() {
            if summary.operations == 0 && summary.first_time == Timestamp::default() {
                (summary.first_time, summary.last_time) = (time, time);
            }
            summary.first_time = summary.first_time.min(time);
            summary.last_time = summary.last_time.max(time);
        }
        summary.operations = summary.operations.saturating_add(1);
        if matches!(operation.kind, Kind::Exchange | Kind::Request)
            || operation.encrypted && operation.request.is_some()
        {
            *requests = requests.saturating_add(1);
        }
        if let Some(command) = operation.command {
            count(&mut summary.commands, command);
        }
        if let Some(status) = operation.status {
            count(&mut summary.statuses, status);
        }
        let payload = operation.payload_length.map_or(0, u64::from);
        if operation.command == Some(Command::READ) {
            summary.bytes_read = summary.bytes_read.saturating_add(payload);
        } else if operation.command == Some(Command::WRITE) {
            let written = operation.transferred.unwrap_or(0);
            summary.bytes_written = summary.bytes_written.saturating_add(written);
        }
        if operation.command == Some(Command::TREE_CONNECT)
            && operation.tree.is_some()
            && let Some(share) = operation.share.as_deref()
            && summary.shares.len() < DISTINCT_LIMIT
            && !summary.shares.iter().any(|known| known == share)
        {
            summary.shares.push(share.to_owned());
        }
        summary.encrypted |= operation.encrypted;
        summary.decrypted |= operation.encrypted && operation.kind != Kind::Encrypted;
    }

    /// The sessions in order of first appearance.
    pub(crate) fn summaries(&self) -> Vec<SessionSummary> {
        let summary = |session: &Session| {
            let mut summary = session.summary.clone();
            summary.missing_key = session.locked.missing_key(&summary);
            if summary.missing_key.is_some() {
                summary.not_replayable.push("messages are encrypted and no key is known".to_owned());
            }
            if session.requests == 0 {
                summary.not_replayable.push("no request was captured".to_owned());
            }
            summary
        };
        self.all.iter().map(summary).collect()
    }

    fn enter(&mut self, place: Place, session_id: u64) -> Option<u32> {
        if self.all.len() >= LIMIT {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        let session = u32::try_from(self.all.len()).ok()?;
        let generation = self.latest.get(&session_id).map_or(0, |(_, generation)| *generation).saturating_add(1);
        self.latest.insert(session_id, (session, generation));
        self.current.insert((place.server, session_id), session);
        self.all.push(Session {
            summary: SessionSummary {
                session,
                session_id,
                generation,
                connections: Vec::new(),
                user: None,
                domain: None,
                workstation: None,
                mechanism: None,
                service: None,
                logon_status: None,
                shares: Vec::new(),
                commands: BTreeMap::new(),
                statuses: BTreeMap::new(),
                bytes_read: 0,
                bytes_written: 0,
                operations: 0,
                encrypted: false,
                decrypted: false,
                missing_key: None,
                first_time: Timestamp::default(),
                last_time: Timestamp::default(),
                not_replayable: Vec::new(),
            },
            server_guid: place.server_guid,
            requests: 0,
            open: 0,
            locked: Locked::default(),
        });
        Some(session)
    }

    fn used(&mut self, session: u32, place: Place) {
        if let Some(session) = self.all.get_mut(session as usize) {
            let connections = &mut session.summary.connections;
            if let Err(index) = connections.binary_search(&place.connection) {
                connections.insert(index, place.connection);
                session.open = session.open.saturating_add(1);
            }
        }
    }
}

/// Whether two ServerGuids can be those of one server.
fn same_server(one: Option<Guid>, other: Option<Guid>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    if counts.len() < DISTINCT_LIMIT || counts.contains_key(&key) {
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn place(connection: u32, server: &str, guid: u8) -> Place {
        Place { connection, server: server.parse().unwrap(), server_guid: Some(Guid([guid; 16])) }
    }

    #[test]
    fn the_same_id_at_another_server_or_after_a_new_logon_is_another_session() {
        let mut sessions = Sessions::default();
        let (here, there) = (place(0, "10.0.0.1:445", 1), place(1, "10.0.0.2:445", 2));
        assert_eq!(sessions.at(here, 7), Some(0));
        assert_eq!(sessions.at(there, 7), Some(1));
        assert_eq!(sessions.at(here, 7), Some(0));
        assert_eq!(sessions.begin(here, 7), Some(2));
        assert_eq!(sessions.at(here, 7), Some(2));
        assert_eq!(sessions.at(there, 7), Some(1));
        let generations: Vec<_> = sessions.summaries().iter().map(|session| session.generation).collect();
        assert_eq!(generations, [1, 2, 3]);
    }

    #[test]
    fn a_bind_to_another_address_of_the_same_server_joins_the_session() {
        let mut sessions = Sessions::default();
        sessions.begin(place(0, "10.0.0.1:445", 1), 7);
        assert_eq!(sessions.bind(place(3, "10.0.1.1:445", 1), 7), Some(0));
        assert_eq!(sessions.at(place(3, "10.0.1.1:445", 1), 7), Some(0));
        assert_eq!(sessions.bind(place(4, "10.0.1.9:445", 9), 7), Some(1), "another server's session");
        assert_eq!(sessions.summaries()[0].connections, [0, 3]);
    }

    #[test]
    fn a_session_ends_when_it_is_logged_off_or_its_last_connection_is_closed() {
        let mut sessions = Sessions::default();
        let one = sessions.begin(place(0, "10.0.0.1:445", 1), 7).unwrap();
        sessions.bind(place(3, "10.0.1.1:445", 1), 7);
        sessions.at(place(3, "10.0.1.1:445", 1), 7);
        sessions.closed(one);
        assert_eq!(sessions.poll_ended(), None, "its other channel is open");
        sessions.closed(one);
        assert_eq!((sessions.poll_ended(), sessions.poll_ended()), (Some(one), None));
        let other = sessions.begin(place(4, "10.0.0.1:445", 1), 8).unwrap();
        sessions.given_up(other);
        assert_eq!(sessions.poll_ended(), None, "its connection is open");
        sessions.end(other);
        sessions.closed(other);
        assert_eq!((sessions.poll_ended(), sessions.poll_ended()), (Some(other), None));
    }

    #[test]
    fn reserved_ids_name_no_session() {
        let mut sessions = Sessions::default();
        assert_eq!(sessions.at(place(0, "10.0.0.1:445", 1), 0), None);
        assert_eq!(sessions.begin(place(0, "10.0.0.1:445", 1), u64::MAX), None);
        assert!(sessions.summaries().is_empty());
    }
}
