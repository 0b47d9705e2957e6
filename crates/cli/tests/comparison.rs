//! What of the answers is compared: rules, files of rules, and earlier runs, against the embedded lab server, which answers
//! otherwise than the captured one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::Value;
use support::Home;

fn replay(home: &Home, port: u16, arguments: &[&str]) -> Value {
    let port = port.to_string();
    let ended = home.run(&[&["replay", "--all", "--format", "json", "--port", &port], arguments].concat());
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// A home with an ingested capture.
fn home() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

#[test]
fn what_is_ignored_does_not_count_and_is_told() {
    let home = home();
    let of = |arguments: &[&str]| {
        let share = tempfile::tempdir().unwrap();
        let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
        replay(&home, server.address().port(), arguments)
    };
    let plain = of(&[]);
    assert!(plain["body_diverged"].as_u64().unwrap() > 0, "another make of server answers otherwise: {plain}");
    assert_eq!(plain["ignored"], serde_json::json!([]));

    home.file("known.txt", b"# this server's own\n*\n");
    let ignoring = of(&["--ignore-file", "known.txt", "--ignore", "CREATE.end_of_file@nosuch\\*"]);
    assert_eq!(ignoring["body_diverged"], 0, "{ignoring}");
    let counted = |rule: &str| {
        let ignored = ignoring["ignored"].as_array().unwrap();
        ignored.iter().find(|found| found["rule"] == rule).unwrap()["differences"].as_u64().unwrap()
    };
    assert!(counted("*") > 0);
    assert_eq!(counted("CREATE.end_of_file@nosuch\\*"), 0);
    assert!(ignoring["warnings"].to_string().contains("CREATE.end_of_file@nosuch"), "{ignoring}");

    let run = plain["run"].as_str().unwrap();
    let known = of(&["--baseline", run]);
    assert_eq!(known["body_diverged"], 0, "{:#}", known["roots"]);
}

#[test]
fn rules_and_runs_that_are_none_are_refused() {
    let home = home();
    home.file("bad.txt", b"CREATE.end_of_file\nnot a rule\n");
    home.run(&["replay", "1", "--ignore", "not a rule"]).refused(&["not a rule", "FIELD"]);
    home.run(&["replay", "1", "--ignore-file", "bad.txt"]).refused(&["bad.txt", "not a rule"]);
    home.run(&["replay", "1", "--ignore-file", "nosuch.txt"]).refused(&["nosuch.txt"]);
    home.run(&["replay", "1", "--port", "1", "--no-ping", "--baseline", "20250101T000000Z"])
        .refused(&["20250101T000000Z", "--baseline"]);
}
