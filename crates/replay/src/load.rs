//! From session files to the trace that is replayed.

use crate::payload;
use crate::plan::logon::Account;
use crate::report::Ingested;
use crate::trace::{COLUMNS, Row, Spool, Trace, TraceConnection};
use dissect::{Kind, Operation};
use smb2::Guid;
use smb2::auth::spnego::Mechanism;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use store::metadata::{Connection, Session};
use store::{Columns, OutputFolder, ReadError, SessionFile, SessionMetadata};

/// Why a trace could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A session file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Rows cannot be put down where the trace lies, for the time of the replay.
    #[error("{}: rows cannot be put down there for the replay: {source}", folder.display())]
    Spool {
        /// The folder of the trace.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The metadata name a connection's end in a way that is no address.
    #[error("the metadata of connection {connection} name {address:?}, which is no address and port")]
    Address {
        /// Number of the connection.
        connection: u32,
        /// The text found.
        address: String,
    },
}

/// Loads the sessions with these file names, and what their connections did outside any session.
///
/// # Errors
/// [`LoadError`].
pub fn load(output: &OutputFolder, metadata: &SessionMetadata, files: &[String]) -> Result<Trace, LoadError> {
    let ingested = Some(Ingested::of(metadata));
    let mut trace = Trace { payload: metadata.trace.payload, ingested, ..Trace::default() };
    let spooling = |source| LoadError::Spool { folder: output.path().to_owned(), source };
    let mut spool = Spool::new(output.path());
    let mut on: BTreeSet<u32> = BTreeSet::new();
    let wanted = |session: &Session| files.contains(&session.file);
    let chosen: BTreeSet<u32> = metadata
        .sessions
        .iter()
        .filter(|session| wanted(session))
        .flat_map(|session| session.connections.iter().copied())
        .collect();
    for session in &metadata.sessions {
        let belongs = wanted(session);
        let outside_sessions = session.session_id.0 == 0;
        let shares_connection = session.connections.iter().any(|connection| chosen.contains(connection));
        if belongs && !outside_sessions {
            trace.sessions.push(session.session_id.0);
            trace.ticket_holders.extend(ticket_holder(session));
        }
        if belongs || outside_sessions {
            let file: Arc<str> = session.file.as_str().into();
            for operation in read(output, session, Columns::Only(COLUMNS))?.leaving(payload::left).passing() {
                let mut operation = operation?;
                if belongs || chosen.contains(&operation.connection) {
                    let data_left = payload::leave(&mut operation);
                    on.insert(operation.connection);
                    let row = Row { file: Arc::clone(&file), operation, data_left, stand_in: false };
                    spool.push(&row).map_err(spooling)?;
                }
            }
        } else if shares_connection {
            for operation in read(output, session, Columns::Meaning)? {
                trace.left_out.extend(left_out(&operation?));
            }
        }
    }
    trace.rows = spool.finish().map_err(spooling)?;
    for connection in &metadata.connections {
        let found = trace_connection(connection)?;
        trace.servers.push(found.server);
        if on.contains(&found.connection) {
            trace.connections.push(found);
        }
    }
    trace.left_out.retain(|(connection, ..)| on.contains(connection));
    Ok(trace)
}

fn read(output: &OutputFolder, session: &Session, columns: Columns) -> Result<store::reader::Operations, ReadError> {
    Ok(SessionFile::open(&output.session_file(&session.file))?.operations(columns))
}

/// The user of a session that was set up with Kerberos, where a key opened the ticket.
fn ticket_holder(session: &Session) -> Option<(String, Account)> {
    let with_kerberos = session.mechanism.as_ref() == Some(&Mechanism::Kerberos.to_string());
    let user = session.user.clone().filter(|_| with_kerberos)?;
    Some((session.file.clone(), Account { domain: session.domain.clone().unwrap_or_default(), user }))
}

fn left_out(operation: &Operation) -> Option<(u32, u64, u16)> {
    let is_request = matches!(operation.kind, Kind::Exchange | Kind::Request);
    let takes_an_id = operation.command != Some(smb2::Command::CANCEL);
    let charge = operation.credit_charge.unwrap_or(1);
    (is_request && takes_an_id).then_some(())?;
    Some((operation.connection, operation.message_id?, charge))
}

fn trace_connection(connection: &Connection) -> Result<TraceConnection, LoadError> {
    let address = |text: &str| {
        text.parse::<SocketAddr>()
            .map_err(|_| LoadError::Address { connection: connection.connection, address: text.to_owned() })
    };
    Ok(TraceConnection {
        connection: connection.connection,
        client: address(&connection.client)?,
        server: address(&connection.server)?,
        dialect: connection.dialect_revision,
        server_guid: connection.server_guid.as_deref().and_then(guid),
    })
}

/// The usual text form of a GUID, back to the bytes of the wire.
fn guid(text: &str) -> Option<Guid> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let value = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
    let [a, b, c, d, e, f, g, h, rest @ ..] = value.to_be_bytes();
    let [i, j, k, l, m, n, o, p] = rest;
    Some(Guid([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_that_are_read_are_columns_of_a_session_file() {
        let is_one = |name: &&&str| store::schema::COLUMNS.iter().any(|column| column.name == **name);
        assert_eq!(COLUMNS.iter().filter(is_one).count(), COLUMNS.len());
        assert_eq!(payload::REQUESTS.iter().filter(is_one).count(), payload::REQUESTS.len());
    }

    #[test]
    fn a_guid_survives_its_text() {
        let found = Guid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        assert_eq!(guid(&found.to_string()), Some(found));
        assert_eq!(guid("not a guid"), None);
    }
}
