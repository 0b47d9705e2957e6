//! What cannot be decrypted or written: what is said, with which exit status, and that nothing is left behind.

use super::captures;
use crate::support::{Home, ended};
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Files in a home whose name begins as that of one in the making.
fn unfinished(home: &Home) -> usize {
    let names = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with(".smbreplay-")).count()
}

#[test]
fn without_a_key_that_fits_nothing_is_written() {
    let Some(captured) = captures::elsewhere("smb3.pcap") else { return };
    let home = &captured.home;
    home.run(&["decrypt", "smb3.pcap", "clear.pcapng"]).refused(&[
        "smb3.pcap: nothing could be decrypted: 44 encrypted messages",
        r"--nt-password 'SUSE\administrator=…'",
    ]);
    let wrong = "0x000048009400003d=00112233445566778899aabbccddeeff";
    home.run(&["decrypt", "smb3.pcap", "clear.pcapng", "--session-key", wrong])
        .refused(&["nothing could be decrypted", "the one given does not fit the logon"]);
    assert!(!home.path().join("clear.pcapng").exists());
    assert_eq!(unfinished(home), 0);
}

#[test]
fn messages_that_stay_encrypted_are_carried_as_they_are_and_told() {
    let Some(captured) = captures::elsewhere("smb3-midstream.pcap") else { return };
    // The right key for one direction alone.
    let half = "3d00009400480000,\"\",6c9062802e06b81b06eff6989d166228,00112233445566778899aabbccddeeff\n";
    captured.home.file("half", half.as_bytes());
    let told = captured.home.run(&["decrypt", "smb3-midstream.pcap", "clear.pcapng", "--keys", "half"]);
    assert_eq!(told.code, 1, "{}", told.stderr);
    assert!(told.stdout.contains("22 decrypted, 24 as they came (22 still encrypted)"), "{}", told.stdout);
    assert!(told.stderr.contains("22 messages stay encrypted"), "{}", told.stderr);
    let key = "0x000048009400003d=6c9062802e06b81b06eff6989d166228,81f0762857c4b01cc3e12eff0d184362";
    let rest = captured.home.json(&["decrypt", "clear.pcapng", "rest.pcapng", "--decryption-keys", key]);
    assert_eq!(rest["decrypted"], 22, "they are there as they were");
}

#[test]
fn what_is_no_capture_or_has_no_smb_is_refused_as_by_ingest() {
    let home = Home::new();
    home.file("text", b"this is no capture at all");
    home.file("empty", b"");
    home.file(
        "other.pcap",
        &crate::support::pcap(80, &[(crate::support::FromClient(true), b"GET / HTTP/1.0\r\n\r\n")]),
    );
    for (file, words) in [("text", "not a capture"), ("empty", "empty"), ("other.pcap", "no SMB2 inside")] {
        home.run(&["decrypt", file, "clear.pcapng"]).refused(&[file, words]);
    }
    home.run(&["decrypt", "missing.pcap", "clear.pcapng"]).refused(&["missing.pcap"]);
    assert!(!home.path().join("clear.pcapng").exists());
    assert_eq!(unfinished(&home), 0);
}

#[test]
fn a_cut_capture_is_exported_up_to_the_cut() {
    let captured = captures::office();
    let whole = fs::read(captured.path()).unwrap();
    captured.home.file("cut.pcap", &whole[..whole.len() / 2]);
    let told = captured.home.run(&["decrypt", "cut.pcap", "clear.pcapng"]);
    told.succeeded();
    assert!(told.stderr.contains("cut.pcap: truncated at byte"), "{}", told.stderr);
    let pdus = |file: &str| {
        let told = captured.home.json(&["ingest", file]);
        told["counters"]["pdus"].as_u64().unwrap()
    };
    assert_eq!(pdus("clear.pcapng"), pdus("cut.pcap"));
}

#[test]
fn no_file_is_overwritten_unless_asked_for_and_never_what_is_read() {
    let captured = captures::office();
    let home = &captured.home;
    home.file("there.pcapng", b"mine");
    home.run(&["decrypt", "office.pcap", "there.pcapng"]).refused(&["there.pcapng is there already", "--force"]);
    assert_eq!(fs::read(home.path().join("there.pcapng")).unwrap(), b"mine");
    home.run(&["decrypt", "office.pcap", "there.pcapng", "--force"]).succeeded();
    assert!(fs::read(home.path().join("there.pcapng")).unwrap().starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    let before = fs::read(captured.path()).unwrap();
    fs::hard_link(captured.path(), home.path().join("linked.pcap")).unwrap();
    for out in ["office.pcap", "./office.pcap", "linked.pcap"] {
        home.run(&["decrypt", "office.pcap", out, "--force"]).refused(&[out, "is what is read"]);
    }
    assert_eq!(fs::read(captured.path()).unwrap(), before);
    fs::create_dir(home.path().join("folder")).unwrap();
    home.run(&["decrypt", "office.pcap", "folder", "--force"]).refused(&["folder", "is not a file"]);
    home.run(&["decrypt", "office.pcap", "missing/clear.pcapng"]).refused(&["missing/clear.pcapng"]);
    assert_eq!(unfinished(home), 0);
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let captured = captures::office();
    let home = &captured.home;
    home.run(&["decrypt", "office.pcap"]).refused(&["<IN>", "smbreplay decrypt --help"]);
    home.run(&["decrypt", "office.pcap", "clear.pcapng", "--as-captured"]).refused(&["--embed-keys"]);
    home.run(&["decrypt", "office.pcap", "-", "--format", "json"]).refused(&["--format"]);
    let refused = |arguments: &[&str], words: &[&str]| ended(home.command(arguments).write_stdin("")).refused(words);
    refused(&["decrypt", "-", "office.pcap", "clear.pcapng"], &["cannot be put together with files"]);
    refused(&["decrypt", "-", "clear.pcapng", "--embed-keys"], &["reads the capture twice"]);
}

#[test]
fn a_full_disk_is_told() {
    let captured = captures::office();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"));
    command.args(["decrypt", "office.pcap", "-"]).env_clear().env("HOME", captured.home.path());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command.current_dir(captured.home.path()).stdout(full).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("No space left") && told.contains("make room") && told.lines().count() == 1, "{told}");
}

#[test]
fn an_interrupt_leaves_nothing() {
    let captured = captures::office();
    let home = &captured.home;
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["decrypt", "-", "clear.pcapng"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let patience = Instant::now();
    while unfinished(home) == 0 {
        assert!(patience.elapsed() < Duration::from_secs(60), "it did not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Standard input stays open: what is silent is interrupted all the same.
    let input = child.stdin.take();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(input);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted; nothing was written") && told.lines().count() == 1, "{told}");
    assert!(!home.path().join("clear.pcapng").exists() && unfinished(home) == 0);
}
