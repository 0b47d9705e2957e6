//! `session ID --op N` and `--frame N`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod support;

use serde_json::Value;
use support::{Home, corpus, ended};

/// A home where the project's own capture is ingested.
fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

/// The rows of session 1.
fn rows(home: &Home) -> Vec<Value> {
    home.json(&["session", "1"])["operations"].as_array().unwrap().clone()
}

fn first(rows: &[Value], what: impl Fn(&Value) -> bool) -> &Value {
    rows.iter().find(|row| what(row)).unwrap()
}

/// The value of the first part with this name.
fn value<'a>(tree: &'a Value, name: &str) -> Option<&'a str> {
    let list = tree["fields"].as_array().or(tree["children"].as_array())?;
    let own = list.iter().find(|node| node["name"] == name).and_then(|node| node["value"].as_str());
    own.or_else(|| list.iter().find_map(|node| value(node, name)))
}

#[test]
fn an_operation_has_its_row_its_messages_and_the_life_of_its_handle() {
    let home = ingested();
    let rows = rows(&home);
    let closed: Vec<&Value> =
        rows.iter().filter(|row| row["command"] == "CLOSE" && row["status"] == "0x00000000").collect();
    let write = first(&rows, |row| {
        row["command"] == "WRITE" && closed.iter().any(|close| close["open"] == row["open"] && !row["open"].is_null())
    });
    let of_handle: Vec<&Value> = rows.iter().filter(|row| row["open"] == write["open"]).collect();
    let op = write["op"].to_string();
    let found = home.json(&["session", "1", "--op", &op]);
    assert_eq!(&found["operation"], write);
    let [create, .., close] = &of_handle[..] else { panic!("{of_handle:?}") };
    let handle = &found["handle"];
    assert_eq!((&handle["opened"]["op"], &handle["closed"]["op"]), (&create["op"], &close["op"]));
    assert_eq!(handle["opened"]["request_frame"], create["request_frame"]);
    assert_eq!((&handle["path"], &handle["desired_access"]), (&create["path"], &create["desired_access"]));
    assert_eq!(handle["user"], "WORKGROUP\\testuser");
    let later: u64 = handle["later"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(handle["earlier"].as_u64().unwrap() + 1 + later, of_handle.len() as u64);
    assert_eq!(found["timing"]["latency_ns"], write["latency_ns"]);
    for interim in [&found["interim"], &found["hex"]["interim"], &found["timing"]["interim_ns"]] {
        assert_eq!(interim.is_null(), write["interim_frame"].is_null(), "{interim}");
    }
    assert_eq!(value(&found["request"], "FileId"), write["file_id"].as_str());
    assert_eq!(value(&found["request"], "Offset"), Some(write["offset"].to_string()).as_deref());
    assert_eq!(value(&found["response"], "Count"), Some(write["transferred"].to_string()).as_deref());
    let lines = found["hex"]["request"].as_str().unwrap().lines().count();
    let length = usize::try_from(write["request_length"].as_u64().unwrap()).unwrap();
    assert_eq!(lines, length.div_ceil(16));
}

#[test]
fn a_frame_finds_the_operation_whose_request_or_response_it_has() {
    let home = ingested();
    let rows = rows(&home);
    let read = first(&rows, |row| row["command"] == "READ" && row["request_frame"] != row["response_frame"]);
    for frame in ["request_frame", "response_frame"] {
        let found = home.json(&["session", "1", "--frame", &read[frame].to_string()]);
        assert_eq!(found["operation"]["op"], read["op"], "{frame}");
    }
}

#[test]
fn the_page_fits_its_width_and_shows_no_response_to_a_challenge() {
    let home = ingested();
    let rows = rows(&home);
    let logon = first(&rows, |row| row["command"] == "SESSION_SETUP" && row["status"] == "0x00000000");
    let op = logon["op"].to_string();
    let page = |columns: &str| {
        let mut command = home.command(&["session", "1", "--op", &op]);
        ended(command.env("COLUMNS", columns)).succeeded().to_owned()
    };
    for (columns, widest) in [("80", 80), ("120", 120)] {
        let page = page(columns);
        let too_wide = page.lines().find(|line| line.chars().count() > widest);
        assert_eq!(too_wide, None);
        for shown in ["AUTHENTICATE_MESSAGE", "UserName: testuser", "NTProofStr: 16 bytes, not shown", "** ** **"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    }
    let document = home.json(&["session", "1", "--op", &op]);
    let hex = document["hex"]["request"].as_str().unwrap();
    let hidden: usize = hex.lines().map(|line| line[9..58].matches("**").count()).sum();
    // NTProofStr, MIC, the session key, and the response of LM.
    assert_eq!(hidden, 16 + 16 + 16 + 24, "{hex}");
}

#[test]
fn an_operation_that_is_not_there_is_told_with_those_that_are() {
    let home = ingested();
    let rows = rows(&home);
    let (first, last) = (&rows[0]["op"], &rows.last().unwrap()["op"]);
    for arguments in [["--op", "99999"], ["--frame", "99999"]] {
        let ended = home.run(&[&["session", "1"], &arguments[..]].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(ended.stderr.contains(&format!("it has operations {first} to {last}")), "{}", ended.stderr);
    }
    let ended = home.run(&["session", "1", "--op", &first.to_string(), "--format", "csv"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--format json"), "{}", ended.stderr);
}

#[test]
fn members_of_a_chain_are_listed_and_a_frame_names_all_its_operations() {
    let Some(bytes) = corpus("smb2_100_small_files.pcap") else { return };
    let home = Home::new();
    home.file("files.pcap", &bytes);
    home.run(&["ingest", "files.pcap"]).succeeded();
    let rows = rows(&home);
    let member = first(&rows, |row| row["compound_index"] == 1);
    let chain: Vec<&Value> = rows.iter().filter(|row| row["request_chain"] == member["request_chain"]).collect();
    assert!(chain.len() > 1);
    let found = home.json(&["session", "1", "--op", &member["op"].to_string()]);
    let told: Vec<&Value> = found["chain"].as_array().unwrap().iter().map(|member| &member["op"]).collect();
    assert_eq!(told, chain.iter().map(|row| &row["op"]).collect::<Vec<_>>());
    let frame = member["request_frame"].to_string();
    let ended = home.run(&["session", "1", "--frame", &frame]);
    assert!(ended.stderr.contains(&format!("--op {}", member["op"])), "{}", ended.stderr);
}
