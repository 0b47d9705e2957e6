//! `session ID --tree`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, ended};

fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

#[test]
fn the_tree_of_a_session_reads_so() {
    let home = ingested();
    insta::assert_snapshot!("office", home.run(&["session", "3", "--tree"]).succeeded());
}

#[test]
fn no_line_of_a_tree_is_longer_than_the_terminal() {
    let home = ingested();
    for width in ["40", "60", "100"] {
        let mut command = home.command(&["session", "1", "--tree"]);
        let narrow = ended(command.env("COLUMNS", width));
        let limit: usize = width.parse().unwrap();
        for line in narrow.succeeded().lines() {
            assert!(line.chars().count() <= limit, "{width}: {line}");
        }
    }
}

fn entry<'a>(tree: &'a Value, path: &str) -> &'a Value {
    let entries = tree["shares"][0]["entries"].as_array().unwrap();
    entries.iter().find(|entry| entry["path"] == path).unwrap_or_else(|| panic!("{path}: {tree:#}"))
}

#[test]
fn the_json_form_tells_what_happened_to_each_file() {
    let home = ingested();
    let tree = home.json(&["session", "1", "--tree"]);
    assert_eq!(tree["shares"].as_array().unwrap().len(), 1, "pipes are no share with files");
    assert_eq!(tree["shares"][0]["share"], "\\\\127.0.0.1\\testshare");
    assert_eq!(tree["session_id"], home.json(&["session", "--list"])["sessions"][0]["session_id"]);
    let offer = entry(&tree, "Projects\\Alpha\\offer.txt");
    assert_eq!((&offer["made"], &offer["before"], &offer["deleted"]), (&true.into(), &false.into(), &true.into()));
    assert_eq!((&offer["kind"], &offer["written"]), (&"file".into(), &3000.into()));
    assert_eq!(offer["renamed_to"], "Projects\\Alpha\\offer.bak");
    let drawings = entry(&tree, "Projects\\Alpha\\Drawings");
    assert_eq!((&drawings["kind"], &drawings["renamed_to"]), (&"folder".into(), &"Archive\\2023\\Drawings".into()));
    let standard = entry(&tree, "Templates\\standard.txt");
    assert_eq!(standard["streams"][0]["name"], "Zone.Identifier");
    assert_eq!((&standard["streams"][0]["size_after"], &standard["size"]), (&26.into(), &Value::Null));
    let absent = tree["shares"][0]["absent"].as_array().unwrap();
    assert!(
        absent.iter().any(|absent| absent["path"] == "Nowhere" && absent["frame"].as_u64() > Some(0)),
        "{absent:?}"
    );
    let other = home.json(&["session", "3", "--tree"]);
    let january = entry(&other, "Minutes\\January.txt");
    assert_eq!(
        (&january["before"], &january["size"], &january["shown_bytes"]),
        (&true.into(), &2000.into(), &2000.into())
    );
    assert!(january["why"].as_str().unwrap().contains("opened") || january["why"] == "listed", "{january:#}");
}

#[test]
fn a_filter_shows_the_files_that_are_meant_and_their_folders() {
    let home = ingested();
    let tree = home.run(&["session", "1", "--tree", "--file-filter", "*.svg"]);
    let lines: Vec<&str> = tree.succeeded().lines().collect();
    assert_eq!(lines.len(), 6, "{}", tree.stdout);
    assert!(lines[5].contains("Ground floor.svg"), "{}", tree.stdout);
    let none = home.run(&["session", "1", "--tree", "--file-filter", "*.none"]);
    assert_eq!(none.succeeded(), "no file or folder has such a path\n");
    let pipes = home.run(&["session", "2", "--tree"]);
    assert_eq!(pipes.succeeded(), "no file or folder is shown\n");
}

#[test]
fn the_csv_form_has_a_row_for_each_file_folder_and_stream() {
    let home = ingested();
    let csv = home.run(&["session", "1", "--tree", "--format", "csv"]);
    let json = home.json(&["session", "1", "--tree"]);
    let entries = json["shares"][0]["entries"].as_array().unwrap();
    let streams: usize = entries.iter().map(|entry| entry["streams"].as_array().unwrap().len()).sum();
    assert_eq!(csv.succeeded().lines().count(), 1 + entries.len() + streams);
    assert!(csv.stdout.starts_with("share,path,kind,before,size,"), "{}", csv.stdout);
    assert!(csv.stdout.contains("Templates\\standard.txt:Zone.Identifier,stream,false,"), "{}", csv.stdout);
}

#[test]
fn a_tree_is_not_a_list_of_operations() {
    let home = ingested();
    for other in [&["--list"][..], &["--brief"], &["--fields", "op"]] {
        home.run(&[&["session", "--tree"], other].concat()).refused(&["--tree", other[0], "smbreplay session --help"]);
    }
}
