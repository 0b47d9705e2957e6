//! A replay on an embedded server, with a record in which nothing depends on when and where it ran.

use super::{Ended, Home};
use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Replays all sessions of the trace ingested last on an embedded server, whose share `fill` fills before.
#[track_caller]
pub(crate) fn replay(home: &Home, fill: impl FnOnce(&Path), arguments: &[&str]) -> Ended {
    let share = tempfile::tempdir().unwrap();
    fill(share.path());
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = server.address().port().to_string();
    let told = home.run(&[&["replay", "--all", "--port", &port], arguments].concat());
    assert!(matches!(told.code, 0 | 1), "{}", told.stderr);
    told
}

/// Gives the latest run of `trace` this name, and its report a port and times of which no other is as good.
pub(crate) fn settle(home: &Home, trace: &str, name: &str) {
    let runs = home.path().join(format!(".tracer/{trace}/replays"));
    let mut names: Vec<_> = fs::read_dir(&runs).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let settled = runs.join(name);
    fs::rename(names.pop().unwrap(), &settled).unwrap();
    let report = settled.join("report.json");
    let mut document: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let three = |p50, p99, max| json!({ "p50": p50, "p99": p99, "max": max });
    document["run"] = name.into();
    document["target"]["port"] = 4450.into();
    document["started"] = "2026-11-27T03:44:46Z".into();
    document["elapsed"] = 1.25.into();
    document["lag_ms"] = three(0.01, 0.3, 1.25);
    document["own_lag_ms"] = three(0.0, 0.1, 0.5);
    document["latency_ms"]["live"] = three(0.35, 9.75, 20.0);
    fs::write(report, document.to_string()).unwrap();
}

/// The text with zeros for the digits of times, which are those of the run; also where they go on in further lines.
pub(crate) fn without_times(text: &str) -> String {
    const TIMES: [&str; 5] = ["CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime", "SystemTime"];
    let mut settled = String::new();
    let mut is_time = false;
    for line in text.lines() {
        let begins = line.chars().nth(3).is_some_and(|_| !line.chars().take(20).all(|character| character == ' '));
        if begins {
            is_time = TIMES.iter().any(|name| line.contains(name));
        }
        let zero = |character: char| if is_time && character.is_ascii_digit() { '0' } else { character };
        settled.extend(line.chars().map(zero).chain(['\n']));
    }
    settled
}
