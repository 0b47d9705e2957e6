//! `replay`: against the embedded lab server, and what is said of servers that cannot be used.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::Value;
use std::net::TcpListener;
use support::{Ended, Home, ended};

/// A home where the project's own capture is ingested, and a server to replay at.
struct Bench {
    home: Home,
    server: EmbeddedServer,
    share: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let home = Home::new();
        home.office("office.pcap");
        home.run(&["ingest", "office.pcap"]).succeeded();
        let share = tempfile::tempdir().unwrap();
        let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
        home.run(&["config", "set", "port", &server.address().port().to_string()]).succeeded();
        Self { home, server, share }
    }

    fn replay(&self, arguments: &[&str]) -> Ended {
        self.home.run(&[&["replay"], arguments].concat())
    }
}

fn number(report: &Value, key: &str) -> u64 {
    report[key].as_u64().unwrap_or_else(|| panic!("{key}: {report}"))
}

#[test]
fn a_replay_prints_one_document_and_is_recorded() {
    let bench = Bench::new();
    let ended = bench.replay(&["--all", "--format", "json"]);
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let [total, sent, skipped] = ["total_operations", "sent", "skipped"].map(|key| number(&report, key));
    assert_eq!(total, sent + skipped);
    let judged = ["matched", "status_diverged", "body_diverged", "no_response", "not_compared"];
    assert_eq!(sent, judged.iter().map(|key| number(&report, key)).sum::<u64>());
    assert!(number(&report, "matched") > total / 2, "{report}");
    assert_eq!(ended.code == 0, number(&report, "matched") + number(&report, "not_compared") == total);
    let run = report["run"].as_str().unwrap();
    assert_eq!(bench.home.json(&["report", run])["matched"], report["matched"]);
    assert_eq!(bench.home.json(&["report", "--list"])["runs"][0]["run"], run);
    let secret = "PASSWORD";
    assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret));
}

#[test]
fn the_verdicts_are_printed_for_people() {
    let bench = Bench::new();
    let ended = bench.replay(&["1"]);
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    for word in ["verdict", "match", "total", "report: "] {
        assert!(ended.stdout.contains(word), "no '{word}' in {}", ended.stdout);
    }
}

#[test]
fn a_server_that_cannot_be_used_is_told_with_what_to_do() {
    let bench = Bench::new();
    let port = bench.server.address().port();
    bench.replay(&["1", "--password", "wrong-one"]).refused(&["testuser", "password", &port.to_string()]);
    bench.replay(&["1", "--tree-name", "nosuchshare"]).refused(&["nosuchshare", "--tree-name"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    bench.replay(&["1", "--port", &closed]).refused(&[&format!("127.0.0.1:{closed}"), "--port"]);
    bench.replay(&["1", "--server-ip", "no.such.host.invalid"]).refused(&["no.such.host.invalid", "server_ip"]);
    bench.replay(&["1", "--server-ip", "two words"]).refused(&["two words", "server_ip"]);
    assert_eq!(bench.home.json(&["report", "--list"])["total"], 0);
}

#[test]
fn the_password_comes_from_standard_input_or_the_environment() {
    let bench = Bench::new();
    bench.home.run(&["config", "set", "password", "not-this"]).succeeded();
    bench.replay(&["1"]).refused(&["password"]);
    let piped = ended(bench.home.command(&["-vvv", "replay", "1", "--password-stdin"]).write_stdin("PASSWORD\n"));
    assert!(matches!(piped.code, 0 | 1), "{}", piped.stderr);
    assert!(!piped.stderr.contains("PASSWORD"), "a log shows the password");
    let from_environment = ended(bench.home.command(&["replay", "1"]).env("SMBREPLAY_PASSWORD", "PASSWORD"));
    assert!(matches!(from_environment.code, 0 | 1), "{}", from_environment.stderr);
    let empty = ended(bench.home.command(&["replay", "1", "--password-stdin"]).write_stdin(""));
    empty.refused(&["standard input", "--password-stdin"]);
    bench.replay(&["1", "--password", "a", "--password-stdin"]).refused(&["--password-stdin"]);
}

#[test]
fn names_go_below_a_root_that_is_made_and_noted() {
    let bench = Bench::new();
    let arguments = ["--all", "--format", "json", "--root", "lab/run", "--map-path", "Projects=Work", "--clones", "2"];
    let ended = bench.replay(&arguments);
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["clones"], 2);
    for clone in ["clone-0", "clone-1"] {
        assert!(bench.share.path().join("lab/run").join(clone).join("Work").is_dir(), "{clone}");
    }
    assert_eq!(std::fs::read_dir(bench.share.path()).unwrap().count(), 1, "all is below the root");
    let output = bench.home.path().join(".tracer/office.pcap");
    let setup = std::fs::read_dir(output.join("setups")).unwrap().next().unwrap().unwrap().path();
    let changes = std::fs::read_to_string(setup.join("changes.jsonl")).unwrap();
    let made: Vec<Value> = changes.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    let paths: Vec<&str> = made.iter().map(|change| change["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["lab", "lab\\run", "lab\\run\\clone-0", "lab\\run\\clone-1"]);
}

#[test]
fn a_part_of_the_sessions_is_replayed_and_told() {
    let bench = Bench::new();
    let ended = bench.replay(&["--all", "--format", "json", "--limit", "20"]);
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let total = number(&report, "total_operations");
    assert!((20..30).contains(&total), "{total}: the rest of the last chain and logon at most");
    assert!(report["warnings"].to_string().contains("left out"), "{}", report["warnings"]);
    bench.replay(&["--all", "--file-filter", "no such file anywhere"]).refused(&["nothing to replay", "--file-filter"]);
}

#[test]
fn users_come_from_a_file_and_no_message_shows_a_password() {
    let bench = Bench::new();
    bench.home.run(&["config", "set", "password", "not-this"]).succeeded();
    let users = bench.home.path().join("users");
    std::fs::write(&users, "# of the lab\nTESTUSER=testuser%PASSWORD\n").unwrap();
    let rules = format!("@{}", users.display());
    let ended = bench.replay(&["-vvv", "--all", "--map-user", &rules]);
    assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
    assert!(!ended.stderr.contains("PASSWORD") && !ended.stdout.contains("PASSWORD"));
    std::fs::write(&users, "PASSWORD\n").unwrap();
    let ended = bench.replay(&["--all", "--map-user", &rules]);
    assert!(!ended.stderr.contains("PASSWORD"), "{}", ended.stderr);
    ended.refused(&["--map-user", "line 1"]);
    bench.replay(&["--all", "--map-user", "anna=PASSWORD"]).refused(&["anna=user%password"]);
    bench.replay(&["--all", "--root", "a/../b"]).refused(&["--root", ".."]);
    bench.replay(&["--all", "--map-share", "docs"]).refused(&["--map-share", "A=B"]);
    bench.replay(&["--all", "--clones", "0"]).refused(&["--clones"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_replay_is_recorded_and_ends_with_130() {
    use std::process::{Command, Stdio};
    let bench = Bench::new();
    // Slowed down, so that it is under way when the interrupt comes.
    let child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["replay", "--all", "--pace", "0.001x", "--format", "json"])
        .env_clear()
        .env("HOME", bench.home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["interrupted"], true, "{told}");
    let run = report["run"].as_str().unwrap();
    assert_eq!(bench.home.json(&["report", run])["interrupted"], true);
}
