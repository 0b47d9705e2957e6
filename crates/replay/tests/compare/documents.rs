//! `docs/comparison.md` says what the tables say. Run this test with `UPDATE_DOCUMENTS=1` to write it anew.

use smbreplay_replay::compare::table::{Usage, tables};
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str = "<!-- the tables: written by the tests of crates/replay -->\n";

#[test]
fn the_list_of_compared_fields_is_that_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/comparison.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, _) = text.split_once(BEGIN).unwrap();
    let mut expected =
        format!("{before}{BEGIN}\n| answer | compared | volatile: with `--compare` |\n| --- | --- | --- |\n");
    for (name, fields) in tables() {
        let of = |usage: Usage| {
            let names: Vec<String> =
                fields.iter().filter(|field| field.usage == usage).map(|field| format!("`{}`", field.name)).collect();
            names.join(", ")
        };
        writeln!(expected, "| {name} | {} | {} |", of(Usage::Compared), of(Usage::Volatile)).unwrap();
    }
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert_eq!(text, expected, "run this test with UPDATE_DOCUMENTS=1");
}
