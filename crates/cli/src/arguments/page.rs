//! `docs/command_line.md`, made of the same table as the parser and the help. Run this test with `UPDATE_DOCUMENTS=1` in the
//! environment after a change of the command line, and commit the result.

#![allow(clippy::panic, clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use super::Arguments;
use clap::{Arg, Command, CommandFactory as _};
use std::fmt::Write as _;
use std::path::Path;

const PAGE: &str = "../../docs/command_line.md";

const HEAD: &str = "\
# The command line

Every command with its options, as `smbreplay COMMAND --help` has them. This page is written by a test from what the program
itself parses its arguments with. Exit statuses, JSON and other contracts are in [schema.md](schema.md) and with each subject;
[configuration.md](configuration.md) has the settings.
";

#[test]
fn the_page_of_the_command_line_is_what_the_program_parses() {
    let mut program = Arguments::command();
    program.build();
    let mut page = HEAD.to_owned();
    options(
        "Options of all commands",
        2,
        program.get_arguments().filter(|argument| argument.is_global_set()),
        &mut page,
    );
    notes(&program, &mut page);
    for command in commands(&program) {
        command_of(command, 2, &mut page);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/command_line.md is not up to date: run `UPDATE_DOCUMENTS=1 cargo test -p smbreplay --bin smbreplay page`"
    );
}

fn commands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set())
}

fn command_of(command: &Command, level: usize, page: &mut String) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    writeln!(page, "\n{} `{name}`\n", "#".repeat(level)).unwrap();
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    writeln!(page, "{}.\n", escaped(about.trim_end_matches('.'))).unwrap();
    let usage = command.clone().render_usage().to_string();
    writeln!(
        page,
        "```text tested-by=\"crates/cli/src/arguments/page.rs\"\n{}\n```",
        usage.trim_start_matches("Usage: ")
    )
    .unwrap();
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && !argument.is_hide_set())
        .filter(|argument| !["help", "version"].contains(&argument.get_id().as_str()))
        .collect();
    let (places, named): (Vec<&Arg>, Vec<&Arg>) = own.into_iter().partition(|argument| argument.is_positional());
    options("", level + 1, places.into_iter(), page);
    let mut headings: Vec<Option<&str>> = Vec::new();
    for argument in &named {
        if !headings.contains(&argument.get_help_heading()) {
            headings.push(argument.get_help_heading());
        }
    }
    for heading in headings {
        let below = named.iter().copied().filter(|argument| argument.get_help_heading() == heading);
        options(heading.unwrap_or_default(), level + 1, below, page);
    }
    notes(command, page);
    for command in commands(command) {
        command_of(command, level + 1, page);
    }
}

/// A list of arguments below a heading; without one it goes on with the list before it.
fn options<'a>(heading: &str, level: usize, arguments: impl Iterator<Item = &'a Arg>, page: &mut String) {
    match (heading, level) {
        ("", _) => {}
        (heading, 2) => write!(page, "\n## {heading}\n").unwrap(),
        (heading, _) => write!(page, "\n**{}**\n", escaped(heading)).unwrap(),
    }
    let mut arguments = arguments.peekable();
    if arguments.peek().is_some() {
        page.push('\n');
    }
    for argument in arguments {
        let help =
            argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
        let paragraphs: Vec<String> = help.split("\n\n").map(|text| escaped(&text.replace('\n', " "))).collect();
        let (first, others) = paragraphs.split_first().unwrap();
        let others: String = others.iter().map(|text| format!("\n\n  {text}")).collect();
        writeln!(page, "- {}: {first}{}{others}", written(argument), values(argument)).unwrap();
    }
}

/// How an argument is written: `-l`, `--list`, `--sort BY`.
fn written(argument: &Arg) -> String {
    let names: Vec<&str> = argument.get_value_names().unwrap_or_default().iter().map(AsRef::as_ref).collect();
    let value = if argument.get_action().takes_values() { names.join(" ") } else { String::new() };
    if argument.is_positional() {
        return format!("`{value}`");
    }
    let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let long = argument.get_long().unwrap_or_default();
    let between = match (value.is_empty(), argument.is_require_equals_set()) {
        (true, _) => "",
        (false, true) => "=",
        (false, false) => " ",
    };
    format!("{short}`--{long}{between}{value}`")
}

fn values(argument: &Arg) -> String {
    if !argument.get_action().takes_values() {
        return String::new();
    }
    let quoted = |texts: Vec<String>| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    let possible = argument.get_possible_values();
    let possible = possible
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect::<Vec<_>>();
    let mut told = String::new();
    if !possible.is_empty() {
        write!(told, "; one of {}", quoted(possible)).unwrap();
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() {
        write!(told, "; default {}", quoted(defaults)).unwrap();
    }
    told
}

/// What stands below the options: sentences, and examples with what they do.
fn notes(command: &Command, page: &mut String) {
    let notes = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string);
    let Some(notes) = notes else { return };
    let mut examples = Vec::new();
    let mut sentences = String::new();
    for line in notes.lines().filter(|line| *line != "Examples:") {
        match line.strip_prefix("  ") {
            Some(example) => examples.push(
                example
                    .split_once("  ")
                    .map_or_else(|| example.to_owned(), |(command, does)| format!("{command}   # {}", does.trim())),
            ),
            None => writeln!(sentences, "{}", escaped(line)).unwrap(),
        }
    }
    if !sentences.trim().is_empty() {
        write!(page, "\n{}\n", sentences.trim()).unwrap();
    }
    if !examples.is_empty() {
        let block = examples.join("\n");
        write!(page, "\n```sh not-run=\"the help's examples, with names that are made up\"\n{block}\n```\n").unwrap();
    }
}

/// The text with what Markdown would take for its own, but for code in backticks.
fn escaped(text: &str) -> String {
    let escape = |(number, part): (usize, &str)| {
        if number % 2 == 1 {
            return format!("`{part}`");
        }
        part.chars().fold(String::new(), |mut text, character| {
            if "\\*<[]|".contains(character) {
                text.push('\\');
            }
            text.push(character);
            text
        })
    };
    text.split('`').enumerate().map(escape).collect()
}

#[test]
fn what_markdown_would_take_for_its_own_is_kept_outside_of_code() {
    assert_eq!(escaped(r"\\SERVER\A, `*` and *"), r"\\\\SERVER\\A, `*` and \*");
}
