//! `serve`: what is read of replays is what was recorded, and what the command line writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::fs;
use support::Home;
use support::server::ApiServer;

/// A home where the project's own capture was replayed on an embedded server with a folder in the way, and a server for it.
fn replayed() -> (Home, ApiServer, String) {
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    home.run(&["ingest", "cases/2010101010/office.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    fs::create_dir(share.path().join("Nowhere")).unwrap();
    let lab = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = lab.address().port().to_string();
    let ended = home.run(&["replay", "--all", "--port", &port, "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let server = ApiServer::start(&home);
    (home, server, report["run"].as_str().unwrap().to_owned())
}

#[test]
fn runs_and_their_reports_are_those_of_the_command_line() {
    let (home, server, run) = replayed();
    let mut list = server.json("/api/replays");
    assert_eq!(list["runs"][0]["state"], "complete");
    let told = home.json(&["report", "--list"]);
    assert_eq!(list, told);
    let report = home.run(&["report", &run, "--format", "json"]);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(server.json(&format!("/api/replays/{run}")), report);
    assert_eq!(server.json("/api/replays/last?capture_path=office.pcap"), report);
    // A run that goes on has no report yet.
    let folder = home.path().join("cases/2010101010/.tracer/office.pcap/replays/29990101T000000Z");
    fs::create_dir(&folder).unwrap();
    list = server.json("/api/replays");
    assert_eq!((&list["total"], &list["runs"][1]["state"]), (&json!(2), &json!("unfinished")));
    for address in ["last", "last/operations", "last/report.html", "29990101T000000Z/report.xml", "last/traffic.pcapng"]
    {
        assert_eq!(server.get(&format!("/api/replays/{address}")).refused(409), "conflict", "{address}");
    }
}

#[test]
fn a_link_to_a_run_elsewhere_is_no_run() {
    let (home, server, run) = replayed();
    let replays = home.path().join("cases/2010101010/.tracer/office.pcap/replays");
    fs::rename(replays.join(&run), home.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(home.path().join("elsewhere"), replays.join(&run)).unwrap();
    assert_eq!(server.json("/api/replays")["total"], 0);
    let address = format!("/api/replays/{run}");
    assert_eq!(server.get(&address).refused(404), "run_not_found");
    assert_eq!(server.send("DELETE", &address, &[], &[]).refused(404), "run_not_found");
    assert!(replays.join(&run).is_symlink() && home.path().join("elsewhere/report.json").is_file());
}

#[test]
fn operations_of_a_run_are_counted_chosen_and_paged() {
    let (_home, server, run) = replayed();
    let report = server.json(&format!("/api/replays/{run}"));
    let address = format!("/api/replays/{run}/operations");
    let all = server.json(&address);
    let rows = all["operations"].as_array().unwrap();
    assert_eq!((&all["run"], all["total"].as_u64().unwrap()), (&json!(run), u64::try_from(rows.len()).unwrap()));
    let planned = rows.iter().filter(|row| row["op"].is_u64());
    assert_eq!(u64::try_from(planned.count()).unwrap(), report["total_operations"].as_u64().unwrap());
    for (verdict, count) in [("match", "matched"), ("body", "body_diverged"), ("skipped", "skipped")] {
        let chosen = server.json(&format!("{address}?verdict={verdict}"));
        let planned = chosen["operations"].as_array().unwrap().iter().filter(|row| row["op"].is_u64()).count();
        assert_eq!(u64::try_from(planned).unwrap(), report[count].as_u64().unwrap(), "{verdict}");
        let of_all: Vec<&Value> = rows.iter().filter(|row| row["verdict"] == verdict).collect();
        assert_eq!(chosen["operations"].as_array().unwrap().iter().collect::<Vec<_>>(), of_all, "{verdict}");
    }
    let diverged = server.json(&format!("{address}?verdict=diverged"));
    let three = server.json(&format!("{address}?verdict=status,body,no_response"));
    assert_eq!(diverged["operations"], three["operations"]);
    let listing = diverged["operations"].as_array().unwrap().iter().find(|row| row["command"] == "QUERY_DIRECTORY");
    let listing = listing.expect("the folder in the way is listed");
    assert_eq!(listing["differences"][0]["live"], "Nowhere (directory)", "{listing}");
    let (session, op) = (listing["session_id"].as_str().unwrap(), &listing["op"]);
    let captured = server.json(&format!("/api/sessions/{session}/operations/{op}"))["operation"].clone();
    for (name, column) in [("captured_status", "status"), ("path", "path"), ("latency_ns", "latency_ns")] {
        assert_eq!(listing[name], captured[column], "{name}");
    }
    for query in ["", "verdict=match&"] {
        let whole = server.json(&format!("{address}?{query}"));
        let (mut joined, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = server.json(&format!("{address}?{query}limit=100&cursor={cursor}"));
            joined.extend(page["operations"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        for offset in [0, 1, 100, joined.len() - 1, joined.len(), joined.len() + 1] {
            let page = server.json(&format!("{address}?{query}limit=10&offset={offset}"));
            let expected: Vec<&Value> = joined.iter().skip(offset).take(10).collect();
            assert_eq!(page["operations"].as_array().unwrap().iter().collect::<Vec<_>>(), expected, "{query}{offset}");
            assert_eq!(page["total"], whole["total"], "{query}{offset}");
        }
        assert_eq!(Value::from(joined), whole["operations"], "{query}");
        assert_eq!(server.get(&format!("{address}?verdict=body&cursor={cursor}")).refused(422), "invalid_value");
    }
    for (query, status, code) in [
        ("verdict=good", 422, "invalid_value"),
        ("limit=0", 422, "invalid_value"),
        ("cursor=00", 422, "invalid_value"),
        ("limit=x", 400, "bad_request"),
        ("offset=-1", 400, "bad_request"),
        ("offset=1&cursor=00", 422, "invalid_value"),
    ] {
        assert_eq!(server.get(&format!("{address}?{query}")).refused(status), code, "{query}");
    }
}

#[test]
fn what_is_written_of_a_run_is_what_the_command_line_writes() {
    let (home, server, run) = replayed();
    home.run(&["report", &run, "--html", "a.html", "--junit", "a.xml", "--pcap", "a.pcapng"]);
    for (name, kind, file) in [
        ("report.html", "text/html; charset=utf-8", "a.html"),
        ("report.xml", "application/xml", "a.xml"),
        ("traffic.pcapng", "application/vnd.tcpdump.pcap", "a.pcapng"),
    ] {
        let answer = server.get(&format!("/api/replays/last/{name}"));
        assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (200, kind));
        assert!(answer.headers["content-disposition"].to_str().unwrap().contains(&run), "{name}");
        let written = fs::read(home.path().join(file)).unwrap();
        assert!(answer.body == written, "{name}: {} bytes instead of {}", answer.body.len(), written.len());
    }
    let page = server.get("/api/replays/last/report.html");
    assert!(String::from_utf8_lossy(&page.body).contains("Content-Security-Policy"));
}

#[test]
fn a_run_of_a_trace_that_has_changed_is_refused_before_anything_is_sent() {
    let (home, server, run) = replayed();
    fs::remove_dir_all(home.path().join("cases/2010101010/.tracer/office.pcap/sessions")).unwrap();
    for name in ["operations", "operations?limit=3", "report.html", "report.xml", "traffic.pcapng"] {
        assert_eq!(server.get(&format!("/api/replays/{run}/{name}")).refused(409), "conflict", "{name}");
    }
    assert_eq!(server.json(&format!("/api/replays/{run}"))["run"], run);
}
