//! `serve`: which cases there are, and what an ingest found of a capture.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::fs;
use support::Home;
use support::server::ApiServer;

#[test]
fn cases_are_folders_and_the_one_of_the_settings_is_always_there() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let current = json!({ "case_id": "2010101010", "current": true });
    assert_eq!(server.json("/api/cases"), json!({ "cases": [current], "total": 1 }));
    for folder in ["cases/b", "cases/a", "cases/2010101010", "cases/.hidden", "elsewhere"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    home.file("cases/file", b"no folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.path().join("elsewhere"), home.path().join("cases/linked")).unwrap();
    let other = |name: &str| json!({ "case_id": name, "current": false });
    assert_eq!(server.json("/api/cases"), json!({ "cases": [current, other("a"), other("b")], "total": 3 }));
    for case in server.json("/api/cases")["cases"].as_array().unwrap() {
        let case = case["case_id"].as_str().unwrap();
        assert_eq!(server.json(&format!("/api/traces?case_id={case}"))["total"], 0, "{case}");
    }
    let changed = server.send("PUT", "/api/config", &[("content-type", "application/json")], br#"{"case_id": "b"}"#);
    changed.ok();
    let cases = server.json("/api/cases");
    let now: Vec<&Value> = cases["cases"].as_array().unwrap().iter().filter(|case| case["current"] == true).collect();
    assert_eq!(now, [&json!({ "case_id": "b", "current": true })]);
}

#[test]
fn a_summary_is_what_the_ingest_told() {
    let home = Home::new();
    let capture = home.office("cases/2010101010/sub/office.pcap");
    let told = home.json(&["ingest", "cases/2010101010/sub/office.pcap"]);
    let server = ApiServer::start(&home);
    let summary = server.json("/api/traces/summary");
    let listed = &server.json("/api/traces")["traces"][0];
    for name in ["case_id", "name", "size", "packets", "first_time", "last_time", "duration", "link_types"] {
        assert_eq!(summary[name], listed[name], "{name}");
    }
    assert_eq!((&summary["capture_path"], &summary["session_count"]), (&listed["path"], &listed["sessions"]));
    for name in ["dropped", "warnings", "packets", "bytes", "smb2_messages", "encrypted_messages"] {
        assert_eq!(summary[name], told[name], "{name}");
    }
    let operations: u64 = server.json("/api/sessions")["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["operation_count"].as_u64().unwrap())
        .sum();
    assert_eq!((&summary["operation_count"], &summary["payload"]), (&json!(operations), &json!("full")));
    let file = &summary["files"][0];
    assert_eq!(
        (&file["name"], &file["size"]),
        (&json!("sub/office.pcap"), &json!(fs::metadata(capture).unwrap().len()))
    );
    let metadata = home.path().join("cases/2010101010/.tracer/sub/office.pcap/sessions/session_metadata.json");
    let metadata: Value = serde_json::from_slice(&fs::read(metadata).unwrap()).unwrap();
    assert_eq!(file["xxh3_128"], metadata["trace"]["files"][0]["xxh3_128"]);
    assert!(file["xxh3_128"].is_string());
    assert!(summary["created_by"].as_str().unwrap().starts_with("smbreplay"), "{summary}");
    assert!(summary["ingested_at"].as_str().unwrap() > summary["last_time"].as_str().unwrap());
    let of = |name: &str| server.get(&format!("/api/traces/summary?capture_path={name}&case_id=2010101010"));
    assert_eq!(of("sub/office.pcap").ok(), summary);
    assert_eq!(of("office.pcap").refused(404), "trace_not_found");
    home.office("cases/2010101010/other.pcap");
    assert_eq!(of("other.pcap").refused(404), "not_ingested");
}

#[test]
fn counters_are_in_the_words_of_the_command_line() {
    let home = Home::new();
    let bytes = fs::read(home.office("whole.pcap")).unwrap();
    // Its last record is cut.
    home.file("cases/2010101010/cut.pcap", &bytes[..bytes.len() - 5]);
    let printed = home.run(&["ingest", "cases/2010101010/cut.pcap"]);
    let server = ApiServer::start(&home);
    let summary = server.json("/api/traces/summary");
    let counters = summary["counters"].as_array().unwrap();
    assert!(counters.iter().any(|counter| counter["name"] == "truncated_bytes" && counter["group"] == "lost"));
    let mut expected = Vec::new();
    for counter in counters {
        let (count, words) = (counter["count"].as_u64().unwrap(), counter["meaning"].as_str().unwrap());
        assert!(count > 0, "{counter}");
        let name = counter["name"].as_str().unwrap();
        if let Some(dropped) = summary["dropped"].get(name) {
            assert_eq!(*dropped, count, "{name}");
        }
        expected.push((words.to_owned(), count));
    }
    let rows = printed.stdout.lines().filter_map(|line| {
        let (words, count) = line.trim().rsplit_once("  ")?;
        Some((words.trim().to_owned(), count.trim().parse::<u64>().ok()?))
    });
    let rows: Vec<(String, u64)> = rows.collect();
    assert_eq!(rows[..expected.len()], expected, "{}", printed.stdout);
    assert_eq!(summary["files"][0]["damaged_places"], 1);
    assert!(summary["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty()), "{summary}");
}
