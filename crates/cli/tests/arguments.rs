//! Help, completions, manual, and what is said about arguments that do not fit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::{Home, ended};

const COMMANDS: [&str; 18] = [
    "ingest",
    "session",
    "validate",
    "setup",
    "replay",
    "cleanup",
    "export",
    "report",
    "list",
    "config",
    "decrypt",
    "lab",
    "info",
    "serve",
    "health",
    "doctor",
    "completions",
    "man",
];

#[test]
fn help_names_every_command_and_goes_to_standard_output() {
    let home = Home::new();
    let help = home.run(&["--help"]);
    for command in COMMANDS {
        assert!(help.succeeded().contains(&format!("\n  {command} ")), "{command}: {}", help.stdout);
        let of_command = home.run(&[command, "--help"]);
        assert!(of_command.succeeded().contains("Usage: smbreplay"), "{command}");
        assert_eq!(of_command.stderr, "");
    }
    assert_eq!(help.stderr, "");
}

#[test]
fn without_a_command_help_is_shown_and_nothing_was_done() {
    let ended = Home::new().run(&[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("Usage: smbreplay"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}

#[test]
fn bad_arguments_are_told_in_one_line() {
    let home = Home::new();
    home.run(&["sesion", "--list"]).refused(&["sesion", "session", "--help"]);
    home.file("office.pcap", b"a capture");
    home.run(&["office.pcap"]).refused(&["office.pcap", "is a file", "smbreplay ingest FILE"]);
    home.run(&["session", "--lst"]).refused(&["--lst", "--list", "smbreplay session --help"]);
    home.run(&["report"]).refused(&["not provided: <RUN>; see 'smbreplay report --help'"]);
    home.run(&["config", "set"]).refused(&["not provided: <KEY> <VALUE>; see"]);
    home.run(&["replay", "1", "--pace", "slow"]).refused(&["slow", "asap", "2x"]);
    home.run(&["replay", "1", "--order", "any"]).refused(&["any", "trace", "session", "none"]);
    home.run(&["replay", "1", "--all"]).refused(&["--all", "--help"]);
    home.run(&["info", "--format", "xml"]).refused(&["xml", "table", "json", "csv"]);
    home.run(&["session", "1", "--tree", "--filter", "smb2.cmd == 5"]).refused(&["--tree", "--filter"]);
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let home = Home::new();
    let before = home.run(&["--format", "json", "-v", "--color", "never", "info"]);
    let after = home.run(&["info", "--format", "json", "-v", "--color", "never"]);
    assert_eq!(before.succeeded(), after.succeeded());
    home.run(&["-q", "info"]).succeeded();
    home.run(&["-q", "-v", "info"]).refused(&["--quiet", "--verbose"]);
}

#[test]
fn info_is_one_document_with_the_commands_by_code() {
    let document = Home::new().json(&["info"]);
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["supported_commands"]["5"], "CREATE");
    assert_eq!(document["supported_commands"].as_object().unwrap().len(), 19);
    assert_eq!(document["capture_valid"], false);
}

#[test]
fn completions_are_written_for_each_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(home.run(&["completions", shell]).succeeded().contains("ingest"), "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let home = Home::new();
    home.run(&["man", "pages"]).succeeded();
    for command in COMMANDS {
        let page = home.path().join(format!("pages/smbreplay-{command}.1"));
        assert!(std::fs::read_to_string(&page).unwrap().contains(".TH"), "{}", page.display());
    }
}

#[test]
fn a_manual_that_cannot_be_written_is_told() {
    let home = Home::new();
    home.file("taken", b"a file in the folder's place");
    home.run(&["man", "taken"]).refused(&["taken", "folder"]);
}

#[test]
fn colours_come_only_when_asked_for() {
    let home = Home::new();
    assert!(!home.run(&["config", "show"]).succeeded().contains('\u{1b}'));
    assert!(home.run(&["config", "show", "--color", "always"]).succeeded().contains('\u{1b}'));
}

#[test]
fn no_line_is_longer_than_a_narrow_terminal() {
    let home = Home::new();
    for columns in ["20", "40", "60"] {
        for arguments in [&["config", "show"][..], &["info"]] {
            let ended = ended(home.command(arguments).env("COLUMNS", columns));
            for line in ended.succeeded().lines() {
                assert!(line.chars().count() <= columns.parse().unwrap(), "{columns}: {line}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let home = Home::new();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["completions", "zsh"])
        .env_clear()
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}

#[test]
fn the_help_reads_so() {
    let home = Home::new();
    insta::assert_snapshot!("help", home.run(&["--help"]).succeeded());
    insta::assert_snapshot!("help_decrypt", home.run(&["decrypt", "--help"]).succeeded());
    insta::assert_snapshot!("help_doctor", home.run(&["doctor", "--help"]).succeeded());
    insta::assert_snapshot!("help_export", home.run(&["export", "--help"]).succeeded());
    insta::assert_snapshot!("help_health", home.run(&["health", "--help"]).succeeded());
    insta::assert_snapshot!("help_ingest", home.run(&["ingest", "--help"]).succeeded());
    insta::assert_snapshot!("help_replay", home.run(&["replay", "--help"]).succeeded());
    insta::assert_snapshot!("help_report", home.run(&["report", "--help"]).succeeded());
    insta::assert_snapshot!("help_session", home.run(&["session", "--help"]).succeeded());
}
