//! Traces that are not one file: split captures, two directions in two files, standard input; and keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, ended};

const KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";

/// The file header and the records of the project's own capture.
fn office() -> (Vec<u8>, Vec<Vec<u8>>) {
    let home = Home::new();
    let bytes = std::fs::read(home.office("office.pcap")).unwrap();
    let (header, mut rest) = bytes.split_at(24);
    let mut records = Vec::new();
    while let Some(length) = rest.get(8..12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        let (record, behind) = rest.split_at(length.saturating_add(16));
        records.push(record.to_vec());
        rest = behind;
    }
    (header.to_vec(), records)
}

/// A ring buffer of three files with the capture in it, and a fourth that is empty yet.
fn ring(home: &Home, folder: &str) {
    let (header, records) = office();
    for (number, part) in records.chunks(records.len().div_ceil(3)).enumerate() {
        home.file(
            &format!("{folder}/ring_0000{number}_2024112320113{number}.pcap"),
            &[header.clone(), part.concat()].concat(),
        );
    }
    home.file(&format!("{folder}/ring_00009_20241123201139.pcap"), b"");
}

/// What an ingest found, without what names and times make different.
fn found(document: &Value) -> (Value, Value, Value, Value) {
    let field = |name: &str| document[name].clone();
    (field("packets"), field("smb2_messages"), field("sessions"), field("dropped"))
}

#[test]
fn a_split_capture_is_the_same_trace_as_the_whole_one_however_it_is_named() {
    let home = Home::new();
    home.office("office.pcap");
    ring(&home, "ring");
    let whole = home.json(&["ingest", "office.pcap"]);
    let set = home.run(&["ingest", "ring/ring_*.pcap", "--format", "json"]);
    assert!(set.stderr.contains("ring_00009") && set.stderr.contains("left out"), "{}", set.stderr);
    let set: Value = serde_json::from_str(set.succeeded()).unwrap();
    assert_eq!(found(&set), found(&whole));
    assert_eq!(set["files"].as_array().unwrap().len(), 4);
    let again: Value = serde_json::from_str(home.run(&["ingest", "ring", "--format", "json"]).succeeded()).unwrap();
    assert_eq!((&again["unchanged"], &again["trace"]), (&true.into(), &set["trace"]));
    home.run(&["session", "--list"]).succeeded();
    home.run(&["session", "--list", "--trace", "ring/ring"]).succeeded();
}

#[test]
fn a_file_that_came_or_changed_makes_the_set_another_one() {
    let home = Home::new();
    ring(&home, "ring");
    home.run(&["ingest", "ring"]).succeeded();
    std::fs::remove_file(home.path().join("ring/ring_00002_20241123201132.pcap")).unwrap();
    let fewer: Value = serde_json::from_str(home.run(&["ingest", "ring", "--format", "json"]).succeeded()).unwrap();
    assert_eq!(fewer["unchanged"], false);
    assert_eq!(fewer["changes"], serde_json::json!(["removed: ring_00002_20241123201132.pcap"]));
}

#[test]
fn two_directions_in_two_files_are_one_trace() {
    let home = Home::new();
    home.office("office.pcap");
    let whole = home.json(&["ingest", "office.pcap"]);
    let (header, records) = office();
    let to_server = |record: &&Vec<u8>| record.get(16 + 36..16 + 38) == Some(&445_u16.to_be_bytes()[..]);
    let client: Vec<u8> = records.iter().filter(to_server).flatten().copied().collect();
    let server: Vec<u8> = records.iter().filter(|record| !to_server(record)).flatten().copied().collect();
    home.file("both/client.pcap", &[header.clone(), client].concat());
    home.file("both/server.pcap", &[header, server].concat());
    let both = home.json(&["ingest", "both/client.pcap", "both/server.pcap"]);
    assert_eq!(found(&both).1, found(&whole).1);
    assert_eq!(found(&both).2, found(&whole).2);
}

#[test]
fn standard_input_is_a_trace_with_a_name() {
    let home = Home::new();
    let capture = std::fs::read(home.office("office.pcap")).unwrap();
    let whole = home.json(&["ingest", "office.pcap"]);
    let mut command = home.command(&["ingest", "-", "--name", "live", "--format", "json"]);
    let streamed: Value = serde_json::from_str(ended(command.write_stdin(capture)).succeeded()).unwrap();
    assert_eq!(found(&streamed), found(&whole));
    home.run(&["session", "--list", "--trace", "live"]).succeeded();
    home.run(&["ingest"]).refused(&["live", "standard input"]);
    ended(home.command(&["ingest", "-"]).write_stdin(Vec::new())).refused(&["standard input", "empty"]);
}

#[test]
fn a_foreign_file_in_a_set_is_named() {
    let home = Home::new();
    home.office("office.pcap");
    home.file("notes.txt", b"This is no capture, but some lines of text that somebody wrote.\n");
    home.run(&["ingest", "office.pcap", "notes.txt"]).refused(&["notes.txt", "not a capture"]);
}

#[test]
fn a_split_capture_is_listed_as_one_trace_before_it_is_ingested() {
    let home = Home::new();
    ring(&home, "cases/2010101010");
    let listed = home.json(&["list", "traces"]);
    let trace = &listed["traces"][0];
    assert_eq!((&listed["total"], &trace["name"], &trace["ingested"]), (&1.into(), &"ring".into(), &false.into()));
    assert_eq!(trace["link_types"], serde_json::json!(["ETHERNET"]));
    assert!(trace["packets"].as_u64() > Some(500) && trace["duration"].as_u64() > Some(0), "{trace}");
}

#[test]
fn a_key_for_nothing_is_told_and_a_malformed_one_is_not_repeated() {
    let home = Home::new();
    home.office("office.pcap");
    let unused = home.run(&["ingest", "office.pcap", "--session-key", &format!("0x1={KEY}")]);
    assert!(unused.code == 0 && unused.stderr.contains("0x0000000000000001"), "{}", unused.stderr);
    let wrong = home.run(&["ingest", "office.pcap", "--session-key", &format!("{KEY}=0x1")]);
    wrong.refused(&["--session-key", "session id"]);
    assert!(!wrong.stderr.contains(KEY), "{}", wrong.stderr);
    let mut command = home.command(&["ingest", "office.pcap"]);
    ended(command.env("SMBREPLAY_NT_HASHES", "alice=secret")).refused(&["SMBREPLAY_NT_HASHES, line 1"]);
}
