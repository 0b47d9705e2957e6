//! What cannot be run here: it is listed with its reason, and its arguments are read by the program.

use super::block::Block;
use super::page::{self, root};
use crate::support::Home;
use std::process::Command;

/// Languages whose blocks are run, type-checked or parsed; any other one has to say by what it is tested, or why not.
const LANGUAGES: [&str; 8] = ["sh", "console", "python", "sql", "ts", "json", "toml", "text"];

fn blocks() -> Vec<Block> {
    page::all().iter().flat_map(page::Page::blocks).collect()
}

#[test]
fn every_block_is_of_a_language_that_is_tested_or_says_why_not() {
    for block in blocks() {
        let known = LANGUAGES.contains(&block.language.as_str());
        assert!(known || !block.is_run(), "{}: nothing tests a block of '{}'", block.place, block.language);
        if let Some(test) = &block.marks.tested_by {
            assert!(root().join(test).exists(), "{}: there is no {test}", block.place);
        }
        if block.language == "text" && block.is_run() {
            let command = block.text.lines().find(|line| line.starts_with("smbreplay ") || line.starts_with("$ "));
            assert_eq!(command, None, "{}: a command in a block of text is not run", block.place);
        }
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "tests")]
fn commands_that_are_not_run_have_arguments_that_the_program_knows() {
    let home = Home::new();
    let program = assert_cmd::cargo::cargo_bin!("smbreplay");
    let mut not_run = 0;
    for block in blocks() {
        let Some(reason) = &block.marks.not_run else { continue };
        eprintln!("NOT RUN: {}: {reason}", block.place);
        not_run += 1;
        for line in block.text.replace("\\\n", " ").lines() {
            let Some(command) = command(line) else { continue };
            // Help comes when all before it was read, and instead of doing it.
            let script = format!("\"$0\" {command} --help >/dev/null");
            let mut shell = Command::new("bash");
            let output = shell.args(["-c", &script]).arg(program).env("HOME", home.path()).output().unwrap();
            assert!(output.status.success(), "{}: {line}\n{}", block.place, String::from_utf8_lossy(&output.stderr));
        }
    }
    eprintln!("{not_run} blocks are not run");
}

/// The arguments of smbreplay in a line of a script.
fn command(line: &str) -> Option<&str> {
    let line = line.split(" #").next().unwrap_or(line);
    let (_, arguments) = line.split_once("smbreplay ").filter(|(before, arguments)| {
        let is_program = before.is_empty() || before.ends_with([' ', '/']);
        is_program && !before.ends_with("--tag ") && !arguments.starts_with("-- ")
    })?;
    let ends = [" |", " >", " &", ";", "$("].iter().filter_map(|end| arguments.find(end)).min();
    Some(&arguments[..ends.unwrap_or(arguments.len())])
}

#[test]
fn the_arguments_of_a_line_end_where_the_command_does() {
    assert_eq!(command("smbreplay ingest a.pcap --each   # each"), Some("ingest a.pcap --each  "));
    assert_eq!(command("ssh host tcpdump | smbreplay ingest - > out"), Some("ingest -"));
    assert_eq!(command("cargo run -p smbreplay -- serve"), None);
    assert_eq!(command("docker build --tag smbreplay ."), None);
    assert_eq!(command("docker run --rm smbreplay ingest a.pcap"), Some("ingest a.pcap"));
}
