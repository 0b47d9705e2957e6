//! The examples count as the command line does.

use super::page::Page;
use super::program::{self, play};
use std::fs;

const PAGE: &str = "docs/python.md";

#[test]
fn examples_in_python_count_as_the_command_line_does() {
    if program::python().is_none() {
        // `every_command_of_the_documentation_does_what_its_page_says` says so.
        return;
    }
    let page = Page { name: PAGE.to_owned(), text: fs::read_to_string(super::page::root().join(PAGE)).unwrap() };
    let played = play(&page).unwrap();
    let statistics = played.stage.home.json(&["session", "--all", "--stats"]);
    let of_commands = statistics["commands"].as_array().unwrap().iter();
    let line = |command: &serde_json::Value| {
        format!("{} {} {}", command["command"].as_str().unwrap(), command["operations"], command["errors"])
    };
    let by_command = sorted(of_commands.map(line));
    let list = played.stage.home.json(&["session", "--list"]);
    let of_sessions = list["sessions"].as_array().unwrap().iter();
    let line = |session: &serde_json::Value| {
        format!("{} {}", session["file_name"].as_str().unwrap(), session["operation_count"])
    };
    let by_session = sorted(of_sessions.map(line));
    let mut tools = Vec::new();
    for printed in &played.programs {
        let printed = sorted(printed.lines().map(str::to_owned));
        assert!(printed == by_command || printed == by_session, "{printed:#?}\n{by_command:#?}\n{by_session:#?}");
        tools.push(printed == by_command);
    }
    assert_eq!(tools.iter().filter(|counts| **counts).count(), 3, "DuckDB, Polars and pandas");
    assert!(tools.iter().any(|counts| !counts), "one counts by session");
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}
