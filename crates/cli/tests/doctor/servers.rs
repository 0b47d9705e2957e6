//! Good servers, and each way in which one can be bad.

use super::diagnosis::{Diagnosis, OTHER_CHECKS, SERVER_CHECKS, doctor, samba};
use crate::support::{Home, ended};
use lab::{EmbeddedOptions, EmbeddedServer, SambaOptions};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// A port of this machine, and how what listens there behaves: each connection is given to `serve`.
fn listener(serve: impl Fn(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            serve(stream);
        }
    });
    port
}

/// A port that accepts connections and never answers.
fn silent() -> String {
    let kept = std::sync::Mutex::new(Vec::new());
    listener(move |stream| kept.lock().unwrap().push(stream))
}

#[test]
fn a_good_server_and_good_folders_are_ok_throughout() {
    let (home, _samba) = samba(SambaOptions::default());
    fs::create_dir_all(home.path().join("cases/2010101010")).unwrap();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    let found = doctor(&home, &[]);
    found.are(&OTHER_CHECKS.map(|name| if name == "free_space" { "open_files" } else { name }), "ok");
    found.are(&SERVER_CHECKS, "ok");
    found.is("negotiation", "ok", "SMB 3.1.1", "");
    found.is("dialects", "ok", "2.0.2, 2.1, 3.0, 3.0.2, 3.1.1", "");
    found.is("signing", "ok", "AES-GMAC, not required", "");
    found.is("encryption", "ok", "AES-128-GCM", "");
    found.is("capabilities", "ok", "leasing", "");
    found.is("share_access", "ok", "read and write", "");
    found.is("last_trace", "ok", "3 sessions", "");
    let table = home.run(&["doctor"]);
    assert!(table.succeeded().contains("ok       share access        read and write"), "{}", table.stdout);
    let csv = home.run(&["doctor", "--format", "csv"]);
    assert!(csv.succeeded().starts_with("check,outcome,found,advice\nconfiguration,ok,"), "{}", csv.stdout);
    let left = fs::read_dir(home.path().join(".tracer/office.pcap")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["sessions"], "what was tried is removed");
}

