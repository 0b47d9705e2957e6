//! `serve`: ingests, setups and replays over HTTP, as jobs and without.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::time::Duration;
use support::Home;
use support::events::events;
use support::server::ApiServer;

const CAPTURE: &str = "cases/2010101010/office.pcap";

/// A home with the project's capture in the default case, and a server.
fn serving() -> (Home, ApiServer) {
    let home = Home::new();
    home.office(CAPTURE);
    let server = ApiServer::start(&home);
    (home, server)
}

/// The same, ingested.
fn ingested() -> (Home, ApiServer) {
    let (home, server) = serving();
    server.post("/api/traces/ingest", &json!({ "path": "office.pcap" })).ok();
    (home, server)
}

/// A lab server with a share of its own, as requests name it.
struct LabServer {
    _folder: tempfile::TempDir,
    _server: EmbeddedServer,
    port: u16,
}

impl LabServer {
    /// One whose share has these folders.
    fn start(folders: &[&str]) -> Self {
        let share = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir(share.path().join(folder)).unwrap();
        }
        let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
        Self { port: server.address().port(), _folder: share, _server: server }
    }

    /// A request for it, with these members beside.
    fn body(&self, more: Value) -> Value {
        let mut body = json!({ "port": self.port, "password": "PASSWORD", "all": true });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }
}

#[test]
fn an_ingest_is_answered_when_it_is_done_and_what_follows_knows_the_trace() {
    let (home, server) = serving();
    let answer =
        server.post("/api/traces/ingest", &json!({ "capture_path": "office.pcap", "caseId": "2010101010" })).ok();
    assert_eq!((&answer["success"], &answer["error"]), (&true.into(), &Value::Null));
    assert_eq!(answer["sessions"].as_array().unwrap().len(), answer["session_count"].as_u64().unwrap() as usize);
    assert!(answer["total_frames"].as_u64() > Some(100), "{answer}");
    let info = server.json("/info");
    assert_eq!((&info["capture_valid"], &info["packet_count"]), (&true.into(), &answer["total_frames"]));
    assert_eq!(info["capture_path"], std::fs::canonicalize(home.path().join(CAPTURE)).unwrap().to_str().unwrap());
    let again = server.post("/api/traces/ingest", &json!({ "path": info["capture_path"] })).ok();
    assert_eq!(again["unchanged"], true);
}

#[test]
fn an_ingest_as_a_job_tells_how_far_it_is_and_what_came_of_it() {
    let (_home, server) = serving();
    for (path, headers) in
        [("/api/traces/ingest?async=true", &[][..]), ("/api/traces/ingest", &[("prefer", "wait=1, respond-async")])]
    {
        let headers = [&[("content-type", "application/json")], headers].concat();
        let body = json!({ "path": "office.pcap", "force": true }).to_string();
        let accepted = server.send("POST", path, &headers, body.as_bytes());
        assert_eq!(accepted.status, 202);
        assert_eq!(accepted.headers["preference-applied"], "respond-async");
        let job = accepted.value();
        let id = job["id"].as_str().unwrap();
        assert_eq!(accepted.headers["location"], format!("/api/jobs/{id}"));
        let told = events(&server, id, None);
        let states: Vec<&Value> = told.iter().filter(|(name, _)| name == "state").map(|(_, data)| data).collect();
        assert_eq!(states, ["running", "done"]);
        let end = &told.last().unwrap().1;
        assert_eq!((&end["state"], &end["result"]["success"]), (&"done".into(), &true.into()));
        assert_eq!(&server.json(&format!("/api/jobs/{id}")), end);
        assert_eq!(events(&server, id, Some(1)).iter().filter(|(name, _)| name == "state").count(), 1);
        assert_eq!(server.send("DELETE", &format!("/api/jobs/{id}"), &[], &[]).refused(409), "conflict");
    }
    let listed = server.json("/api/jobs?kind=ingest&state=done");
    assert_eq!(listed["total"], 2);
}

#[test]
fn what_cannot_be_ingested_is_an_error_and_a_failed_job() {
    let (home, server) = serving();
    home.file("cases/2010101010/text.pcap", b"this is no capture, whatever its name says");
    let refused = server.post("/api/traces/ingest", &json!({ "path": "text.pcap" }));
    assert_eq!(refused.refused(422), "not_a_capture");
    assert_eq!(server.post("/api/traces/ingest", &json!({ "path": "none.pcap" })).refused(404), "trace_not_found");
    assert_eq!(server.post("/api/traces/ingest", &json!({})).refused(422), "invalid_value");
    assert_eq!(
        server.post("/api/traces/ingest", &json!({ "path": "../../etc/passwd" })).refused(403),
        "outside_traces_folder"
    );
    let jobs = server.json("/api/jobs");
    assert_eq!((&jobs["total"], &jobs["jobs"][0]["state"]), (&1.into(), &"failed".into()));
    assert_eq!(jobs["jobs"][0]["error"]["code"], "not_a_capture");
}

