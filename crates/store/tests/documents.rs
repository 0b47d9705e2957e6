//! `docs/schema.md`, `docs/session_metadata.schema.json` and `docs/configuration.md` say what the code does. Run this test with
//! `UPDATE_DOCUMENTS=1` in the environment after a change of the columns, the metadata or the settings, and commit the result.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use arrow::datatypes::{DataType, TimeUnit};
use serde_json::Value;
use smbreplay_store::Key;
use smbreplay_store::metadata::json_schema;
use smbreplay_store::runs::RUN_COLUMNS;
use smbreplay_store::schema::{COLUMNS, Column};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

#[test]
fn the_schema_document_has_every_column_and_field() {
    let text = std::fs::read_to_string(document("schema.md")).unwrap();
    let text = with_section(&text, "columns of session files", &columns(COLUMNS));
    let text = with_section(&text, "columns of runs", &columns(RUN_COLUMNS));
    let text = with_section(&text, "fields of session_metadata.json", &fields());
    check("schema.md", &text);
}

#[test]
fn the_page_of_the_settings_has_every_key() {
    let text = std::fs::read_to_string(document("configuration.md")).unwrap();
    check("configuration.md", &with_section(&text, "keys of the configuration", &keys()));
}

#[test]
fn the_published_json_schema_is_that_of_the_metadata() {
    let current = serde_json::to_value(json_schema()).unwrap();
    let published = std::fs::read(document("session_metadata.schema.json")).unwrap_or_default();
    // The order of the keys depends on the features that other crates choose.
    if serde_json::from_slice::<Value>(&published).ok() != Some(current.clone()) {
        check("session_metadata.schema.json", &(serde_json::to_string_pretty(&current).unwrap() + "\n"));
    }
}

/// A row for each key, in the order in which `config show` has them.
fn keys() -> String {
    let mut text = "| key | is | default | must be |\n| --- | --- | --- | --- |\n".to_owned();
    for key in Key::ALL {
        let default = match key.default_value() {
            "" => "empty".to_owned(),
            value => format!("`{value}`"),
        };
        let aliases: String = key.variables().iter().skip(1).map(|alias| format!("; also `{alias}`")).collect();
        let range = key.range().replace('\\', r"\\").replace('*', r"\*").replace('<', r"\<").replace('|', r"\|");
        let (name, meaning) = (key.name(), key.meaning());
        writeln!(text, "| `{name}` | {meaning}{aliases} | {default} | {range} |").unwrap();
    }
    text
}

fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn check(name: &str, expected: &str) {
    let path = document(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/{name} is not up to date: run `UPDATE_DOCUMENTS=1 cargo test -p smbreplay-store --test documents`"
    );
}

/// `text` with the lines between the marks of `section` replaced.
fn with_section(text: &str, section: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- begin: {section} -->\n"), format!("<!-- end: {section} -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no mark {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no mark {end}"));
    format!("{before}{begin}{content}{end}{after}")
}

/// A table for each group of columns.
fn columns<R>(columns: &[Column<R>]) -> String {
    let mut text = String::new();
    let mut group = "";
    for column in columns {
        if column.group != group {
            group = column.group;
            writeln!(text, "\n### {group}\n\n| column | type | unit | Wireshark | spec | meaning |").unwrap();
            writeln!(text, "| --- | --- | --- | --- | --- | --- |").unwrap();
        }
        let field = column.field();
        let null = if field.is_nullable() { "" } else { ", never null" };
        let wireshark = if column.wireshark.is_empty() { String::new() } else { format!("`{}`", column.wireshark) };
        writeln!(
            text,
            "| `{}` | {}{null} | {} | {wireshark} | {} | {} |",
            column.name,
            type_name(field.data_type()),
            unit(column.name, field.data_type()),
            column.spec,
            column.meaning
        )
        .unwrap();
    }
    text + "\n"
}

fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "bool".to_owned(),
        DataType::UInt8 => "u8".to_owned(),
        DataType::UInt16 => "u16".to_owned(),
        DataType::UInt32 => "u32".to_owned(),
        DataType::UInt64 => "u64".to_owned(),
        DataType::Int64 => "i64".to_owned(),
        DataType::Utf8 => "utf8".to_owned(),
        DataType::LargeBinary => "large binary".to_owned(),
        DataType::FixedSizeBinary(length) => format!("fixed({length})"),
        DataType::Dictionary(_, value) => format!("dict({})", type_name(value)),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(zone)) => format!("timestamp(ns, {zone})"),
        DataType::List(item) => format!("list({})", type_name(item.data_type())),
        DataType::Struct(fields) => {
            let field = |name: &str, data_type| format!("{name} {}", type_name(data_type));
            fields.iter().map(|item| field(item.name(), item.data_type())).collect::<Vec<_>>().join(", ")
        }
        other => panic!("no name for {other}"),
    }
}

fn unit(name: &str, data_type: &DataType) -> &'static str {
    match name {
        "offset" | "length" | "transferred" | "end_of_file" | "request_length" | "response_length" => "bytes",
        "payload_offset" | "payload_length" | "live_request_left" | "live_response_left" => "bytes",
        "credit_charge" | "credits_requested" | "credits_granted" => "credits",
        _ if name.ends_with("_ns") => "ns",
        _ if matches!(data_type, DataType::Timestamp(..)) => "ns since 1970",
        _ => "",
    }
}

/// A table for each object of `session_metadata.json`.
fn fields() -> String {
    let schema = serde_json::to_value(json_schema()).unwrap();
    let mut text = table("the document", &schema);
    for (name, definition) in by_name(&schema["$defs"]) {
        if definition["properties"].is_object() {
            text += &table(&format!("`{name}`"), definition);
        }
    }
    text + "\n"
}

fn table(title: &str, object: &Value) -> String {
    let mut text = format!("\n### {title}\n\n| field | type | meaning |\n| --- | --- | --- |\n");
    for (name, property) in by_name(&object["properties"]) {
        let meaning = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        writeln!(text, "| `{name}` | {} | {meaning} |", json_type(property)).unwrap();
    }
    text
}

fn by_name(object: &Value) -> BTreeMap<&String, &Value> {
    object.as_object().unwrap().iter().collect()
}

fn json_type(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        return reference_name(reference);
    }
    if let Some(choices) = property["anyOf"].as_array() {
        return choices.iter().map(json_type).collect::<Vec<_>>().join(" or ");
    }
    let one = |kind: &str| match kind {
        "array" => format!("list of {}", json_type(&property["items"])),
        "object" => format!("object of {}", json_type(&property["additionalProperties"])),
        kind => kind.to_owned(),
    };
    match &property["type"] {
        Value::String(kind) => one(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(one).collect::<Vec<_>>().join(" or "),
        other => panic!("no type: {other} in {property}"),
    }
}

/// What the formats of strings are in words; objects by their name.
fn reference_name(reference: &str) -> String {
    match reference.rsplit('/').next().unwrap_or_default() {
        "HexId" => "hex string, 64 bits".to_owned(),
        "HexStatus" => "hex string, 32 bits".to_owned(),
        "HexBytes" => "hex string".to_owned(),
        "Time" => "RFC 3339 string".to_owned(),
        name => format!("`{name}`"),
    }
}
