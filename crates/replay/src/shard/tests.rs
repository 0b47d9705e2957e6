//! Which sessions are one client's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::clients::Clients;
use serde_json::json;
use store::metadata::{Session, SessionMetadata};

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// Metadata of connections, each from an address and with a ClientGuid, and of sessions, each on some of them with so many rows.
fn metadata(connections: &[(&str, &str)], sessions: &[(&[u32], u64)]) -> SessionMetadata {
    let time = "2027-01-31T09:00:00Z";
    let connections = (0_u32..).zip(connections).map(|(number, (client, guid))| {
        json!({"connection": number, "client": client, "server": "10.0.0.1:445", "first_time": time, "last_time": time,
               "handshake": true, "multi_protocol": false, "client_guid": guid})
    });
    let sessions = (1_u64..).zip(sessions).map(|(id, (on, operations))| {
        json!({"session_id": format!("{id:#018x}"), "generation": 1, "file": format!("{id}.parquet"), "operations": operations,
               "connections": on, "shares": [], "commands": {}, "statuses": {}, "bytes_read": 0, "bytes_written": 0,
               "first_time": time, "last_time": time, "encrypted": false, "replayable": true, "not_replayable": []})
    });
    let trace = json!({"files": [], "packets": 0, "bytes": 0, "link_types": [], "interfaces": []});
    let document = json!({"schema_version": "1.4", "created_by": "a test", "trace": trace, "dropped": {}, "warnings": [],
                          "smb2_messages": 0, "connections": connections.collect::<Vec<_>>(),
                          "sessions": sessions.collect::<Vec<_>>()});
    serde_json::from_value(document).unwrap()
}

/// The client of each session, and the clients' weights.
fn clients(connections: &[(&str, &str)], sessions: &[(&[u32], u64)]) -> (Vec<usize>, Vec<u64>) {
    let metadata = metadata(connections, sessions);
    let chosen: Vec<&Session> = metadata.sessions.iter().collect();
    let clients = Clients::of(&metadata, &chosen);
    ((0..chosen.len()).map(|session| clients.of_session(session)).collect(), clients.weights().to_vec())
}

#[test]
fn sessions_of_one_address_are_one_clients_and_of_others_are_not() {
    let connections =
        [("10.0.0.7:50000", ZERO), ("10.0.0.8:50000", ZERO), ("10.0.0.7:50001", ZERO), ("[fe80::1]:1", ZERO)];
    let found = clients(&connections, &[(&[0], 5), (&[1], 7), (&[2], 11), (&[3], 1)]);
    assert_eq!(found, (vec![0, 1, 0, 2], vec![16, 7, 1]));
}

#[test]
fn a_client_guid_makes_two_addresses_one_client_and_zeros_do_not() {
    let guid = "6c0dbd8f-0000-0000-0000-5a5d7fd1ba11";
    let connections = [("10.0.0.7:1", guid), ("10.0.0.8:1", ZERO), ("10.0.0.9:1", guid)];
    assert_eq!(clients(&connections, &[(&[0], 1), (&[1], 1), (&[2], 1)]).0, [0, 1, 0]);
}

#[test]
fn a_session_on_channels_from_several_addresses_joins_all_that_these_do() {
    let connections = [("10.0.0.7:1", ZERO), ("10.0.0.8:1", ZERO), ("10.0.0.9:1", ZERO)];
    let found = clients(&connections, &[(&[0], 1), (&[1], 2), (&[2], 4), (&[0, 2], 8)]);
    assert_eq!(found, (vec![0, 1, 0, 0], vec![13, 2]));
}
