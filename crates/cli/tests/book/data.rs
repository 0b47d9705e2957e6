//! Blocks of data: JSON is JSON, and settings are those of the program.

use super::block::Block;
use super::page::{self, Page};
use crate::support::Home;
use serde_json::Value;

fn blocks(language: &str) -> Vec<Block> {
    page::all().iter().flat_map(Page::blocks).filter(|block| block.language == language && block.is_run()).collect()
}

#[test]
fn json_of_the_documentation_is_json() {
    for block in blocks("json") {
        serde_json::from_str::<Value>(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place));
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
