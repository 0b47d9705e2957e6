//! The developer commands that the documentation names are there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;

use clap::Parser as _;

use crate::Arguments;
use crate::workspace::root;

#[test]
fn developer_commands_of_the_documentation_have_arguments_that_are_known() {
    let mut found = 0;
    for page in ["README.md", "CONTRIBUTING.md", "tests/data/README.md"] {
        for line in fs::read_to_string(root().join(page)).unwrap().lines() {
            let command = line.split(" #").next().unwrap_or(line);
            let Some(arguments) = command.strip_prefix("cargo xtask ") else { continue };
            found += 1;
            let arguments = std::iter::once("cargo xtask").chain(arguments.split_whitespace());
            Arguments::try_parse_from(arguments).unwrap_or_else(|error| panic!("{page}: {line}: {error}"));
        }
    }
    assert!(found > 10, "{found}");
}