#[test]
fn sessions_are_checked_set_up_and_replayed_and_what_differs_is_told_as_it_is_found() {
    let (_home, server) = ingested();
    let lab = LabServer::start(&[]);
    let root = json!({ "root": "lab" });
    let checked = server.post("/api/replay/validate", &lab.body(root.clone())).ok();
    assert_eq!(checked["checks"]["operations"]["valid"], true, "{checked}");
    let only = server.post("/api/replay/validate", &lab.body(json!({ "root": "lab", "check_ops": true }))).ok();
    assert_eq!((&only["ready"], &only["checks"]["file_system"]), (&true.into(), &Value::Null));
    let plan = server.post("/api/replay/setup", &lab.body(json!({ "root": "lab", "dry_run": true }))).ok();
    assert_eq!((&plan["success"], &plan["dry_run"]), (&true.into(), &true.into()), "{plan}");
    let made = server.post("/api/replay/setup", &lab.body(root.clone())).ok();
    assert_eq!((&made["success"], &made["files_created"]), (&true.into(), &plan["files_created"]), "{made}");
    let unready = json!({ "root": "nowhere", "validate_first": true, "setup": false });
    let unready = server.post("/api/replay/execute", &lab.body(unready)).ok();
    assert_eq!((&unready["success"], &unready["validation"]["ready"]), (&false.into(), &false.into()), "{unready}");
    assert!(unready["total_operations"].as_u64() > Some(500), "clients rely on it: {unready}");
    let done = server.post("/api/replay/execute", &lab.body(json!({ "root": "lab", "validate_first": true }))).ok();
    assert_eq!(done["validation"]["ready"], true, "{done}");
    assert_eq!(done["successful_operations"], done["matched"]);
    assert!(done["sent"].as_u64() > Some(500), "{done}");
    assert_eq!(done["success"], done["errors"].as_array().unwrap().is_empty(), "{done}");

    let other = LabServer::start(&["Nowhere"]);
    let accepted = server.post("/api/replay/execute?async=true", &other.body(json!({}))).ok();
    let told = events(&server, accepted["id"].as_str().unwrap(), None);
    let end = &told.last().unwrap().1;
    assert_eq!((&end["state"], &end["result"]["success"]), (&"done".into(), &false.into()));
    let found: Vec<&Value> = told.iter().filter(|(name, _)| name == "divergence").map(|(_, data)| data).collect();
    let roots = end["result"]["roots"].as_array().unwrap();
    let counted: u64 = roots.iter().map(|root| root["count"].as_u64().unwrap()).sum();
    assert_eq!(found.len() as u64, counted, "each root divergence is told: {found:?}");
    assert!(found.iter().any(|one| one["differences"][0]["live"] == "Nowhere (directory)"), "{found:?}");
    assert_eq!(end["progress"]["done"], end["progress"]["total"]);
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    for line in [
        "smbreplay_replay_operations_total{verdict=\"match\"}",
        "smbreplay_jobs_total{kind=\"replay\",state=\"done\"} 3",
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

#[test]
fn the_stored_password_goes_to_the_configured_server_only_and_no_password_is_told() {
    let (home, server) = ingested();
    let lab = LabServer::start(&[]);
    for body in [json!({ "all": true, "port": lab.port }), json!({ "all": true, "server_ip": "127.0.0.2" })] {
        for path in ["/api/replay/validate", "/api/replay/setup", "/api/replay/execute"] {
            assert_eq!(server.post(path, &body).refused(403), "password_required", "{path}");
        }
    }
    let secret = "a-password-of-the-test";
    let wrong = json!({ "all": true, "port": lab.port, "password": secret, "map_user": ["x=y%another-password"] });
    let refused = server.post("/api/replay/execute", &wrong);
    assert_eq!(refused.refused(422), "target_unusable");
    let jobs = server.get("/api/jobs");
    let kept: Vec<u8> = walk(&home.path().join(".local")).concat();
    for text in [&refused.body, &jobs.body, &kept] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains(secret) && !text.contains("another-password"), "{text}");
    }
    assert!(String::from_utf8_lossy(&kept).contains("target_unusable"), "the job is kept");
}

/// What is in all files below a folder.
fn walk(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(walk(&path)),
            false => found.push(std::fs::read(path).unwrap()),
        }
    }
    found
}

