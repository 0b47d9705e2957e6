//! `serve`: captures are uploaded and deleted; what is not complete is not there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use support::Home;
use support::server::{Answer, ApiServer};

const BINARY: (&str, &str) = ("content-type", "application/octet-stream");

fn office() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap")).unwrap()
}

fn upload(server: &ApiServer, query: &str, body: &[u8]) -> Answer {
    server.send("POST", &format!("/api/traces?{query}"), &[BINARY], body)
}

/// Names in a folder of the cases, hidden ones too; none where there is no such folder.
fn names(home: &Home, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(home.path().join(folder)).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until the folder has these names.
fn becomes(home: &Home, folder: &str, expected: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while names(home, folder) != expected {
        assert!(Instant::now() < deadline, "{folder}: {:?}", names(home, folder));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An upload that has sent its head, which promises the whole capture, and half of that.
fn half(server: &ApiServer, query: &str) -> TcpStream {
    let (address, body) = (server.url.trim_start_matches("http://"), office());
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/traces?{query} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    stream
}

fn is_hidden(home: &Home, folder: &str) -> bool {
    names(home, folder).iter().any(|name| name.starts_with(".upload-"))
}

fn begins(home: &Home, folder: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_hidden(home, folder) {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_uploaded_capture_is_the_file_and_can_be_ingested_and_deleted() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let answer = upload(&server, "name=%C3%9Cbung%20(1).pcap&case_id=new%20case", &office());
    let told = answer.ok();
    assert_eq!(answer.status, 201);
    assert_eq!((&told["name"], &told["case_id"]), (&"Übung (1).pcap".into(), &"new case".into()));
    assert_eq!(told["size"], office().len());
    let path = told["path"].as_str().unwrap();
    assert_eq!(std::fs::read(path).unwrap(), office());
    assert_eq!(names(&home, "cases/new case"), ["Übung (1).pcap"]);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with("/api/traces?case_id=new%20case&capture_path=/"), "{location}");

    let cases = home.path().join("cases");
    let ingested = home.command(&["ingest", path]).env("TRACES_FOLDER", &cases).output().unwrap();
    assert!(ingested.status.success());
    assert_eq!(names(&home, "cases/new case"), [".tracer", "Übung (1).pcap"]);
    assert_eq!(server.send("DELETE", &location, &[], &[]).status, 204);
    assert_eq!(names(&home, "cases/new case"), [] as [&str; 0]);
    assert_eq!(server.send("DELETE", &location, &[], &[]).refused(404), "trace_not_found");
}

#[test]
fn what_was_ingested_stays_when_only_the_capture_is_deleted() {
    let home = Home::new();
    let capture = home.office("cases/2010101010/office.pcap");
    let cases = home.path().join("cases");
    let ingested = home.command(&["ingest", capture.to_str().unwrap()]).env("TRACES_FOLDER", &cases).output().unwrap();
    assert!(ingested.status.success());
    let server = ApiServer::start(&home);
    assert_eq!(server.send("DELETE", "/api/traces?capture_path=office.pcap&output=false", &[], &[]).status, 204);
    assert_eq!(names(&home, "cases/2010101010"), [".tracer"]);
    assert!(cases.join("2010101010/.tracer/office.pcap/sessions/session_metadata.json").is_file());
    // It is a trace still, known by its name.
    assert_eq!(server.send("DELETE", "/api/traces?capture_path=office.pcap", &[], &[]).status, 204);
    assert_eq!(names(&home, "cases/2010101010"), [] as [&str; 0]);
}

#[cfg(unix)]
#[test]
fn what_another_process_writes_is_not_deleted() {
    let home = Home::new();
    let capture = home.office("cases/2010101010/office.pcap");
    let cases = home.path().join("cases");
    let ingested = home.command(&["ingest", capture.to_str().unwrap()]).env("TRACES_FOLDER", &cases).output().unwrap();
    assert!(ingested.status.success());
    let server = ApiServer::start(&home);
    let output = std::fs::File::open(cases.join("2010101010/.tracer/office.pcap")).unwrap();
    output.try_lock().unwrap();
    let delete = || server.send("DELETE", "/api/traces?capture_path=office.pcap", &[], &[]);
    assert_eq!(delete().refused(409), "conflict");
    assert_eq!(names(&home, "cases/2010101010"), [".tracer", "office.pcap"]);
    drop(output);
    assert_eq!(delete().status, 204);
    assert_eq!(names(&home, "cases/2010101010"), [] as [&str; 0]);
}

#[test]
fn a_run_is_deleted_and_no_other() {
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    let replays = "cases/2010101010/.tracer/office.pcap/replays";
    home.file(&format!("{replays}/20250131T235959Z/report.json"), b"{}");
    home.file(&format!("{replays}/20250131T235959Z-2/report.json"), b"{}");
    let server = ApiServer::start(&home);
    let address = "/api/replays/20250131T235959Z?capture_path=office.pcap";
    assert_eq!(server.send("DELETE", address, &[], &[]).status, 204);
    assert_eq!(names(&home, replays), ["20250131T235959Z-2"]);
    assert_eq!(server.send("DELETE", address, &[], &[]).refused(404), "run_not_found");
}

#[test]
fn what_is_compressed_or_is_pcapng_is_taken_and_what_only_seems_so_is_not() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&office()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(office().as_slice(), 1).unwrap();
    assert_eq!(upload(&server, "name=a.pcap.gz", &gzip).status, 201);
    assert_eq!(upload(&server, "name=b.pcap.zst", &zstd).status, 201);
    assert_eq!(upload(&server, "name=plain", &office()).status, 201);
    // Nothing would list it.
    assert_eq!(upload(&server, "name=c", &gzip).refused(422), "invalid_value");
    let text = zstd::encode_all(b"no capture, but compressed as one".as_slice(), 1).unwrap();
    assert_eq!(upload(&server, "name=d.pcap.zst", &text).refused(422), "not_a_capture");
    assert_eq!(upload(&server, "name=e.pcap", &vec![0; 3 << 20]).refused(422), "not_a_capture");
    assert_eq!(names(&home, "cases/2010101010"), ["a.pcap.gz", "b.pcap.zst", "plain"]);
}

#[test]
fn nothing_is_replaced() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    assert_eq!(upload(&server, "name=x.pcap", &office()).status, 201);
    let other = [office(), office()].concat();
    assert_eq!(upload(&server, "name=x.pcap", &other).refused(409), "conflict");
    assert_eq!(upload(&server, "name=X.PCAP", &other).refused(409), "conflict");
    assert_eq!(std::fs::read(home.path().join("cases/2010101010/x.pcap")).unwrap(), office());
    // While one is being uploaded a second of the name is refused at once.
    let first = half(&server, "name=y.pcap");
    begins(&home, "cases/2010101010");
    assert_eq!(upload(&server, "name=y.pcap", &office()).refused(409), "conflict");
    drop(first);
    becomes(&home, "cases/2010101010", &["x.pcap"]);
    assert_eq!(upload(&server, "name=y.pcap", &office()).status, 201);
}

#[test]
fn who_is_refused_before_everything_is_sent_learns_why() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let large = vec![0; 8 << 20];
    assert_eq!(upload(&server, "name=x.pcap", &large).refused(422), "not_a_capture");
    assert_eq!(upload(&server, "name=.x", &large).refused(400), "bad_path");
    assert_eq!(server.send("POST", "/api/nothing", &[BINARY], &large).refused(404), "not_found");
    assert_eq!(
        server.send("PUT", "/api/config", &[("content-type", "application/json")], &large).refused(413),
        "too_large"
    );
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let stream = half(&server, "name=x.pcap&case_id=new");
    begins(&home, "cases/new");
    // It is no trace yet.
    assert!(home.json(&["list", "traces", "--case", "new"])["traces"].as_array().unwrap().is_empty());
    drop(stream);
    becomes(&home, "cases", &[]);
    // The other half may stay away without the connection being cut.
    let mut stream = half(&server, "name=x.pcap&case_id=new");
    begins(&home, "cases/new");
    stream.shutdown(Shutdown::Write).unwrap();
    becomes(&home, "cases", &[]);
    let _ = stream.read_to_end(&mut Vec::new());
    assert_eq!(upload(&server, "name=x.pcap&case_id=new", &office()).status, 201);
}

