//! `report A B`: how two runs of the same sessions differ.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::Value;
use support::{Home, ended};

fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

/// Replays the capture on an embedded server whose share has `folders`; the name of the run.
fn replayed(home: &Home, folders: &[&str]) -> String {
    replayed_with(home, folders, &[])
}

/// The same with further arguments.
fn replayed_with(home: &Home, folders: &[&str], arguments: &[&str]) -> String {
    let share = tempfile::tempdir().unwrap();
    for folder in folders {
        std::fs::create_dir(share.path().join(folder)).unwrap();
    }
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = server.address().port().to_string();
    let ended = home.run(&[&["replay", "--all", "--port", &port, "--format", "json"], arguments].concat());
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    report["run"].as_str().unwrap().to_owned()
}

/// The comparison of two runs, and its exit status.
fn compared(home: &Home, a: &str, b: &str) -> (Value, i32) {
    let shown = home.run(&["report", a, b, "--format", "json"]);
    (serde_json::from_str(&shown.stdout).unwrap(), shown.code)
}

#[test]
fn a_folder_in_the_way_is_what_got_worse_and_the_other_way_round_what_got_better() {
    let home = ingested();
    let (clean, with_folder) = (replayed(&home, &[]), replayed(&home, &["Nowhere"]));
    let (worse, code) = compared(&home, &clean, &with_folder);
    assert_eq!(code, 1);
    let change = &worse["changes"][0];
    assert_eq!([&change["direction"], &change["command"], &change["fields"][0]], ["worse", "QUERY_DIRECTORY", "entry"]);
    assert_eq!(change["b_differences"][0]["live"], "Nowhere (directory)");
    assert!(worse["explained"].as_u64() > Some(0), "what follows from the folder is no cause of its own: {worse}");
    let counts = |document: &Value| -> u64 {
        let of_groups = document["changes"].as_array().unwrap().iter().map(|change| change["count"].as_u64().unwrap());
        of_groups.sum::<u64>() + document["explained"].as_u64().unwrap() + document["same"].as_u64().unwrap()
    };
    assert_eq!(counts(&worse), worse["compared"].as_u64().unwrap(), "each operation is counted once: {worse}");
    assert_eq!([&worse["only_in_a"], &worse["only_in_b"]], [0, 0]);
    let (better, code) = compared(&home, &with_folder, &clean);
    assert_eq!(code, 1);
    assert_eq!(better["changes"][0]["direction"], "better");
    let told = home.run(&["report", &clean, &with_folder]);
    assert!(told.stdout.contains("Nowhere (directory)") && told.stdout.contains("got worse"), "{}", told.stdout);
    for columns in [60_usize, 80, 120] {
        let narrow = ended(home.command(&["report", &clean, &with_folder]).env("COLUMNS", columns.to_string()));
        assert!(narrow.stdout.lines().all(|line| line.chars().count() <= columns), "{}", narrow.stdout);
    }
}

#[test]
fn two_runs_on_the_same_server_are_the_same() {
    let home = ingested();
    let (first, second) = (replayed(&home, &[]), replayed(&home, &[]));
    let (found, code) = compared(&home, &first, &second);
    assert_eq!((code, &found["same"]), (0, &found["compared"]), "{found}");
    assert!(found["compared"].as_u64() > Some(500), "{found}");
    let told = home.run(&["report", &first, "last"]);
    assert!(told.succeeded().contains("are the same"), "{}", told.stdout);
}

#[test]
fn a_run_that_does_not_exist_is_named() {
    let home = ingested();
    let run = replayed(&home, &[]);
    home.run(&["report", &run, "20200101T000000Z"]).refused(&["20200101T000000Z", "report --list"]);
}

#[test]
fn each_clone_is_held_against_the_same_clone() {
    let home = ingested();
    let (first, second) =
        (replayed_with(&home, &[], &["--clones", "2"]), replayed_with(&home, &[], &["--clones", "3"]));
    let (found, code) = compared(&home, &first, &second);
    assert_eq!((code, &found["only_in_a"]), (1, &Value::from(0)), "a clone more is a difference: {found}");
    assert_eq!(found["only_in_b"].as_u64().unwrap() * 2, found["compared"].as_u64().unwrap(), "{found}");
}

#[test]
fn a_trace_that_was_ingested_otherwise_since_is_not_taken_for_what_was_replayed() {
    let home = ingested();
    let run = replayed(&home, &[]);
    let metadata = home.path().join(".tracer/office.pcap/sessions/session_metadata.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&metadata).unwrap()).unwrap();
    document["smb2_messages"] = Value::from(document["smb2_messages"].as_u64().unwrap() + 2);
    std::fs::write(&metadata, document.to_string()).unwrap();
    home.run(&["report", &run, "--junit", "run.xml"]).refused(&["ingested again", &run, "replay again"]);
    assert!(!home.path().join("run.xml").exists());
}
