//! `replay --start-at`: beginning at a time of the day.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::Home;

fn home() -> (Home, EmbeddedServer, tempfile::TempDir) {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    home.run(&["config", "set", "port", &server.address().port().to_string()]).succeeded();
    (home, server, share)
}

fn report(home: &Home, start: &str) -> Value {
    let told = home.run(&["replay", "2", "--start-at", start, "--format", "json"]);
    serde_json::from_str(&told.stdout).unwrap_or_else(|_| panic!("{}", told.stderr))
}

#[test]
fn nothing_is_sent_before_the_time_and_it_is_the_beginning_of_the_run() {
    let (home, _server, _share) = home();
    let start = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
    let report = report(&home, &start.to_string());
    assert!(jiff::Timestamp::now() >= start, "it did not wait");
    assert_eq!(report["started"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), start);
    let timing = store::runs::Run::at(std::path::Path::new(report["path"].as_str().unwrap())).unwrap();
    let rows = store::runs::RunFile::open(&timing).unwrap().rows().map(Result::unwrap);
    let sent: Vec<i128> = rows.filter_map(|row| Some(row.sent_time?.0.into())).collect();
    assert!(!sent.is_empty() && sent.iter().all(|sent| *sent >= start.as_nanosecond()), "{sent:?}");
    assert!(!report["warnings"].to_string().contains("--start-at"), "{report}");
}

#[test]
fn a_time_that_has_passed_does_not_keep_it_from_beginning_and_is_told() {
    let (home, _server, _share) = home();
    let report = report(&home, "2026-01-01T00:00:00Z");
    assert!(report["sent"].as_u64().unwrap() > 0);
    assert!(report["warnings"].to_string().contains("s after --start-at"), "{report}");
}

#[test]
fn a_time_of_another_day_is_refused() {
    let (home, _server, _share) = home();
    let refused = home.run(&["replay", "2", "--start-at", "2126-01-01T00:00:00+01:00"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--start-at 2125-12-31T23:00:00Z is more than a day ahead"), "{}", refused.stderr);
}

#[test]
fn an_interrupt_while_it_waits_ends_it_and_nothing_was_sent() {
    // Ctrl-C, and what ends a container.
    for signal in ["-INT", "-TERM"] {
        is_ended_by(signal);
    }
}

fn is_ended_by(signal: &str) {
    let (home, _server, _share) = home();
    let start = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["replay", "--all", "--start-at", &start.to_string()])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let runs = home.path().join(".tracer/office.pcap/replays");
    let patience = std::time::Instant::now();
    while !std::fs::read_dir(&runs).is_ok_and(|mut runs| runs.next().is_some()) {
        assert!(patience.elapsed() < Duration::from_secs(60), "it did not get ready");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
    let list = home.json(&["report", "--list"]);
    let run = &list["runs"][0];
    assert_eq!((&run["interrupted"], &run["sent"]), (&true.into(), &0.into()), "{list}");
    assert!(run["skipped"].as_u64().unwrap() > 500, "{list}");
}
