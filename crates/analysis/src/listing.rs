//! Sessions of a trace as programs are told of them.

use crate::Outcome;
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use store::layout::default_order;
use store::metadata::{Connection, HexId, Session, SessionMetadata, Time};

/// A session of a trace, with what its connections add.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedSession<'a> {
    /// Its place in the default order, from 1: by first time, then id.
    pub number: usize,
    /// Its id; 0 for what belongs to no session.
    pub session_id: HexId,
    /// Name of its file.
    pub file_name: &'a str,
    /// Rows of its file.
    pub operation_count: u64,
    /// Who logged on.
    pub user: Option<&'a str>,
    /// The user's domain.
    pub domain: Option<&'a str>,
    /// The client's name for itself.
    pub workstation: Option<&'a str>,
    /// `NTLM`, `Kerberos` and the like.
    pub mechanism: Option<&'a str>,
    /// The service that the Kerberos ticket is for.
    pub service: Option<&'a str>,
    /// Final status of the logon.
    pub logon_status: Option<String>,
    /// Address and port of the client on the first connection.
    pub client: Option<&'a str>,
    /// Address and port of the server there.
    pub server: Option<&'a str>,
    /// Numbers of its connections.
    pub connections: &'a [u32],
    /// The dialect that was negotiated.
    pub dialect: Option<&'a str>,
    /// Shares that were connected.
    pub shares: &'a [String],
    /// Time of its first message.
    pub first_time: Time,
    /// Time of its last message.
    pub last_time: Time,
    /// Operations by command.
    pub commands: &'a BTreeMap<String, u64>,
    /// Operations by final status.
    pub statuses: &'a BTreeMap<String, u64>,
    /// Operations that failed.
    pub errors: u64,
    /// Bytes of READs.
    pub bytes_read: u64,
    /// Bytes of WRITEs.
    pub bytes_written: u64,
    /// Whether messages of it were encrypted.
    pub encrypted: bool,
    /// Whether it can be replayed.
    pub replayable: bool,
    /// Why not.
    pub not_replayable: &'a [String],
}

/// What sessions can be sorted by; numbers from the greatest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SessionOrder {
    /// The default order.
    #[default]
    Begins,
    /// Time from the first message to the last.
    Lasts,
    /// Rows.
    Operations,
    /// Operations that failed.
    Errors,
    /// Bytes of READs and WRITEs.
    Bytes,
    /// Account.
    User,
    /// Address and port of the client.
    Client,
}

/// Which sessions are listed: those that pass all that is given here.
#[derive(Clone, Copy, Default)]
pub struct Chosen<'a> {
    /// Asked of `DOMAIN\user`, or of the user's name alone where there is no domain; of an empty text where the user is not known.
    pub user: Option<&'a dyn Fn(&str) -> bool>,
    /// Asked of the address and port of the client.
    pub client: Option<&'a dyn Fn(&str) -> bool>,
    /// Only those with operations that failed.
    pub errors: bool,
    /// Their order.
    pub order: SessionOrder,
}

impl Chosen<'_> {
    /// The sessions of a trace that are chosen, each with its number in the default order.
    pub fn of<'m>(&self, metadata: &'m SessionMetadata) -> Vec<(usize, &'m Session)> {
        let client = |session: &Session| connection(metadata, session).map(|connection| connection.client.as_str());
        let in_order = default_order(&metadata.sessions).into_iter().filter_map(|index| metadata.sessions.get(index));
        let mut sessions: Vec<(usize, &Session)> = (1..)
            .zip(in_order)
            .filter(|(_, session)| self.user.is_none_or(|wanted| wanted(&account(session))))
            .filter(|(_, session)| self.client.is_none_or(|wanted| client(session).is_some_and(wanted)))
            .filter(|(_, session)| !self.errors || errors(session) > 0)
            .collect();
        match self.order {
            SessionOrder::Begins => {}
            SessionOrder::Lasts => sessions.sort_by_key(|(_, session)| Reverse(span(session))),
            SessionOrder::Operations => sessions.sort_by_key(|(_, session)| Reverse(session.operations)),
            SessionOrder::Errors => sessions.sort_by_key(|(_, session)| Reverse(errors(session))),
            SessionOrder::Bytes => sessions.sort_by_key(|(_, session)| Reverse(bytes(session))),
            SessionOrder::User => sessions.sort_by_cached_key(|(_, session)| account(session).to_lowercase()),
            SessionOrder::Client => sessions.sort_by_cached_key(|(_, session)| client(session)),
        }
        sessions
    }
}

impl std::fmt::Debug for Chosen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chosen").field("errors", &self.errors).field("order", &self.order).finish_non_exhaustive()
    }
}

impl<'a> ListedSession<'a> {
    /// The session of this number.
    pub fn of(metadata: &'a SessionMetadata, number: usize, session: &'a Session) -> Self {
        let connection = connection(metadata, session);
        Self {
            number,
            session_id: session.session_id,
            file_name: &session.file,
            operation_count: session.operations,
            user: session.user.as_deref(),
            domain: session.domain.as_deref(),
            workstation: session.workstation.as_deref(),
            mechanism: session.mechanism.as_deref(),
            service: session.service.as_deref(),
            logon_status: session.logon_status.as_ref().map(ToString::to_string),
            client: connection.map(|connection| connection.client.as_str()),
            server: connection.map(|connection| connection.server.as_str()),
            connections: &session.connections,
            dialect: dialect(metadata, session),
            shares: &session.shares,
            first_time: session.first_time,
            last_time: session.last_time,
            commands: &session.commands,
            statuses: &session.statuses,
            errors: errors(session),
            bytes_read: session.bytes_read,
            bytes_written: session.bytes_written,
            encrypted: session.encrypted,
            replayable: session.replayable,
            not_replayable: &session.not_replayable,
        }
    }
}

/// Bytes of READs and WRITEs.
pub fn bytes(session: &Session) -> u64 {
    session.bytes_read.saturating_add(session.bytes_written)
}

/// Nanoseconds from the first message to the last.
pub fn span(session: &Session) -> u64 {
    u64::try_from(session.last_time.0.0.saturating_sub(session.first_time.0.0)).unwrap_or(0)
}

/// `DOMAIN\user`, or the user's name alone where there is no domain; empty when the user is not known.
pub fn account(session: &Session) -> String {
    match (&session.domain, &session.user) {
        (Some(domain), Some(user)) if !domain.is_empty() => format!("{domain}\\{user}"),
        (_, user) => user.clone().unwrap_or_default(),
    }
}

/// Operations that failed.
pub fn errors(session: &Session) -> u64 {
    let failed = session.statuses.iter().filter(|(name, _)| Outcome::of_name(name) == Some(Outcome::Error));
    failed.map(|(_, count)| *count).fold(0, u64::saturating_add)
}

/// The connection a session began on.
pub fn connection<'a>(metadata: &'a SessionMetadata, session: &Session) -> Option<&'a Connection> {
    let first = session.connections.first()?;
    metadata.connections.iter().find(|connection| connection.connection == *first)
}

/// The dialect that was negotiated on the first of its connections that shows one.
pub fn dialect<'a>(metadata: &'a SessionMetadata, session: &Session) -> Option<&'a str> {
    let used = |connection: &&Connection| session.connections.contains(&connection.connection);
    metadata.connections.iter().filter(used).find_map(|connection| connection.dialect.as_deref())
}
