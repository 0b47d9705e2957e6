//! `config`: what is shown, what is kept, and which source wins.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::{Home, ended};

#[test]
fn a_setting_is_kept_in_a_file_that_only_its_owner_may_read() {
    let home = Home::new();
    assert_eq!(home.run(&["config", "set", "port", "4450"]).succeeded(), "port = 4450\n");
    assert_eq!(home.run(&["config", "get", "port"]).succeeded(), "4450\n");
    let path = home.run(&["config", "path"]).succeeded().trim().to_owned();
    assert!(std::fs::read_to_string(&path).unwrap().contains("port = 4450"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(home.run(&["config", "unset", "port"]).succeeded(), "port = 445 (default)\n");
    assert_eq!(home.run(&["config", "get", "port"]).succeeded(), "445\n");
}

#[test]
fn the_environment_wins_over_the_file() {
    let home = Home::new();
    home.run(&["config", "set", "port", "4450"]).succeeded();
    let shown = ended(home.command(&["config", "get", "port"]).env("SMBREPLAY_PORT", "5445"));
    assert_eq!(shown.succeeded(), "5445\n");
    let document = ended(home.command(&["config", "show", "--format", "json"]).env("TRACES_FOLDER", "/elsewhere"));
    let document: serde_json::Value = serde_json::from_str(document.succeeded()).unwrap();
    assert_eq!(document["config"]["traces_folder"], "/elsewhere");
    assert_eq!(document["config"]["port"], 4450);
    assert_eq!(document["sources"]["port"], "file");
}

#[test]
fn the_password_is_never_printed() {
    let home = Home::new();
    for arguments in [
        &["config", "set", "password", "hunter22"][..],
        &["config", "get", "password"],
        &["config", "show"],
        &["-vvv", "config", "show", "--format", "json"],
        &["config", "show", "--format", "csv"],
    ] {
        let ended = home.run(arguments);
        ended.succeeded();
        assert!(ended.stdout.contains("***"), "{arguments:?}: {}", ended.stdout);
        for text in [&ended.stdout, &ended.stderr] {
            assert!(!text.contains("hunter22") && !text.contains("PASSWORD"), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn an_unknown_key_is_answered_with_the_keys_and_a_bad_value_with_the_range() {
    let home = Home::new();
    home.run(&["config", "set", "prot", "1"]).refused(&["prot", "server_ip", "verbosity_level"]);
    home.run(&["config", "get", "prot"]).refused(&["prot", "server_ip"]);
    home.run(&["config", "set", "port", "70000"]).refused(&["70000", "1 to 65535"]);
    let shown = ended(home.command(&["config", "show"]).env("SMBREPLAY_MAX_WAIT", "soon"));
    shown.refused(&["soon", "max_wait", "SMBREPLAY_MAX_WAIT", "0.1"]);
}

#[test]
fn a_damaged_file_is_named_with_its_line() {
    let home = Home::new();
    let path = home.file(".config/smbreplay/config.toml", b"port = 445\nserver_ip = = 1\n");
    home.run(&["config", "show"]).refused(&[path.to_str().unwrap(), "line 2"]);
}

#[test]
fn a_bad_value_in_the_file_can_be_mended() {
    let home = Home::new();
    home.file(".config/smbreplay/config.toml", b"port = \"none\"\n");
    home.run(&["config", "show"]).refused(&["port", "none"]);
    home.run(&["config", "set", "port", "445"]).succeeded();
    home.run(&["config", "show"]).succeeded();
}

#[test]
fn a_relative_folder_is_kept_absolute() {
    let home = Home::new();
    home.run(&["config", "set", "traces_folder", "captures"]).succeeded();
    let kept = home.run(&["config", "get", "traces_folder"]).succeeded().to_owned();
    assert!(std::path::Path::new(kept.trim()).is_absolute() && kept.trim().ends_with("captures"), "{kept}");
}
