//! `serve`: from a capture to the report of its replay on a Samba, by nothing but HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use lab::{Samba, SambaOptions};
use serde_json::{Value, json};
use std::path::Path;
use support::Home;
use support::events::events;
use support::server::ApiServer;

#[test]
fn a_capture_is_uploaded_ingested_looked_at_checked_set_up_replayed_and_reported() {
    let home = Home::new();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let server = ApiServer::start_with(&home, &[], &[("API_KEY", "a-key-of-the-test")]);
    let capture = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap")).unwrap();

    let kind = [("content-type", "application/vnd.tcpdump.pcap")];
    let uploaded = server.send("POST", "/api/traces?name=office.pcap&case_id=7", &kind, &capture);
    assert_eq!(uploaded.status, 201, "{}", String::from_utf8_lossy(&uploaded.body));
    let path = uploaded.value()["path"].as_str().unwrap().to_owned();
    let listed = server.json("/api/traces?case_id=7");
    assert_eq!((&listed["total"], &listed["traces"][0]["path"]), (&1.into(), &path.clone().into()));

    let accepted = server.post("/api/traces/ingest?async=true", &json!({ "path": path })).ok();
    let told = events(&server, accepted["id"].as_str().unwrap(), None);
    assert!(told.iter().any(|(name, data)| name == "progress" && data["doing"] != ""), "{told:?}");
    assert_eq!(told.last().unwrap().1["result"]["success"], true);

    let sessions = server.json("/api/sessions");
    let busiest = sessions["sessions"].as_array().unwrap().iter().max_by_key(|one| one["operation_count"].as_u64());
    let id = busiest.unwrap()["session_id"].as_str().unwrap();
    let failed = server.json(&format!("/api/sessions/{id}?limit=5&filter=smb2.nt_status%20!=%200&fields=status_name"));
    let operations = failed["operations"].as_array().unwrap();
    assert!(!operations.is_empty() && operations.len() <= 5, "{failed}");
    assert!(
        operations.iter().all(|one| one["status_name"] != "STATUS_SUCCESS" && one["Status"] != "0x00000000"),
        "{failed}"
    );

    let asked = |more: Value| {
        let mut body = json!({
            "all": true, "port": samba.port(), "username": samba.username(), "password": samba.password(),
            "tree_name": samba.share(), "root": "lab",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let checked = server.post("/api/replay/validate", &asked(json!({}))).ok();
    assert_eq!(checked["checks"]["operations"]["valid"], true, "{checked}");
    let made = server.post("/api/replay/setup", &asked(json!({}))).ok();
    assert_eq!((&made["success"], made["errors"].as_array().unwrap().len()), (&true.into(), 0), "{made}");

    let accepted = server.post("/api/replay/execute?async=true", &asked(json!({ "validate_first": true }))).ok();
    let told = events(&server, accepted["id"].as_str().unwrap(), None);
    let end = &told.last().unwrap().1;
    let result = &end["result"];
    assert_eq!((&end["state"], &result["validation"]["ready"]), (&"done".into(), &true.into()), "{end}");
    assert_eq!(result["total_operations"], end["progress"]["total"]);
    // It was recorded on a Samba.
    let (matched, sent) = (result["matched"].as_u64().unwrap(), result["sent"].as_u64().unwrap());
    assert!(sent > 500 && matched * 100 >= sent * 95, "{result}");
    let found = told.iter().filter(|(name, _)| name == "divergence").count();
    let roots: u64 = result["roots"].as_array().unwrap().iter().map(|root| root["count"].as_u64().unwrap()).sum();
    assert_eq!(found as u64, roots);

    let run = result["run"].as_str().unwrap();
    let runs = server.json("/api/replays");
    assert_eq!((&runs["total"], &runs["runs"][0]["run"]), (&1.into(), &run.into()), "{runs}");
    assert_eq!(server.json(&format!("/api/replays/{run}"))["matched"], matched);
    let page = server.get(&format!("/api/replays/{run}/report.html"));
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains(run) && page.trim_end().ends_with("</html>"),
        "{}",
        page.len()
    );
    assert_eq!(server.send("DELETE", &format!("/api/replays/{run}"), &[], &[]).status, 204);
    assert_eq!(server.send("DELETE", &format!("/api/traces?capture_path={path}"), &[], &[]).status, 204);
    assert_eq!(server.json("/api/traces?case_id=7")["total"], 0);
}