#[test]
fn a_job_is_cancelled_and_one_whose_client_has_gone_goes_on() {
    let (home, server) = ingested();
    let lab = LabServer::start(&[]);
    let slow = lab.body(json!({ "pace": "original", "enable_ping": false }));
    let accepted = server.post("/api/replay/execute?async=true", &slow).ok();
    let path = format!("/api/jobs/{}", accepted["id"].as_str().unwrap());
    let running = |job: &Value| job["state"] == "running" && job["progress"]["done"].as_u64() > Some(0);
    wait_until(|| running(&server.json(&path)));
    // It is counted while it goes on, not only at its end.
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("smbreplay_jobs_running{kind=\"replay\"} 1"), "{metrics}");
    assert!(metrics.contains("smbreplay_replay_operations_total{verdict=\"match\"}"), "{metrics}");
    // What it works on stays, and so does what it makes.
    let trace = "/api/traces?capture_path=office.pcap";
    assert_eq!(server.send("DELETE", trace, &[], &[]).refused(409), "conflict");
    let replays = home.path().join("cases/2010101010/.tracer/office.pcap/replays");
    let run = std::fs::read_dir(replays).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    let run = format!("/api/replays/{run}?capture_path=office.pcap");
    assert_eq!(server.send("DELETE", &run, &[], &[]).refused(409), "conflict");
    assert_eq!(server.send("DELETE", &path, &[], &[]).status, 202);
    wait_until(|| server.json(&path)["state"] == "cancelled");
    assert_eq!(server.json(&path)["result"]["interrupted"], true, "what was sent is recorded");
    assert_eq!(server.send("DELETE", &run, &[], &[]).status, 204);

    // A client that asks, and hangs up before it is answered.
    let body = lab.body(json!({})).to_string();
    let address = server.url.strip_prefix("http://").unwrap();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    write!(
        client,
        "POST /api/replay/execute HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    client.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let _ = client.read(&mut [0]);
    drop(client);
    wait_until(|| server.json("/api/jobs?kind=replay&state=done")["total"] == 1);
}

/// Returns once it is so; a test that waits for long fails.
fn wait_until(is: impl Fn() -> bool) {
    for _ in 0..600 {
        if is() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it does not come to pass");
}

#[test]
fn a_server_that_is_stopped_ends_its_jobs_in_order_and_one_that_is_killed_leaves_nothing_half_there() {
    let (home, server) = ingested();
    let lab = LabServer::start(&[]);
    let slow = lab.body(json!({ "pace": "original" }));
    let sessions = home.path().join("cases/2010101010/.tracer/office.pcap/sessions");
    let listed = || {
        let mut names: Vec<_> = std::fs::read_dir(&sessions).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = listed();
    let start = |server: &ApiServer| {
        let accepted = server.post("/api/replay/execute?async=true", &slow).ok();
        let id = accepted["id"].as_str().unwrap().to_owned();
        wait_until(|| server.json(&format!("/api/jobs/{id}"))["progress"]["done"].as_u64() > Some(0));
        id
    };
    let stopped = start(&server);
    assert_eq!(server.terminate(), Some(0));

    let server = ApiServer::start(&home);
    let job = server.json(&format!("/api/jobs/{stopped}"));
    assert_eq!((&job["state"], &job["result"]["interrupted"]), (&"interrupted".into(), &true.into()), "{job}");
    let run = job["result"]["run"].as_str().unwrap();
    let recorded = home.path().join(format!("cases/2010101010/.tracer/office.pcap/replays/{run}/report.json"));
    assert!(recorded.is_file(), "an interrupted run is recorded");
    let killed = start(&server);
    server.kill();

    let server = ApiServer::start(&home);
    let job = server.json(&format!("/api/jobs/{killed}"));
    assert_eq!((&job["state"], &job["result"]), (&"interrupted".into(), &Value::Null), "{job}");
    assert_eq!(listed(), before);
    server.post("/api/traces/ingest", &json!({ "path": "office.pcap", "force": true })).ok();
    assert_eq!(listed(), before);
}

#[test]
fn a_server_that_is_killed_in_mid_ingest_leaves_nothing_of_it() {
    let (home, server) = serving();
    let (header, records) = support::office_records();
    let once = records.concat();
    let mut long = header;
    (0..150).for_each(|_| long.extend_from_slice(&once));
    home.file("cases/2010101010/long.pcap", &long);
    server.post("/api/traces/ingest", &json!({ "path": "office.pcap" })).ok();
    let output = home.path().join("cases/2010101010/.tracer");
    let listed = |trace: &str| {
        let entries = std::fs::read_dir(output.join(trace)).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let accepted = server.post("/api/traces/ingest?async=true", &json!({ "path": "long.pcap" })).ok();
    let path = format!("/api/jobs/{}", accepted["id"].as_str().unwrap());
    wait_until(|| listed("long.pcap").iter().any(|name| name.starts_with(".new-")));
    server.kill();

    let server = ApiServer::start(&home);
    let job = server.json(&path);
    assert_eq!((&job["state"], &job["result"]), (&"interrupted".into(), &Value::Null), "{job}");
    wait_until(|| listed("long.pcap").is_empty());
    assert_eq!(listed("office.pcap"), ["sessions"]);
    let traces = server.json("/api/traces")["traces"].as_array().unwrap().clone();
    let ingested: Vec<(&Value, &Value)> = traces.iter().map(|trace| (&trace["name"], &trace["ingested"])).collect();
    assert_eq!(ingested, [(&"long.pcap".into(), &false.into()), (&"office.pcap".into(), &true.into())]);
}
