//! `report RUN`: the first operation of each group of root divergences, captured beside live.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use std::fs;
use std::path::PathBuf;
use support::captured_file::{CapturedFile, capture};
use support::settled_run::replay;
use support::{Ended, Home, ended};

/// What the sections begin with.
const LEGEND: &str = "the first operation of each group";

/// A home where the project's own capture was replayed on an embedded server with a folder in the way, and what that printed.
fn replayed() -> (Home, Ended) {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    let told = replay(&home, |share| fs::create_dir(share.join("Nowhere")).unwrap(), &[]);
    (home, told)
}

/// A home where this file was captured, and replayed where there is another one in its place.
fn read_elsewhere(name: &str, captured: &'static [u8], live: &[u8]) -> Home {
    let home = Home::new();
    home.file("file.pcap", &capture(&[CapturedFile::found(name, captured)]));
    home.run(&["ingest", "file.pcap"]).succeeded();
    let fill = |share: &std::path::Path| fs::write(share.join(name), live).unwrap();
    assert_eq!(replay(&home, fill, &["--dialect", "3.1.1", "--max-wait", "2"]).code, 1);
    home
}

/// The sections of the groups, without what stands before them.
fn sections(text: &str) -> Vec<Vec<&str>> {
    let (_, behind) = text.split_once(LEGEND).unwrap_or_else(|| panic!("{text}"));
    let is_heading = |line: &str| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    let mut sections: Vec<Vec<&str>> = Vec::new();
    for line in behind.lines() {
        match sections.last_mut() {
            _ if is_heading(line) => sections.push(vec![line]),
            Some(section) => section.push(line),
            None => {}
        }
    }
    sections
}

fn marked<'a>(section: &'a [&str], mark: char) -> Vec<&'a str> {
    section.iter().filter(|line| line.starts_with(mark)).copied().collect()
}

fn session_files(home: &Home) -> Vec<PathBuf> {
    let folder = home.path().join(".tracer/office.pcap/sessions");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect()
}

#[test]
fn each_group_has_a_section_in_which_what_its_verdict_is_about_is_marked() {
    let (home, _) = replayed();
    let report = home.json(&["report", "last"]);
    let roots = report["roots"].as_array().unwrap();
    let shown = home.run(&["report", "last"]);
    let sections = sections(shown.succeeded());
    assert_eq!((sections.len(), shown.stderr.as_str()), (roots.len(), ""));
    for (root, section) in roots.iter().zip(&sections) {
        let word = |key: &str| root[key].as_str().unwrap();
        let short = |key: &str| word(key).strip_prefix("STATUS_").unwrap().to_owned();
        assert!(section[0].contains(&format!(". {}: {}", word("command"), short("captured_status"))), "{}", section[0]);
        assert!(section[0].contains(&format!("in frame {}", root["first_frame"])), "{}", section[0]);
        let (counting, fields) = (marked(section, '≠'), root["fields"].as_array().unwrap());
        assert_eq!(counting.len(), fields.len().max(1), "{section:#?}");
        if fields.is_empty() {
            assert!(counting[0].contains(word("captured_status")) && counting[0].contains(word("live_status")));
        }
        let patched = marked(section, '→');
        assert!(patched.iter().any(|line| line.contains("SessionId")), "{section:#?}");
        assert!(section.iter().any(|line| line.starts_with("Response: SMB2 ")), "{section:#?}");
        assert!(section.iter().any(|line| line.starts_with("Request: SMB2 ")), "{section:#?}");
    }
    // The folder in the way: of an enumeration, whose last answer has no entries.
    let counting: Vec<&str> = sections.iter().flat_map(|section| marked(section, '≠')).collect();
    let is_of = |words: &[&str]| counting.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(is_of(&["entry", "absent", "Nowhere (directory)"]), "{counting:#?}");
    assert!(is_of(&["FileAttributes", "FILE_ATTRIBUTE_ARCHIVE", "FILE_ATTRIBUTE_NORMAL"]), "{counting:#?}");
}

#[test]
fn no_line_is_wider_than_the_terminal_or_ends_in_a_blank_and_the_marks_are_always_the_same() {
    let (home, _) = replayed();
    let all = home.run(&["report", "last"]);
    let marks = |text: &str| -> Vec<[usize; 4]> {
        sections(text).iter().map(|section| ['≠', '~', '→', '?'].map(|mark| marked(section, mark).len())).collect()
    };
    for columns in [40_usize, 80, 120, 200] {
        let shown = ended(home.command(&["report", "last"]).env("COLUMNS", columns.to_string()));
        for line in shown.succeeded().lines().filter(|line| !line.starts_with("report: ")) {
            assert!(line.chars().count() <= columns && line.trim_end() == line, "{columns}: {line:?}");
        }
        assert_eq!(marks(&shown.stdout), marks(&all.stdout), "{columns}");
        assert!(columns < 80 || shown.stdout.contains("STATUS_FS_DRIVER_REQUIRED"), "{}", shown.stdout);
    }
    assert!(all.stdout.lines().all(|line| line.trim_end() == line));
}

