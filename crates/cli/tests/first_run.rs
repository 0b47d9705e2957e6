//! What somebody is told who has not said yet which lab server to use.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use support::{Ended, Home, ended};

const COMMANDS: [&str; 3] = [
    "smbreplay config set server_ip ADDRESS",
    "smbreplay config set tree_name SHARE",
    "smbreplay config set username USER",
];

/// Whether the commands stand on standard error; they never stand on standard output.
#[track_caller]
fn tells(ended: &Ended) -> bool {
    assert!(COMMANDS.iter().all(|command| !ended.stdout.contains(command)), "{}", ended.stdout);
    let told = COMMANDS.map(|command| ended.stderr.contains(command));
    assert!(told == [true; 3] || told == [false; 3], "{}", ended.stderr);
    assert_eq!(told[0], ended.stderr.contains("SMBREPLAY_PASSWORD"), "{}", ended.stderr);
    told[0]
}

/// A home with an ingested trace, which is something that is kept in the configuration file and names no server.
fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

/// Every command that needs a lab server. Whatever listens on this machine's port 445, nothing is changed there: a report that
/// cannot be written keeps the replay from beginning.
const NEED_A_SERVER: [&[&str]; 5] = [
    &["replay", "1", "--html", "no/such/folder/run.html"],
    &["setup", "1", "--dry-run"],
    &["validate", "1"],
    &["doctor"],
    &["cleanup", "--dry-run"],
];

#[test]
fn commands_that_need_a_server_tell_how_to_set_one() {
    let home = ingested();
    for command in NEED_A_SERVER {
        assert!(tells(&home.run(command)), "{command:?}");
        let json = home.run(&[command, &["--format", "json"]].concat());
        assert!(tells(&json), "{command:?}");
        if !json.stdout.is_empty() {
            serde_json::from_str::<serde_json::Value>(&json.stdout)
                .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        }
        assert!(!tells(&home.run(&[command, &["-q"]].concat())), "{command:?}");
    }
}

#[test]
fn arguments_that_make_no_sense_are_told_in_one_line() {
    let home = ingested();
    for command in ["replay", "setup", "validate"] {
        home.run(&[command, "1", "--map-share", "x"]).refused(&["--map-share"]);
        home.run(&[command, "99"]).refused(&["99"]);
    }
    assert_eq!(home.run(&["validate", "1", "--check-ops"]).stderr, "", "this needs no server");
}

#[test]
fn settings_by_option_variable_or_file_are_settings() {
    let home = ingested();
    for command in NEED_A_SERVER {
        assert!(!tells(&home.run(&[command, &["--port", "1"]].concat())), "{command:?}");
        for (variable, value) in [("SMBREPLAY_PORT", "1"), ("SMBREPLAY_PASSWORD", "x"), ("SMBREPLAY_SERVER_IP", "::1")]
        {
            assert!(!tells(&ended(home.command(command).env(variable, value))), "{variable} {command:?}");
        }
        let piped = ended(home.command(&[command, &["--password-stdin"]].concat()).write_stdin("x\n"));
        assert!(!tells(&piped), "{command:?}");
    }
    home.run(&["config", "set", "tree_name", "lab"]).succeeded();
    for command in NEED_A_SERVER {
        assert!(!tells(&home.run(command)), "{command:?}");
    }
    assert!(!tells(&home.run(&[])) && !tells(&home.run(&["info"])) && !tells(&home.run(&["config", "show"])));
}

#[test]
fn the_settings_and_the_help_tell_it_below() {
    let home = Home::new();
    let help = home.run(&[]);
    assert!(tells(&help) && help.code == 2, "{}", help.stderr);
    for command in [&["info"][..], &["config", "show"]] {
        assert!(tells(&home.run(command)), "{command:?}");
        let document = home.run(&[command, &["--format", "json"]].concat());
        assert!(tells(&document), "{command:?}");
        serde_json::from_str::<serde_json::Value>(document.succeeded()).unwrap();
        assert!(!tells(&home.run(&[command, &["-q"]].concat())), "{command:?}");
    }
    for command in [&["--help"][..], &["config"], &["config", "path"], &["list", "cases"], &["ingest", "none.pcap"]] {
        assert!(!tells(&home.run(command)), "{command:?}");
    }
}

#[test]
fn somebody_with_damaged_settings_has_some() {
    let home = Home::new();
    home.file(".config/smbreplay/config.toml", b"port = = 1\n");
    assert!(!tells(&home.run(&[])));
}

#[test]
fn a_lab_server_that_runs_is_named() {
    let home = Home::new();
    let started = home.json(&["lab", "start", "--port", &free_port()]);
    let port = started["server"]["address"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let shown = home.run(&["config", "show"]);
    home.run(&["lab", "stop"]).succeeded();
    assert!(shown.stderr.contains(&format!("smbreplay config set port {port}")), "{}", shown.stderr);
}

#[test]
fn what_is_told_fits_a_narrow_terminal() {
    let home = Home::new();
    for columns in [40, 80] {
        let told = ended(home.command(&["config", "show"]).env("COLUMNS", columns.to_string())).stderr;
        support::fits(&told, columns);
    }
}

#[test]
fn a_replay_to_a_server_that_is_set_tells_nothing() {
    let home = ingested();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    home.run(&["config", "set", "port", &server.address().port().to_string()]).succeeded();
    let replayed = home.run(&["replay", "1"]);
    assert!(!tells(&replayed) && replayed.code < 2, "{}", replayed.stderr);
}

/// A port that was free a moment ago.
fn free_port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}
