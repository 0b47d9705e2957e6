//! Ctrl-C while a set or standard input is read: exit status 130, the earlier result as it was, nothing left behind.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{Home, office_records};

fn started(home: &Home, arguments: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Interrupts `child` once `begun` says that it is at work, and returns what it said.
fn interrupt(mut child: Child, begun: impl Fn() -> bool) -> String {
    let patience = std::time::Instant::now();
    while !begun() {
        assert!(patience.elapsed() < Duration::from_secs(60), "it did not begin");
        assert!(child.try_wait().unwrap().is_none(), "it ended before the interrupt");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // Standard input stays open: what is silent is interrupted all the same.
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted; nothing was changed") && told.lines().count() == 1, "{told}");
    told
}

/// Temporary folders of results that are being made.
fn unfinished(home: &Home) -> usize {
    let traces = fs::read_dir(home.path().join(".tracer")).into_iter().flatten();
    let entries = traces.flat_map(|trace| fs::read_dir(trace.unwrap().path()).into_iter().flatten());
    entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".new-")).count()
}

#[test]
fn an_interrupted_set_leaves_the_earlier_result() {
    let home = Home::new();
    let (header, records) = office_records();
    let write = |times: usize| {
        for (number, part) in records.chunks(600).enumerate() {
            home.file(&format!("part{number}.pcap"), &[header.clone(), part.concat().repeat(times)].concat());
        }
    };
    write(1);
    home.run(&["ingest", "part*.pcap"]).succeeded();
    let metadata = home.path().join(".tracer/part/sessions/session_metadata.json");
    let before = fs::read(&metadata).unwrap();
    write(400);
    interrupt(started(&home, &["ingest", "part*.pcap"]), || unfinished(&home) > 0);
    assert_eq!(fs::read(&metadata).unwrap(), before);
    assert_eq!(unfinished(&home), 0);
}

#[test]
fn interrupted_traces_that_are_read_side_by_side_leave_nothing_behind() {
    let home = Home::new();
    let (header, records) = office_records();
    let files: Vec<String> = (0..6).map(|number| format!("trace{number}.pcap")).collect();
    for file in &files {
        home.file(file, &[header.clone(), records.concat().repeat(100)].concat());
    }
    let arguments = ["ingest", "--each", "--jobs", "2"].into_iter().chain(files.iter().map(String::as_str));
    interrupt(started(&home, &arguments.collect::<Vec<_>>()), || unfinished(&home) > 1);
    assert_eq!(unfinished(&home), 0);
    assert!(!home.path().join(".tracer/trace5.pcap/sessions").exists(), "what was not begun is not begun any more");
}

#[test]
fn an_interrupted_stream_leaves_the_earlier_result_and_says_how_to_keep_what_came() {
    let home = Home::new();
    let (header, records) = office_records();
    let capture = [header, records.concat()].concat();
    support::ended(home.command(&["ingest", "-", "--name", "live"]).write_stdin(capture.clone())).succeeded();
    let metadata = home.path().join(".tracer/live/sessions/session_metadata.json");
    let before = fs::read(&metadata).unwrap();
    let mut child = started(&home, &["ingest", "-", "--name", "live"]);
    child.stdin.as_mut().unwrap().write_all(&capture[..200_000]).unwrap();
    let told = interrupt(child, || unfinished(&home) > 0);
    assert!(told.contains("end the capture instead"), "{told}");
    assert_eq!(fs::read(&metadata).unwrap(), before);
    assert_eq!(unfinished(&home), 0);
}

#[test]
fn a_stream_that_says_nothing_can_be_interrupted() {
    let home = Home::new();
    let child = started(&home, &["ingest", "-", "--name", "silent"]);
    // It reads before it writes anything: its handler of signals is the sign.
    let status = format!("/proc/{}/status", child.id());
    let listens = || match fs::read_to_string(&status) {
        Ok(text) => {
            let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
            u64::from_str_radix(caught.trim(), 16).unwrap_or(0) & 2 != 0
        }
        Err(_) => {
            std::thread::sleep(Duration::from_secs(1));
            true
        }
    };
    interrupt(child, listens);
    assert!(!home.path().join(".tracer/silent").exists());
}