#[test]
fn data_that_differs_behind_what_is_shown_of_it_says_where() {
    let captured = &[b'a'; 100];
    let live = [&captured[..60], b"bc", &captured[62..]].concat();
    let home = read_elsewhere("letter.txt", captured, &live);
    let shown = home.run(&["report", "last"]);
    let sections = sections(shown.succeeded());
    let read = sections.iter().find(|section| section[0].contains("READ: SUCCESS, but data")).unwrap();
    let text = read.join("\n");
    assert_eq!(text.matches("at byte 60: ").count(), 2, "{text}");
    assert!(marked(read, '≠').concat().contains("at byte 60: 62 63 61"), "{text}");
}

#[test]
fn a_name_of_the_capture_does_not_steer_the_terminal() {
    let home = read_elsewhere("\u{1b}[31mred\u{202e}.txt", b"there", b"elsewhere");
    let shown = home.run(&["report", "last"]);
    assert!(sections(shown.succeeded()).iter().flatten().any(|line| line.contains("\\u{1b}[31mred\\u{202e}.txt")));
    assert!(!shown.stdout.contains(['\u{1b}', '\u{202e}']));
    let coloured = home.run(&["report", "last", "--color", "always"]);
    assert!(coloured.succeeded().contains("\u{1b}[31m≠") && !coloured.stdout.contains("\u{1b}[31mred"));
}

#[test]
fn of_more_groups_than_a_terminal_is_for_the_rest_is_counted() {
    let (home, _) = replayed();
    let path = PathBuf::from(home.json(&["report", "last"])["path"].as_str().unwrap()).join("report.json");
    let mut report: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let roots = report["roots"].as_array_mut().unwrap();
    let unknown = roots[0].clone();
    roots.splice(
        1..1,
        (roots.len()..25).map(|number| {
            let mut root = unknown.clone();
            root["command"] = format!("UNKNOWN{number}").into();
            root
        }),
    );
    fs::write(&path, report.to_string()).unwrap();
    let shown = home.run(&["report", "last"]);
    let sections = sections(shown.succeeded());
    assert_eq!(sections.len(), 20);
    assert!(sections[1].concat().contains("it is about no captured operation"), "{:?}", sections[1]);
    let last = shown.stdout.lines().last().unwrap();
    assert!(last.starts_with("5 more groups not shown in full: ") && last.contains("--html FILE"), "{last}");
}

#[test]
fn a_report_is_shown_also_when_what_was_replayed_is_gone_or_another() {
    let (home, _) = replayed();
    let check = |what: &[&str]| {
        let shown = home.run(&["report", "last"]);
        assert!(shown.succeeded().contains("report: ") && !shown.stdout.contains(LEGEND), "{}", shown.stdout);
        assert!(shown.stderr.starts_with("warning: what diverged cannot be shown in full: "), "{}", shown.stderr);
        assert_eq!(shown.stderr.lines().count(), 1, "{}", shown.stderr);
        for word in what {
            assert!(shown.stderr.contains(word), "{}", shown.stderr);
        }
        home.json(&["report", "last"]);
    };
    let metadata = home.path().join(".tracer/office.pcap/sessions/session_metadata.json");
    let document = fs::read_to_string(&metadata).unwrap();
    let mut other: serde_json::Value = serde_json::from_str(&document).unwrap();
    other["smb2_messages"] = 1.into();
    fs::write(&metadata, other.to_string()).unwrap();
    check(&["ingested again", "replay again"]);
    fs::write(&metadata, document).unwrap();
    for file in session_files(&home) {
        fs::remove_file(file).unwrap();
    }
    check(&["smb2_session_", "put the session files back"]);
    let run = home.json(&["report", "last"])["path"].as_str().unwrap().to_owned();
    fs::write(PathBuf::from(run).join("operations.parquet"), b"PAR1 of another time").unwrap();
    check(&["operations.parquet", "replay again"]);
}

#[test]
fn a_replay_ends_with_the_command_that_shows_it_in_full_and_scripts_see_none_of_it() {
    let (home, told) = replayed();
    let run = home.json(&["report", "last"])["run"].as_str().unwrap().to_owned();
    assert_eq!(told.stdout.lines().last(), Some(format!("in full: smbreplay report {run}").as_str()));
    assert!(!told.stdout.contains(LEGEND));
    assert!(home.run(&["report", &run]).succeeded().contains(LEGEND));
    let csv = home.run(&["report", &run, "--format", "csv"]);
    assert!(csv.succeeded().starts_with("command,captured_status,live_status,count,first_frame,path\n"));
    assert!(!csv.stdout.contains(LEGEND) && !csv.stdout.contains("in full"));
    let named = replay(&home, |_| {}, &["--trace", "office.pcap"]);
    assert!(named.stdout.trim_end().ends_with(" --trace office.pcap"), "{}", named.stdout);
}
