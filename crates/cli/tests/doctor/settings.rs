//! Settings, folders and the last trace.

use super::diagnosis::{Diagnosis, doctor};
use crate::support::{self, Home, ended};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// With a server that nobody is.
#[track_caller]
fn unreachable(home: &Home) -> Diagnosis {
    doctor(home, &["--port", "1"])
}

#[test]
fn damaged_settings_fail_and_what_needs_them_is_not_tried() {
    let home = Home::new();
    let file = home.file(".config/smbreplay/config.toml", b"port = 1\nusername = \"open\n");
    let found = doctor(&home, &[]);
    found.is("configuration", "failed", "line 2", "mend or remove");
    found.are(&["password", "traces_folder", "output_folder", "last_trace", "address", "pipes"], "not_tried");
    found.is("open_files", "ok", "", "");
    fs::write(&file, "port = 99999\n").unwrap();
    doctor(&home, &[]).is("configuration", "failed", "99999", "smbreplay config set port");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let found = doctor(&home, &[]);
    found.is("configuration", "failed", "cannot read", "is a file");
    found.is("configuration_mode", "not_tried", "", "");
    fs::remove_dir(&file).unwrap();
    let variable = ended(home.command(&["doctor", "--format", "json"]).env("SMBREPLAY_PORT", "x"));
    Diagnosis::of(&variable).is("configuration", "failed", "SMBREPLAY_PORT", "unset SMBREPLAY_PORT");
}

#[test]
fn settings_that_others_may_read_or_that_mean_nothing_are_warnings() {
    let home = Home::new();
    let file = home.file(".config/smbreplay/config.toml", b"pasword = \"secret-Th1ng\"\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ended = home.run(&["doctor", "--format", "json", "--server-ip", "no.such.host.invalid"]);
    assert!(!ended.stdout.contains("secret-Th1ng"));
    let found = Diagnosis::of(&ended);
    found.is("configuration", "warning", "pasword", "remove");
    found.is("configuration_mode", "warning", "0644", "chmod 600");
    found.is("password", "warning", "default", "SMBREPLAY_PASSWORD");
}

#[test]
fn an_output_folder_that_cannot_be_written_fails() {
    let home = Home::new();
    home.file("taken", b"a file in the folder's place");
    home.run(&["config", "set", "output_dir", "taken"]).succeeded();
    unreachable(&home).is("output_folder", "failed", "taken: cannot be written", "output_dir");
    home.run(&["config", "set", "output_dir", "taken/below"]).succeeded();
    unreachable(&home).is("output_folder", "failed", "taken: cannot be written", "output_dir");
    home.run(&["config", "set", "output_dir", "new/below"]).succeeded();
    unreachable(&home).is("output_folder", "ok", "will be made", "");
    assert!(!home.path().join("new").exists());
}

#[test]
fn a_last_trace_that_cannot_be_used_is_told() {
    let home = Home::new();
    let capture = home.office("office.pcap");
    unreachable(&home).is("last_trace", "not_tried", "", "smbreplay ingest");
    home.run(&["ingest", "office.pcap"]).succeeded();
    unreachable(&home).is("last_trace", "ok", "3 sessions", "");
    let bytes = fs::read(&capture).unwrap();
    fs::write(&capture, &bytes[..bytes.len() / 2]).unwrap();
    unreachable(&home).is("last_trace", "warning", "has changed", "ingest --force");
    let sessions = home.path().join(".tracer/office.pcap/sessions");
    let session = fs::read_dir(&sessions).unwrap().map(|entry| entry.unwrap().path());
    let session = session.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "parquet")).unwrap();
    fs::write(&session, b"PAR1").unwrap();
    unreachable(&home).is("last_trace", "failed", "1 session file", "ingest --force");
    let metadata = sessions.join("session_metadata.json");
    let newer =
        fs::read_to_string(&metadata).unwrap().replacen("\"schema_version\": \"1.", "\"schema_version\": \"9.", 1);
    fs::write(&metadata, newer).unwrap();
    unreachable(&home).is("last_trace", "failed", "newer smbreplay", "ingest --force");
    fs::remove_dir_all(&sessions).unwrap();
    unreachable(&home).is("last_trace", "warning", "not ingested", "smbreplay ingest");
    fs::remove_file(&capture).unwrap();
    unreachable(&home).is("last_trace", "warning", "office.pcap", "--trace");
}

#[test]
fn a_server_of_the_last_trace_is_a_warning() {
    let home = Home::new();
    home.file("captured.pcap", &support::pcap(445, &[(support::FromClient(true), &negotiate_request())]));
    home.run(&["ingest", "captured.pcap"]).succeeded();
    unreachable(&home).is("captured_server", "ok", "not a server", "");
    // This machine's address that is not its loopback: nothing leaves the machine.
    let metadata = home.path().join(".tracer/captured.pcap/sessions/session_metadata.json");
    let local = fs::read_to_string(&metadata).unwrap().replace("10.0.0.2:445", "0.0.0.0:445");
    fs::write(&metadata, local).unwrap();
    let found = doctor(&home, &["--server-ip", "0.0.0.0", "--port", "1"]);
    found.is("captured_server", "warning", "0.0.0.0:1 is a server in the capture", "lab server");
}

/// An SMB2 NEGOTIATE that offers 3.0.
fn negotiate_request() -> Vec<u8> {
    let mut message = b"\xfeSMB\x40\0".to_vec();
    message.resize(64, 0);
    message.extend([36, 0, 1, 0, 1, 0, 0, 0]);
    message.resize(64 + 36, 0);
    message.extend([0, 3]);
    support::framed(&message)
}
