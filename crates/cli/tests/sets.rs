//! Traces that are not one file: split captures, two directions in two files, standard input; and keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, ended, office_records, steady};

const KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";

/// A ring buffer of three files with the capture in it, and a fourth that is empty yet.
fn ring(home: &Home, folder: &str) {
    let (header, records) = office_records();
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
    let (header, records) = office_records();
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

/// Hashing it would take what reading then lacks.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_the_place_of_a_file_is_refused_with_what_to_do() {
    let home = Home::new();
    let made = std::process::Command::new("mkfifo").arg(home.path().join("pipe")).status();
    assert!(made.unwrap().success());
    for file in ["pipe", "/dev/null"] {
        home.run(&["ingest", file]).refused(&[file, "pipe or a device", "ingest - --name NAME <"]);
        home.run(&["ingest", "--trace", file]).refused(&[file, "pipe or a device"]);
    }
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

#[test]
fn the_summary_of_a_set_reads_so() {
    let home = Home::new();
    ring(&home, "ring");
    let set = home.run(&["ingest", "ring"]);
    insta::assert_snapshot!(steady(&home, set.succeeded()));
    assert_eq!(set.stderr, "warning: ring: ring_00009_20241123201139.pcap: left out: empty\n");
}

#[test]
fn a_set_and_its_case_may_be_moved() {
    let home = Home::new();
    ring(&home, "cases/1/ring");
    home.run(&["ingest", "--case", "1", "ring"]).succeeded();
    // The captures are gone: what was read from them is still there.
    std::fs::rename(home.path().join("cases/1/ring"), home.path().join("elsewhere")).unwrap();
    home.run(&["session", "--list"]).succeeded();
    assert_eq!(home.json(&["list", "traces", "--case", "1"])["traces"][0]["ingested"], true);
    home.run(&["ingest"]).refused(&["ring/ring", "4 files", "where they are now"]);
    // The whole case has another place.
    std::fs::rename(home.path().join("elsewhere"), home.path().join("cases/1/ring")).unwrap();
    std::fs::rename(home.path().join("cases/1"), home.path().join("cases/2")).unwrap();
    home.run(&["session", "--list"]).refused(&["last trace is gone", "--trace"]);
    home.run(&["session", "--list", "--case", "2", "--trace", "ring/ring"]).succeeded();
    assert_eq!(home.json(&["list", "traces", "--case", "2"])["traces"][0]["files"].as_array().unwrap().len(), 4);
    let again = home.run(&["ingest", "--case", "2", "--trace", "ring/ring", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(again.succeeded()).unwrap()["unchanged"], true);
    home.run(&["report", "--list", "--case", "2", "--trace", "ring/ring"]).succeeded();
    home.run(&["info"]).succeeded();
}

#[test]
fn a_set_and_a_stream_know_their_replays() {
    let home = Home::new();
    ring(&home, "ring");
    let office = std::fs::read(home.office("office.pcap")).unwrap();
    home.run(&["ingest", "ring"]).succeeded();
    ended(home.command(&["ingest", "-", "--name", "live"]).write_stdin(office)).succeeded();
    for trace in ["ring/ring", "live"] {
        assert!(home.run(&["report", "--list", "--trace", trace]).succeeded().contains("not replayed yet"), "{trace}");
        home.run(&["session", "1", "--brief", "--trace", trace]).succeeded();
        // Nobody listens there: the replay gets as far as that.
        let replay = ["replay", "1", "--trace", trace, "--server-ip", "127.0.0.1", "--port", "9", "--tree-name", "x"];
        let mut command = home.command(&replay);
        ended(command.env("SMBREPLAY_PASSWORD", "x")).refused(&["127.0.0.1:9"]);
    }
    let info = home.json(&["info"]);
    assert!(info["capture_path"].as_str().unwrap().ends_with("live") && info["capture_valid"] == true, "{info}");
}