#[test]
fn a_wrong_password_fails_the_logon_and_is_never_shown() {
    let (home, _samba) = samba(SambaOptions::default());
    let secret = "not-Th1s-one";
    let found = doctor(&home, &["--password", secret]);
    found.is("logon", "failed", "STATUS_LOGON_FAILURE", "password");
    found.are(&["share", "share_access", "pipes"], "not_tried");
    found.are(&["connection", "negotiation", "dialects", "clock"], "ok");
    for format in ["table", "json", "csv"] {
        let ended = ended(home.command(&["-vvv", "doctor", "--format", format]).env("SMBREPLAY_PASSWORD", secret));
        assert!(ended.code == 1 && !ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{format}");
    }
    let piped = ended(home.command(&["doctor", "--format", "json", "--password-stdin"]).write_stdin("testpass\n"));
    Diagnosis::of(&piped).is("logon", "ok", "testuser", "");
    ended(home.command(&["doctor", "--password-stdin"]).write_stdin("")).refused(&["standard input"]);
}

#[test]
fn a_share_that_is_missing_or_no_disk_fails() {
    let (home, _samba) = samba(SambaOptions::default());
    let found = doctor(&home, &["--tree-name", "nosuchshare"]);
    found.is("share", "failed", "STATUS_BAD_NETWORK_NAME", "--tree-name");
    found.are(&["logon", "pipes"], "ok");
    found.is("share_access", "not_tried", "", "share");
    doctor(&home, &["--tree-name", "IPC$"]).is("share", "failed", "is no disk", "--tree-name");
}

#[test]
fn a_share_that_may_only_be_read_is_a_warning() {
    let options = SambaOptions { shares: vec!["read only = yes".into()], ..SambaOptions::default() };
    let (home, _samba) = samba(options);
    doctor(&home, &[]).is("share_access", "warning", "only read", "read only = no");
}

#[test]
fn a_top_folder_that_refuses_is_a_warning_though_the_share_allows_writing() {
    let (home, samba) = samba(SambaOptions::default());
    fs::set_permissions(samba.share_path(), fs::Permissions::from_mode(0o555)).unwrap();
    doctor(&home, &[]).is("share_access", "warning", "STATUS_ACCESS_DENIED", "--root");
}

#[test]
fn a_guest_is_a_warning() {
    let global = vec!["map to guest = bad user".into()];
    let options = SambaOptions { global, shares: vec!["guest ok = yes".into()], ..SambaOptions::default() };
    let (home, _samba) = samba(options);
    doctor(&home, &["--username", "stranger"]).is("logon", "warning", "guest", "map to guest = never");
}

#[test]
fn what_a_server_demands_is_told() {
    let (home, _samba) = samba(SambaOptions { encryption_required: true, ..SambaOptions::default() });
    let found = doctor(&home, &[]);
    found.is("logon", "ok", "demands encryption", "");
    found.is("share_access", "ok", "read and write", "");
    found.is("pipes", "ok", "IPC$", "");
    let options = SambaOptions {
        signing_mandatory: true,
        shares: vec!["smb encrypt = required".into()],
        ..SambaOptions::default()
    };
    let (home, _samba) = samba(options);
    let found = doctor(&home, &[]);
    found.is("signing", "ok", ", required", "");
    found.is("share", "ok", "demands encryption", "");
    found.is("share_access", "ok", "read and write", "");
}

#[test]
fn a_dialect_that_the_last_trace_has_and_the_server_refuses_is_a_warning() {
    let global = vec!["server max protocol = SMB3_00".into()];
    let (home, _samba) = samba(SambaOptions { global, ..SambaOptions::default() });
    doctor(&home, &[]).is("dialects", "ok", "2.0.2, 2.1, 3.0; not 3.0.2, 3.1.1", "");
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    doctor(&home, &[]).is("dialects", "warning", "not 3.0.2, 3.1.1, which the last trace has", "--dialect 3.0");
}

#[test]
fn a_server_that_is_down_is_told_and_nothing_behind_it_is_tried() {
    let home = Home::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let found = doctor(&home, &["--port", &closed]);
    found.is("connection", "failed", "refused", "--port");
    found.are(&SERVER_CHECKS[3..], "not_tried");
    let found = doctor(&home, &["--server-ip", "no.such.host.invalid"]);
    found.is("address", "failed", "no.such.host.invalid", "server_ip");
    found.are(&SERVER_CHECKS[1..], "not_tried");
    home.run(&["doctor", "--server-ip", "two words"]).refused(&["two words", "command line"]);
}

#[test]
fn a_server_that_never_answers_costs_no_more_than_max_wait() {
    let home = Home::new();
    home.run(&["config", "set", "max_wait", "0.5"]).succeeded();
    let begun = Instant::now();
    let found = doctor(&home, &["--port", &silent()]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    found.is("connection", "ok", "TCP", "");
    found.is("negotiation", "failed", "did not answer NEGOTIATE within 500ms", "max_wait");
    found.are(&SERVER_CHECKS[4..], "not_tried");
}

#[test]
fn a_listener_that_is_no_smb_server_is_called_so() {
    let port = listener(|mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    let found = doctor(&Home::new(), &["--port", &port]);
    found.is("negotiation", "failed", "", "check that an SMB2 server listens there");
    found.are(&SERVER_CHECKS[4..], "not_tried");
}

#[test]
fn no_line_is_longer_than_a_narrow_terminal() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(folder.path())).unwrap();
    let port = server.address().port().to_string();
    for (columns, password) in [("20", "PASSWORD"), ("40", "wrong"), ("80", "wrong"), ("100", "PASSWORD")] {
        let arguments = ["doctor", "--port", &port, "--password", password];
        let ended = ended(home.command(&arguments).env("COLUMNS", columns));
        assert_eq!(ended.code, i32::from(password == "wrong"), "{}", ended.stderr);
        for line in ended.stdout.lines() {
            assert!(line.chars().count() <= columns.parse().unwrap(), "{columns}: {line}");
        }
        let words: String = ended.stdout.split_whitespace().collect();
        assert!(
            words.contains("mkdir-p") && words.contains(if password == "wrong" { "notready" } else { "ready,with" })
        );
    }
}

#[test]
fn an_interrupt_ends_it_at_once() {
    let home = Home::new();
    home.run(&["config", "set", "max_wait", "600"]).succeeded();
    let (sender, accepted) = std::sync::mpsc::channel();
    let port = listener(move |stream| sender.send(stream).unwrap());
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["doctor", "--port", &port])
        .env_clear()
        .env("HOME", home.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let _connection = accepted.recv_timeout(Duration::from_secs(60)).unwrap();
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b""[..], &b"error: interrupted\n"[..]));
}
