//! `serve`: what is found of a lab server is what `doctor` finds, and the stored password goes nowhere else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::Home;
use support::server::{Answer, ApiServer};

/// The address.
const CHECK: &str = "/api/target/check";

/// An embedded server with a share of its own, and its port.
fn lab() -> (EmbeddedServer, tempfile::TempDir, u16) {
    let share = tempfile::tempdir().unwrap();
    let lab = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = lab.address().port();
    (lab, share, port)
}

/// A server whose lab server is at this port.
fn configured(home: &Home, port: u16) -> ApiServer {
    ApiServer::start_with(home, &[], &[("SMBREPLAY_PORT", &port.to_string())])
}

/// What the check of this name says: its outcome, what was found, and what to do.
#[track_caller]
fn said<'a>(document: &'a Value, name: &str) -> [&'a str; 3] {
    let check = document["checks"].as_array().unwrap().iter().find(|check| check["check"] == name);
    let check = check.unwrap_or_else(|| panic!("no {name} in {document}"));
    ["outcome", "found", "advice"].map(|member| check[member].as_str().unwrap_or_default())
}

/// The outcomes and findings, without those that are another each time, and without advice, whose words are each face's own.
fn found(document: &Value) -> Vec<[String; 3]> {
    let checks = document["checks"].as_array().unwrap().iter();
    let steady = checks.filter(|check| check["check"] != "connection");
    steady.map(|check| ["check", "outcome", "found"].map(|member| check[member].as_str().unwrap().to_owned())).collect()
}

/// Nothing here speaks of the command line.
fn has_no_command_line(answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    assert!(!text.contains("--") && !text.contains("smbreplay "), "{text}");
}

#[test]
fn a_good_server_is_ready_and_the_checks_are_those_of_doctor() {
    let (_lab, share, port) = lab();
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    home.run(&["ingest", "cases/2010101010/office.pcap"]).succeeded();
    let server = configured(&home, port);
    let told = server.post(CHECK, &json!({})).ok();
    assert_eq!(told["ready"], true, "{told}");
    let doctor = home.run(&["doctor", "--port", &port.to_string(), "--format", "json"]);
    let doctor: Value = serde_json::from_str(&doctor.stdout).unwrap();
    let of_server = found(&doctor).split_off(found(&doctor).iter().position(|check| check[0] == "address").unwrap());
    assert_eq!(found(&told), of_server);
    assert_eq!(said(&told, "captured_server")[..2], ["ok", "not a server of the last trace"]);
    assert!(said(&told, "logon")[1].contains("testuser"), "{told}");
    let named = server.post(CHECK, &json!({ "capture_path": "office.pcap" })).ok();
    assert_eq!(said(&named, "captured_server")[1], "not a server of the trace");
    assert_eq!(std::fs::read_dir(share.path()).unwrap().count(), 0, "nothing is changed there");
}

#[test]
fn without_a_trace_the_server_is_checked_and_one_that_is_named_has_to_be_there() {
    let (_lab, _share, port) = lab();
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    let server = configured(&home, port);
    let told = server.post(CHECK, &json!({ "capture_path": "" })).ok();
    assert_eq!((&told["ready"], said(&told, "captured_server")[0]), (&json!(true), "not_tried"));
    for (path, status, code) in [
        ("office.pcap", 404, "not_ingested"),
        ("none.pcap", 404, "trace_not_found"),
        ("../../x.pcap", 403, "outside_traces_folder"),
    ] {
        assert_eq!(server.post(CHECK, &json!({ "capture_path": path })).refused(status), code, "{path}");
    }
    assert_eq!(server.post(CHECK, &json!({ "port": 0 })).refused(422), "invalid_value");
}

#[test]
fn a_wrong_password_fails_the_logon_and_is_in_no_answer() {
    let (_lab, _share, port) = lab();
    let home = Home::new();
    let server = configured(&home, port);
    let secret = "not-Th1s-one";
    let answer = server.post(CHECK, &json!({ "password": secret }));
    let told = answer.ok();
    let [outcome, found, advice] = said(&told, "logon");
    assert_eq!((&told["ready"], outcome), (&json!(false), "failed"));
    assert!(found.contains("STATUS_LOGON_FAILURE") && advice.contains("`password`"), "{told}");
    for name in ["share", "share_access", "pipes"] {
        assert_eq!(said(&told, name)[0], "not_tried", "{name}");
    }
    assert!(!String::from_utf8_lossy(&answer.body).contains(secret));
    has_no_command_line(&answer);
    let answer = server.post(CHECK, &json!({ "tree_name": "nosuchshare" }));
    assert!(said(&answer.ok(), "share")[2].contains("`tree_name`"), "{:?}", answer.ok());
    has_no_command_line(&answer);
}

#[test]
fn a_closed_port_and_a_name_without_an_address_are_told_and_nothing_behind_them_is_tried() {
    let home = Home::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = configured(&home, closed);
    let answer = server.post(CHECK, &json!({}));
    let told = answer.ok();
    let [outcome, found, advice] = said(&told, "connection");
    assert_eq!((&told["ready"], outcome), (&json!(false), "failed"));
    assert!(found.contains("refused") && advice.contains("`port`"), "{told}");
    let behind = told["checks"].as_array().unwrap().iter().skip(3);
    assert!(behind.clone().count() == 12 && behind.clone().all(|check| check["outcome"] == "not_tried"), "{told}");
    has_no_command_line(&answer);
    let nowhere = server.post(CHECK, &json!({ "server_ip": "no.such.host.invalid", "password": "x" }));
    assert!(said(&nowhere.ok(), "address")[2].contains("`server_ip`"), "{:?}", nowhere.ok());
    has_no_command_line(&nowhere);
}

#[test]
fn the_stored_password_is_not_sent_to_another_server() {
    let (_lab, _share, port) = lab();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let other_port = other.local_addr().unwrap().port();
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    std::thread::spawn(move || {
        for _ in other.incoming() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let home = Home::new();
    let server = configured(&home, port);
    for body in
        [json!({ "port": other_port }), json!({ "server_ip": "127.0.0.2" }), json!({ "server_ip": "evil.example" })]
    {
        assert_eq!(server.post(CHECK, &body).refused(403), "password_required", "{body}");
    }
    assert_eq!(came.load(Ordering::Relaxed), 0, "it is not even tried");
    let told = server.post(CHECK, &json!({ "port": other_port, "password": "its own" })).ok();
    assert_eq!(said(&told, "negotiation")[0], "failed", "{told}");
    assert!(came.load(Ordering::Relaxed) > 0);
}
