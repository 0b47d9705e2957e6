//! Blocks of data: JSON is JSON, and settings are those of the program.

use super::block::Block;
use super::page::{self, Page, root};
use crate::support::Home;
use serde_json::Value;

fn blocks(language: &str) -> Vec<Block> {
    page::all().iter().flat_map(Page::blocks).filter(|block| block.language == language && block.is_run()).collect()
}

#[test]
fn json_of_the_documentation_has_members_that_its_schema_has() {
    let mut held = 0;
    for block in blocks("json") {
        let value = serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place));
        let Some(place) = &block.marks.schema else { continue };
        let (path, pointer) = place.split_once('#').unwrap_or((place, ""));
        let document: Value = serde_json::from_slice(&std::fs::read(root().join(path)).unwrap()).unwrap();
        let schema = document.pointer(pointer).unwrap_or_else(|| panic!("{}: no {place}", block.place));
        assert_eq!(unknown(&value, schema, &document), None, "{}: {place}", block.place);
        held += 1;
    }
    assert!(held > 0);
}

/// A member of the value that the schema does not have, or a value of another type.
fn unknown(value: &Value, schema: &Value, document: &Value) -> Option<String> {
    let schemas = alternatives(schema, document);
    let types: Vec<&Value> = schemas.iter().filter_map(|schema| schema.get("type")).collect();
    let fits = |kind: &Value| {
        kind.as_array().map_or(kind == type_of(value), |kinds| kinds.iter().any(|kind| kind == type_of(value)))
    };
    if !types.is_empty() && !types.iter().any(|kind| fits(kind) || (*kind == "number" && value.is_number())) {
        return Some(format!("{value} is none of {types:?}"));
    }
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let known = |schema: &&Value| {
                schema["properties"].get(name).or_else(|| schema.get("additionalProperties")).cloned()
            };
            match schemas.iter().find_map(known) {
                Some(schema) => unknown(member, &schema, document).map(|what| format!("{name}: {what}")),
                None => Some(format!("no member {name}")),
            }
        }),
        Value::Array(items) => {
            let schema = schemas.iter().find_map(|schema| schema.get("items")).unwrap_or(&Value::Null);
            items.iter().find_map(|item| unknown(item, schema, document))
        }
        _ => None,
    }
}

/// The schemas that a schema refers to or is made of, itself among them.
fn alternatives<'a>(schema: &'a Value, document: &'a Value) -> Vec<&'a Value> {
    let mut all = vec![schema];
    if let Some(reference) = schema["$ref"].as_str() {
        all.extend(alternatives(document.pointer(reference.trim_start_matches('#')).unwrap(), document));
    }
    let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten();
    all.extend(parts.flat_map(|part| alternatives(part, document)));
    all
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_member_that_a_schema_does_not_have_is_found() {
    let schema = serde_json::json!({
        "properties": { "a": { "type": ["string", "null"] }, "b": { "type": "array", "items": { "$ref": "#/$defs/B" } } },
        "$defs": { "B": { "type": "object", "properties": { "c": { "type": "integer" } } } }
    });
    let told = |value: Value| unknown(&value, &schema, &schema);
    assert_eq!(told(serde_json::json!({ "a": null, "b": [{ "c": 1 }] })), None);
    for wrong in [r#"{"d": 1}"#, r#"{"a": 1}"#, r#"{"b": [{"c": "1"}]}"#, r#"{"b": [{"e": 1}]}"#] {
        assert!(told(serde_json::from_str(wrong).unwrap()).is_some(), "{wrong}");
    }
}

#[test]
fn settings_of_the_documentation_are_taken_by_the_program() {
    let blocks = blocks("toml");
    assert!(!blocks.is_empty(), "docs/configuration.md shows a file");
    for block in blocks {
        let home = Home::new();
        home.file(".config/smbreplay/config.toml", block.text.as_bytes());
        let shown = home.run(&["config", "show", "--format", "json"]);
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{}", block.place);
        let document: Value = serde_json::from_str(&shown.stdout).unwrap();
        let set = document["sources"].as_object().unwrap().values().filter(|source| *source == "file");
        let lines = block.text.lines().filter(|line| line.contains(" = "));
        assert_eq!(set.count(), lines.count(), "{}: {}", block.place, document["sources"]);
    }
}
