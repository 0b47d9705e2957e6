//! `serve`: what is answered is what `/openapi.json` says, whatever is asked. Schemathesis makes up the requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::print_stderr, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use std::path::Path;
use std::process::Command;
use support::Home;
use support::server::ApiServer;

/// Requests that are made up for each address, by each way of making them up.
const EXAMPLES: &str = "25";
/// Valid by the schema and refused nevertheless: that a path exists, or a filter can be read, no schema says.
const NOT_CHECKED: &str = "positive_data_acceptance";

/// Checks the server; without the tool nothing is checked, and said so.
fn check(key: Option<&str>, arguments: &[&str]) {
    let Some(python) = std::env::var_os("SMBREPLAY_SCHEMATHESIS_PYTHON") else {
        eprintln!("NOT RUN: `cargo xtask test` installs schemathesis and names it in SMBREPLAY_SCHEMATHESIS_PYTHON");
        return;
    };
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    let share = tempfile::tempdir().unwrap();
    let lab = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = lab.address().port().to_string();
    let variables = [("SMBREPLAY_PORT", port.as_str()), ("SMBREPLAY_MAX_WAIT", "1")];
    let key_variable = key.map(|key| ("API_KEY", key));
    let server = ApiServer::start_with(&home, &[], &[&variables[..], key_variable.as_slice()].concat());
    server.post("/api/traces/ingest", &serde_json::json!({ "path": "office.pcap" })).ok();
    server.post("/api/replay/execute", &serde_json::json!({ "session_id": "1" })).ok();

    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve_contract");
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "run", &server.at("/openapi.json")]);
    command.args([
        "--checks",
        "all",
        "--exclude-checks",
        NOT_CHECKED,
        "--max-examples",
        EXAMPLES,
        "--seed",
        "20240621",
    ]);
    command.args(["--continue-on-failure", "--request-timeout", "60", "--no-color", "--suppress-health-check", "all"]);
    if let Some(key) = key {
        command.args(["-H", &format!("X-API-Key: {key}")]);
    }
    command.args(arguments);
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &hooks).env("LAB_PORT", &port);
    let output = command.env("HOME", home.path()).current_dir(home.path()).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success(), "{told}");
    // `1455 generated, …` or `1,455 generated, …`.
    let count = told
        .lines()
        .filter_map(|line| line.trim().split_once(" generated"))
        .find_map(|(count, _)| count.replace(',', "").parse::<u32>().ok());
    assert!(count > Some(100), "{told}");
    assert_eq!(server.json("/health")["status"], "ok");
}

#[test]
fn without_a_key_every_answer_is_one_that_the_document_describes() {
    check(None, &["--phases", "examples,coverage,fuzzing"]);
}

#[test]
fn with_a_key_every_answer_is_one_that_the_document_describes() {
    check(Some("a-key-of-the-test"), &["--phases", "coverage,stateful"]);
}
