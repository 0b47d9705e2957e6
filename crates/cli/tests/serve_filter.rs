//! `serve`: filters are checked before they are applied, and what they can be made of is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Home;
use support::server::ApiServer;

/// A parameter's value in an address.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn checked(server: &ApiServer, filter: &str) -> Value {
    server.json(&format!("/api/filter?filter={}", encoded(filter)))
}

/// The part of a text from one code unit of UTF-16 to another, as JavaScript's `slice` has it.
fn slice(text: &str, start: &Value, end: &Value) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = |place: &Value| usize::try_from(place.as_u64().unwrap()).unwrap();
    String::from_utf16(&units[at(start)..at(end)]).unwrap()
}

#[test]
fn filters_that_are_some_are_valid() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    for filter in [
        "",
        "  ",
        "smb2.cmd == CREATE && smb2.nt_status != 0",
        "path contains \"Ä😀\"",
        "frame.time_relative > 0.5 || smb2.time > 0.05",
        "smb2.cmd in {READ, WRITE}",
    ] {
        assert_eq!(checked(&server, filter), json!({ "valid": true, "error": null }), "{filter}");
    }
}

#[test]
fn a_fault_is_told_with_its_place_as_javascript_counts() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    for (filter, blamed, start, words) in [
        ("smb2.comand == 1", "smb2.comand", 0, "no field is called 'smb2.comand'"),
        // Two bytes and one unit; four bytes and two units.
        ("path == \"é\" && opp == 1", "opp", 15, "no field is called 'opp'"),
        ("path == \"😀😀\" && smb2.cmd == CRATE", "CRATE", 30, "CREATE"),
        ("path == \"日本\" && op == \"日本😀\"", "\"日本😀\"", 22, "no value of op"),
        ("path contains \"😀\" $", "$", 19, "'$' is not expected here"),
        ("path == \"😀", "\"😀", 8, "closing"),
        ("path == \"😀\" &&", "", 15, "the end"),
        ("path matches \"😀(\"", "\"😀(\"", 13, "no regular expression"),
    ] {
        let answer = checked(&server, filter);
        assert_eq!(answer["valid"], false, "{filter}");
        let error = &answer["error"];
        assert_eq!(slice(filter, &error["start"], &error["end"]), blamed, "{filter}: {error}");
        assert_eq!(error["start"], start, "{filter}: {error}");
        assert!(error["message"].as_str().unwrap().contains(words), "{filter}: {error}");
    }
    let long = format!("path == \"{}\"", "é".repeat(8 << 10));
    let answer = server.get(&format!("/api/filter?filter={}", long.replace(' ', "%20").replace('"', "%22")));
    // What clients may send raw is for them to know.
    assert!(answer.status == 400 || answer.ok()["error"]["message"].as_str().unwrap().contains("longer"));
    let long = format!("op == 1{}", " || op == 1".repeat(1600)).replace(' ', "+").replace('|', "%7C");
    let answer = server.get(&format!("/api/filter?filter={long}")).ok();
    assert!(answer["error"]["message"].as_str().unwrap().contains("longer than 16384 bytes"), "{answer}");
    assert_eq!(server.get("/api/filter").refused(400), "bad_request");
}

#[test]
fn every_field_that_is_listed_is_one_and_takes_its_names() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let listing = server.json("/api/filter/fields");
    let fields = listing["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("{name}"));
    for (name, column, kind) in [
        ("smb2.nt_status", "status", "number"),
        ("status", "status", "number"),
        ("path", "path", "text"),
        ("smb2.flags.response", "request_flags", "bool"),
        ("payload_hash", "payload_hash", "bytes"),
        ("frame.time", "request_time", "time"),
        ("smb2.time", "latency_ns", "seconds"),
        ("smb2.fid", "file_id", "guid"),
    ] {
        assert_eq!((&field(name)["column"], &field(name)["kind"]), (&json!(column), &json!(kind)), "{name}");
    }
    let has = |name: &str, value: &str| field(name)["values"].as_array().unwrap().contains(&json!(value));
    assert!(has("smb2.cmd", "QUERY_DIRECTORY") && has("command", "CREATE") && has("encrypted", "True"));
    assert!(has("smb2.nt_status", "STATUS_ACCESS_DENIED") && has("kind", "exchange"));
    for operator in ["==", "!=", "contains", "matches", "in"] {
        assert!(listing["operators"].as_array().unwrap().contains(&json!(operator)), "{operator}");
    }
    // Names of columns are those of docs/schema.md, and of `fields`.
    let columns: Vec<&str> = fields.iter().map(|field| field["column"].as_str().unwrap()).collect();
    for column in columns {
        assert!(field(column)["name"].is_string(), "{column}");
    }
    assert_eq!(checked(&server, "smb2.cmd == \"Tree Connect\"")["valid"], true);
}
