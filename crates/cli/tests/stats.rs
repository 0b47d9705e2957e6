//! `session ID --stats`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, ended};

fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

#[test]
fn the_statistics_of_a_session_read_so_on_terminals_of_any_width() {
    let home = ingested();
    for width in ["80", "120", "200"] {
        let mut command = home.command(&["session", "1", "--stats", "--top", "5"]);
        let shown = ended(command.env("COLUMNS", width));
        insta::assert_snapshot!(format!("stats_{width}"), shown.succeeded());
    }
}

#[test]
fn no_line_is_longer_than_the_terminal() {
    let home = ingested();
    for width in ["40", "60", "80", "120", "200"] {
        let mut command = home.command(&["session", "--stats", "--all"]);
        let limit: usize = width.parse().unwrap();
        for line in ended(command.env("COLUMNS", width)).succeeded().lines() {
            assert!(line.chars().count() <= limit, "{width}: {line}");
        }
    }
}

#[test]
fn colours_come_only_when_asked_for() {
    let home = ingested();
    let arguments = ["session", "1", "--stats", "--color"];
    let plain = home.run(&[&arguments[..], &["never"]].concat());
    assert!(!plain.succeeded().contains('\u{1b}'));
    let coloured = home.run(&[&arguments[..], &["always"]].concat());
    assert!(coloured.succeeded().contains('\u{1b}'));
}

fn operations(document: &Value) -> u64 {
    document["commands"].as_array().unwrap().iter().map(|command| command["operations"].as_u64().unwrap()).sum()
}

#[test]
fn the_json_form_counts_what_the_list_counts() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let session = &list["sessions"][0];
    let stats = home.json(&["session", "1", "--stats"]);
    assert_eq!(stats["sessions"], serde_json::json!([session["session_id"]]));
    assert_eq!(stats["operations"], session["operation_count"]);
    assert_eq!(operations(&stats), session["operation_count"].as_u64().unwrap());
    for command in stats["commands"].as_array().unwrap() {
        assert_eq!(command["operations"], session["commands"][command["command"].as_str().unwrap()], "{command}");
    }
    for status in stats["statuses"]["each"].as_array().unwrap() {
        assert_eq!(status["count"], session["statuses"][status["name"].as_str().unwrap()], "{status}");
    }
    let sum = |key| {
        let files = &stats["files"];
        let top = files["top"].as_array().unwrap().iter().map(|file| file[key].as_u64().unwrap()).sum::<u64>();
        top + files["rest"][key].as_u64().unwrap()
    };
    assert_eq!(
        (sum("bytes_read"), sum("bytes_written")),
        (session["bytes_read"].as_u64().unwrap(), session["bytes_written"].as_u64().unwrap(),)
    );
    assert_eq!(stats["slowest"].as_array().unwrap().len(), 10);
}

#[test]
fn all_sessions_are_counted_together_with_what_belongs_to_none() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let all = home.json(&["session", "--stats", "--all", "--top", "3"]);
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(all["sessions"].as_array().unwrap().len(), sessions.len());
    let rows: u64 = sessions.iter().map(|session| session["operation_count"].as_u64().unwrap()).sum();
    let events = all["connects"].as_u64().unwrap() + all["closes"].as_u64().unwrap();
    assert_eq!(all["operations"].as_u64().unwrap() + events, rows);
    assert_eq!(all["service_response_times"][0]["procedure"], "Negotiate Protocol");
    assert_eq!(all["gaps"]["longest"].as_array().unwrap().len(), 3);
}

#[test]
fn a_filter_counts_operations_on_these_files_alone() {
    let home = ingested();
    let shown = home.json(&["session", "1", "--file-filter", "*.txt"]);
    let stats = home.json(&["session", "1", "--stats", "--file-filter", "*.txt"]);
    assert_eq!(stats["operations"], shown["total"]);
    assert_eq!(stats["files"]["without_path"]["operations"], 0);
    let none = home.run(&["session", "1", "--stats", "--file-filter", "*.none"]);
    assert_eq!(none.succeeded(), "no operation has such a path\n");
}

#[test]
fn files_come_by_bytes_or_by_operations() {
    let home = ingested();
    for by in ["bytes", "operations"] {
        let stats = home.json(&["session", "1", "--stats", "--top", "99", "--files-by", by]);
        let weight = |file: &Value| match by {
            "bytes" => file["bytes_read"].as_u64().unwrap() + file["bytes_written"].as_u64().unwrap(),
            _ => file["operations"].as_u64().unwrap(),
        };
        let weights: Vec<u64> = stats["files"]["top"].as_array().unwrap().iter().map(weight).collect();
        assert!(weights.len() > 20 && weights.is_sorted_by(|a, b| a >= b), "{by}: {weights:?}");
    }
}

#[test]
fn the_csv_form_has_a_row_for_each_command() {
    let home = ingested();
    let csv = home.run(&["session", "1", "--stats", "--format", "csv"]);
    let json = home.json(&["session", "1", "--stats"]);
    assert_eq!(csv.succeeded().lines().count(), 1 + json["commands"].as_array().unwrap().len());
    assert!(csv.stdout.starts_with("command,operations,successes,"), "{}", csv.stdout);
}

#[test]
fn statistics_are_no_list_and_their_options_are_theirs() {
    let home = ingested();
    for other in [&["--list"][..], &["--brief"], &["--tree"], &["--fields", "op"]] {
        home.run(&[&["session", "--stats"], other].concat()).refused(&["--stats", other[0]]);
    }
    for option in [&["--all"][..], &["--top", "3"], &["--files-by", "bytes"]] {
        home.run(&[&["session"], option].concat()).refused(&["--stats"]);
    }
    home.run(&["session", "1", "--stats", "--all"]).refused(&["--all"]);
}
