#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::fixture::summary;
use capture::{Endpoints, Timestamp};
use dissect::ConnectionSummary;
use smb2::Guid;
use std::path::Path;

fn connection_summary() -> ConnectionSummary {
    ConnectionSummary {
        connection: 0,
        endpoints: Endpoints { client: "[::1]:50000".parse().unwrap(), server: "10.0.0.1:445".parse().unwrap() },
        first_time: Timestamp(0),
        last_time: Timestamp(-1),
        handshake: true,
        round_trip_ns: Some(1),
        closed: None,
        multi_protocol: false,
        dialect: Some(0x0311),
        capabilities: Some(0x7f),
        security_mode: Some(3),
        max_transact_size: Some(8 << 20),
        max_read_size: None,
        max_write_size: None,
        signing_algorithm: Some(2),
        cipher: Some(2),
        client_guid: Some(Guid([0x11; 16])),
        server_guid: None,
        negotiate_request: Some(vec![0xfe, b'S'].into()),
        negotiate_response: None,
    }
}

fn document() -> SessionMetadata {
    SessionMetadata {
        schema_version: SCHEMA_VERSION.to_owned(),
        created_by: crate::CREATED_BY.to_owned(),
        trace: Trace { files: vec![TraceFile::default()], packets: 3, ..Trace::default() },
        dropped: BTreeMap::from([("hole_bytes".to_owned(), 4)]),
        counters: BTreeMap::from([("packets".to_owned(), 3)]),
        warnings: vec!["cut".to_owned()],
        smb2_messages: 2,
        connections: vec![connection(&connection_summary())],
        sessions: vec![session(&summary(0, 0xffff_0000_0000_00ab, 2), "file", 3, 0)],
    }
}

#[test]
fn it_is_written_in_the_forms_of_the_contract() {
    let json = serde_json::to_value(document()).unwrap();
    let session = &json["sessions"][0];
    assert_eq!(session["session_id"], "0xffff0000000000ab");
    assert_eq!(session["logon_status"], "0x00000000");
    assert_eq!(session["first_time"], "2023-11-14T22:13:20.000000001Z");
    assert_eq!(session["commands"]["WRITE"], 3);
    assert_eq!(session["statuses"]["STATUS_ACCESS_DENIED"], 1);
    assert_eq!(session["replayable"], true);
    let connection = &json["connections"][0];
    assert_eq!(connection["client"], "[::1]:50000");
    assert_eq!(connection["dialect"], "3.1.1");
    assert_eq!(connection["client_guid"], "11111111-1111-1111-1111-111111111111");
    assert_eq!(connection["negotiate_request"], "fe53");
    assert_eq!(connection["last_time"], "1969-12-31T23:59:59.999999999Z");
}

#[test]
fn it_is_read_back_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session_metadata.json");
    write(&path, &document()).unwrap();
    assert_eq!(read(&path).unwrap(), document());
}

#[test]
fn extreme_times_survive() {
    for nanoseconds in [i64::MIN, -1, 0, i64::MAX] {
        let time = Time(Timestamp(nanoseconds));
        assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
    }
}

#[test]
fn text_of_another_form_is_refused() {
    for text in ["", "0x", "12", "0x+1", "0x11111111111111111", "0xg"] {
        assert!(text.parse::<HexId>().is_err(), "{text}");
    }
    for text in ["f", "zz", "0x00", "é"] {
        assert!(text.parse::<HexBytes>().is_err(), "{text}");
    }
}

#[test]
fn a_missing_a_foreign_and_a_newer_file_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session_metadata.json");
    let failure = |text: &str| {
        std::fs::write(&path, text).unwrap();
        read(&path).unwrap_err()
    };
    assert!(matches!(read(Path::new("/nowhere/x.json")), Err(MetadataError::Missing { .. })));
    for foreign in ["", "[]", "{}", r#"{"schema_version": 1}"#, r#"{"schema_version": "1.0"}"#, "not json"] {
        let error = failure(foreign);
        assert!(matches!(error, MetadataError::Foreign { .. }), "{foreign}: {error}");
        assert!(error.to_string().contains("--force") && !error.to_string().contains('\n'));
    }
    assert!(matches!(failure(r#"{"schema_version": "2.0", "else": 1}"#), MetadataError::Version { .. }));
}
