//! `serve`: the description of the API, as programs and a browser get it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use support::Home;
use support::browser::Browser;
use support::server::ApiServer;

#[test]
fn every_reference_of_the_document_leads_somewhere_and_every_address_tells_its_errors() {
    let home = Home::new();
    let document = ApiServer::start(&home).json("/openapi.json");
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 10, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let success = responses.keys().filter(|status| status.starts_with('2')).count();
            assert!(success > 0 && responses.contains_key("401"), "{method} {path}: {responses:?}");
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{method} {path}");
        }
    }
    let operations = document["paths"].as_object().unwrap().values().flat_map(|of| of.as_object().unwrap().values());
    let ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "programs are made of them: {ids:?}");
    let codes = document["components"]["schemas"]["ErrorCode"].to_string();
    for code in ["not_found", "password_required", "outside_traces_folder"] {
        assert!(codes.contains(code), "{codes}");
    }
}

/// `docs/openapi.json` is what programs are made from without a server. Run this test with `UPDATE_DOCUMENTS=1` in the environment
/// after a change of an address, and commit the result.
#[test]
fn the_published_document_is_what_the_server_serves() {
    let home = Home::new();
    let served = ordered(&ApiServer::start(&home).json("/openapi.json"));
    let served = serde_json::to_string_pretty(&served).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    let command = "UPDATE_DOCUMENTS=1 cargo test -p smbreplay --test serve_documents";
    assert!(published == served, "docs/openapi.json is not up to date: run `{command}`");
}

/// The same with the members of objects by name: in which order they come depends on the features that other crates choose.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, Value> =
                members.iter().map(|(name, member)| (name, ordered(member))).collect();
            Value::Object(sorted.into_iter().map(|(name, member)| (name.clone(), member)).collect())
        }
        Value::Array(items) => items.iter().map(ordered).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_pages_for_people_show_the_api_and_load_nothing_from_elsewhere() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let mut browser = Browser::start();
    browser.look(1280, 900, false);
    for path in ["/docs", "/redoc"] {
        browser.visit(&server.at(path));
        let shown = "document.body.innerText.includes('/api/traces/ingest')";
        let mut tries = 0;
        while browser.value(shown) != true {
            tries += 1;
            assert!(tries < 100, "{path} shows nothing: {}", browser.value("document.body.innerText"));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{path}");
        for address in browser.addresses() {
            let own = address.starts_with(&server.url)
                || ["data:", "blob:", "about:"].iter().any(|own| address.starts_with(own));
            assert!(own, "{path} asks {address}");
        }
    }
}
