//! A trace with 10,000 sessions, all open at once: bounded memory, and each row in the file of its session.
//!
//! `SMBREPLAY_FULL` makes the sessions longer, so that most rows wait on the disk.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests"
)]

#[path = "many_sessions/capture.rs"]
mod capture;
mod support;

use capture::{Connections, SESSIONS, Script, session_id};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use store::{Columns, SessionFile};
use support::Home;

/// Anonymous memory allowed, KiB.
const ALLOWED: u64 = 256 << 10;
/// Of so many files one is read: reading all takes longer than writing them.
const LOOKED_INTO: u32 = 11;
/// NEGOTIATE, two SESSION_SETUPs, TREE_CONNECT, CREATE, QUERY_DIRECTORY and CLOSE of the recorded connection.
const FEW: [usize; 7] = [0, 1, 2, 6, 7, 8, 10];
/// All of its first exchanges.
const MANY: std::ops::Range<usize> = 0..23;

#[test]
fn ten_thousand_sessions_on_a_connection_each_take_at_most_256_mib() {
    try_with(Connections::Each);
}

#[test]
fn ten_thousand_sessions_on_one_connection_take_at_most_256_mib() {
    try_with(Connections::One);
}

fn try_with(connections: Connections) {
    let exchanges = if std::env::var_os("SMBREPLAY_FULL").is_some() { MANY.collect() } else { FEW.to_vec() };
    let home = Home::new();
    let script = Script::recorded(&std::fs::read(home.office("office.pcap")).unwrap(), &exchanges, connections);
    script.write(&home.path().join("many.pcap"));
    let peak = peak_of_ingest(&home);
    println!("{} MiB of anonymous memory", peak >> 10);
    assert!(peak > 0 && peak <= ALLOWED, "{} MiB of anonymous memory", peak >> 10);
    check(&home.path().join(".tracer/many.pcap/sessions"), &script);
}

/// Ingests `many.pcap`; the most anonymous memory that was seen of the process, KiB.
fn peak_of_ingest(home: &Home) -> u64 {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["ingest", "many.pcap", "-q"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return peak;
        }
        peak = peak.max(anonymous(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Anonymous memory of the process, KiB; `None` once it has ended.
fn anonymous(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").trim().parse().ok()
}

/// Every session has a file with as many rows as it had exchanges; in a part of the files it is looked whether these are
/// its exchanges, byte for byte and in their order.
fn check(folder: &Path, script: &Script) {
    let metadata: Value =
        serde_json::from_slice(&std::fs::read(folder.join("session_metadata.json")).unwrap()).unwrap();
    let lost: BTreeMap<String, u64> = serde_json::from_value(metadata["dropped"].clone()).unwrap();
    assert!(lost.values().all(|count| *count == 0), "{lost:?}");
    let listed: BTreeMap<&str, &str> = metadata["sessions"].as_array().unwrap().iter().map(named).collect();
    assert_eq!(listed.len(), SESSIONS as usize + 1, "with what belongs to none");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), listed.len() + 1, "with the metadata");
    for session in 0..SESSIONS {
        let id = session_id(session);
        let file = SessionFile::open(&folder.join(listed[format!("{id:#018x}").as_str()])).unwrap();
        let said = script.of_session(session);
        assert_eq!(file.row_count(), said.len() as u64, "session {id:#018x}");
        if session % LOOKED_INTO == 0 {
            let rows: Vec<_> = file.operations(Columns::All).map(Result::unwrap).collect();
            assert!(rows.is_sorted_by(|one, next| one.op < next.op), "session {id:#018x}");
            let found: Vec<_> = rows.iter().map(|row| [row.request.as_deref(), row.response.as_deref()]).collect();
            let said: Vec<_> =
                said.iter().map(|[request, response]| [Some(&request[..]), Some(&response[..])]).collect();
            assert_eq!(found, said, "session {id:#018x}");
        }
    }
}

/// SessionId and file of a session in the metadata.
fn named(session: &Value) -> (&str, &str) {
    (session["session_id"].as_str().unwrap(), session["file"].as_str().unwrap())
}
