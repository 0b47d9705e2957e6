//! From what the dissector found to what is written.

use super::{Connection, HexBytes, HexId, HexStatus, Session, Time};
use dissect::{ConnectionSummary, SessionSummary};

/// The entry of a connection.
pub fn connection(summary: &ConnectionSummary) -> Connection {
    Connection {
        connection: summary.connection,
        client: summary.endpoints.client.to_string(),
        server: summary.endpoints.server.to_string(),
        first_time: Time(summary.first_time),
        last_time: Time(summary.last_time),
        handshake: summary.handshake,
        round_trip_ns: summary.round_trip_ns,
        closed: summary.closed.map(|closed| closed.name().to_owned()),
        multi_protocol: summary.multi_protocol,
        dialect: summary.dialect.map(dialect_name),
        dialect_revision: summary.dialect,
        capabilities: summary.capabilities,
        max_transact_size: summary.max_transact_size,
        max_read_size: summary.max_read_size,
        max_write_size: summary.max_write_size,
        security_mode: summary.security_mode,
        signing_algorithm: summary.signing_algorithm,
        cipher: summary.cipher,
        client_guid: summary.client_guid.map(|guid| guid.to_string()),
        server_guid: summary.server_guid.map(|guid| guid.to_string()),
        negotiate_request: summary.negotiate_request.clone().map(HexBytes),
        negotiate_response: summary.negotiate_response.clone().map(HexBytes),
    }
}

/// The entry of a session whose rows are in `file`; `rows` is their number, `locked` that of messages still encrypted.
pub fn session(summary: &SessionSummary, file: &str, rows: u64, locked: u64) -> Session {
    Session {
        session_id: HexId(summary.session_id),
        generation: summary.generation,
        file: file.to_owned(),
        operations: rows,
        connections: summary.connections.clone(),
        user: summary.user.clone(),
        domain: summary.domain.clone(),
        workstation: summary.workstation.clone(),
        mechanism: summary.mechanism.clone(),
        service: summary.service.clone(),
        logon_status: summary.logon_status.map(HexStatus),
        shares: summary.shares.clone(),
        commands: summary.commands.iter().map(|(command, count)| (command.to_string(), *count)).collect(),
        statuses: summary
            .statuses
            .iter()
            .map(|(status, count)| (crate::schema::status_name(*status), *count))
            .collect(),
        bytes_read: summary.bytes_read,
        bytes_written: summary.bytes_written,
        first_time: Time(summary.first_time),
        last_time: Time(summary.last_time),
        encrypted: summary.encrypted,
        decrypted: summary.decrypted,
        encrypted_messages: locked,
        missing_key: summary.missing_key.clone(),
        replayable: summary.not_replayable.is_empty(),
        not_replayable: summary.not_replayable.clone(),
    }
}

/// `3.1.1` for 0x0311 (MS-SMB2 2.2.4, DialectRevision).
fn dialect_name(revision: u16) -> String {
    match revision {
        0x0202 => "2.0.2".to_owned(),
        0x0210 => "2.1".to_owned(),
        0x0300 => "3.0".to_owned(),
        0x0302 => "3.0.2".to_owned(),
        0x0311 => "3.1.1".to_owned(),
        0x02ff => "2.???".to_owned(),
        other => format!("{other:#06x}"),
    }
}