#[test]
fn a_server_that_is_killed_in_an_upload_leaves_nothing_behind_the_next_start() {
    let home = Home::new();
    home.office("cases/2010101010/other.pcap");
    let server = ApiServer::start(&home);
    let _stream = half(&server, "name=x.pcap");
    begins(&home, "cases/2010101010");
    server.kill();
    assert!(is_hidden(&home, "cases/2010101010"));
    let _next = ApiServer::start(&home);
    becomes(&home, "cases/2010101010", &["other.pcap"]);
}

#[test]
fn what_a_living_server_is_sent_is_not_taken_for_left_over() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let mut stream = half(&server, "name=x.pcap");
    begins(&home, "cases/2010101010");
    let state = home.path().join("other-state");
    let other = ApiServer::start_with(&home, &[], &[("XDG_STATE_HOME", state.to_str().unwrap())]);
    assert_eq!(upload(&other, "name=y.pcap", &office()).status, 201);
    let body = office();
    stream.write_all(&body[body.len() / 2..]).unwrap();
    becomes(&home, "cases/2010101010", &["x.pcap", "y.pcap"]);
    assert_eq!(std::fs::read(home.path().join("cases/2010101010/x.pcap")).unwrap(), body);
}

#[cfg(unix)]
#[test]
fn a_server_that_is_asked_to_end_in_an_upload_leaves_nothing() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let _stream = half(&server, "name=x.pcap&case_id=new");
    begins(&home, "cases/new");
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(names(&home, "cases"), [] as [&str; 0]);
}
