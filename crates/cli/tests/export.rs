//! `export`: files of a capture in a folder, compared with those that tshark finds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use lab::{EntryKind, Tree, Tshark};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Home, corpus};

/// A home where a capture is ingested.
fn ingested(name: &str, bytes: &[u8]) -> Home {
    let home = Home::new();
    home.file(name, bytes);
    home.run(&["ingest", name]).succeeded();
    home
}

fn office() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

/// Regular files below a folder, by their paths with `/`.
fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// What `export` says of a state of all sessions, and the folder.
fn exported(home: &Home, folder: &str, more: &[&str]) -> (Value, PathBuf) {
    let report = home.json(&[&["export", "--all", "--files", folder], more].concat());
    (report, home.path().join(folder))
}

#[test]
fn the_files_of_the_project_s_capture_are_those_that_its_share_held() {
    let home = office();
    let (report, folder) = exported(&home, "out", &[]);
    let written = Tree::of(&folder.join("testshare")).unwrap();
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.tree.txt");
    let held = Tree::parse(&fs::read_to_string(tree).unwrap()).unwrap();
    let files = |tree: &Tree| -> BTreeMap<String, EntryKind> {
        let files = tree.entries().filter(|entry| entry.kind != EntryKind::Folder);
        files.map(|entry| (entry.path.to_owned(), entry.kind)).collect()
    };
    let (written, held) = (files(&written), files(&held));
    for (path, file) in &held {
        assert_eq!(written.get(path), Some(file), "{path}");
    }
    let told = report["files"].as_array().unwrap();
    let named = |file: &&Value| file["exported_as"].as_str().unwrap().contains("%3a");
    let there = told.iter().filter(|file| file["deleted"] == false && !named(file)).count();
    assert_eq!(there, held.len(), "{report:#}");
    assert_eq!(report["exported"], told.len());
    assert_eq!(report["incomplete"], 0);
    assert_eq!(written.len(), told.len());
}

/// What became of tshark's objects.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// Equal to ours of the same path.
    equal: usize,
    /// Equal to one of ours of another path: it was renamed or copied.
    renamed: usize,
    /// The beginning of ours: a handle that read or wrote only that.
    part: usize,
    /// None of ours: the test names them with the reason.
    other: Vec<String>,
    /// Complete files of ours, in either state, that are one of tshark's objects of the same path.
    ours: usize,
    /// Those that are two of them: what one handle read, and what another wrote over its beginning.
    joined: usize,
}

/// Name of an object of tshark's as a path, and the path without the number of the handle.
fn paths_of(object: &str) -> [String; 2] {
    let path = object.replace("%5c", "\\").replace("%3a", ":").trim_start_matches('\\').to_lowercase();
    let without = path.find('(').and_then(|open| {
        let close = open + path[open..].find(')')?;
        let is_number =
            !path[open + 1..close].is_empty() && path[open + 1..close].bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| format!("{}{}", &path[..open], &path[close + 1..]))
    });
    [path.clone(), without.unwrap_or(path)]
}

fn compared(name: &str, bytes: &[u8], port: u16) -> Found {
    let home = ingested(name, bytes);
    let objects = home.path().join("objects");
    let tshark = Tshark { capture: &home.path().join(name), port, password: "testpass" };
    tshark.export_objects(&objects).unwrap();
    let objects = files_in(&objects);
    let mut ours: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (folder, state) in [("after", &[][..]), ("before", &["--before"])] {
        let (report, folder) = exported(&home, folder, state);
        for file in report["files"].as_array().unwrap().iter().filter(|file| file["complete"] == true) {
            let path = file["path"].as_str().unwrap().trim_start_matches('\\');
            let path = path.strip_prefix("(unnamed share)\\").or(path.splitn(3, '\\').nth(2)).unwrap();
            let bytes = fs::read(folder.join(file["exported_as"].as_str().unwrap())).unwrap();
            assert_eq!(file["size"], bytes.len());
            ours.entry(path.to_lowercase()).or_default().push(bytes);
        }
    }
    let mut found = Found::default();
    for (object, bytes) in &objects {
        let mut same_path = paths_of(object).into_iter().filter_map(|path| ours.get(&path)).flatten();
        if same_path.clone().any(|ours| ours == bytes) {
            found.equal += 1;
        } else if same_path.any(|ours| !bytes.is_empty() && ours.starts_with(bytes)) {
            found.part += 1;
        } else if ours.values().flatten().any(|ours| ours == bytes && !bytes.is_empty()) {
            found.renamed += 1;
        } else {
            found.other.push(object.clone());
        }
    }
    for (path, versions) in &ours {
        let of_path: Vec<&Vec<u8>> =
            objects.iter().filter(|(object, _)| paths_of(object).contains(path)).map(|(_, bytes)| bytes).collect();
        for version in versions.iter().filter(|_| !of_path.is_empty()) {
            // What was read with what was written over its beginning: tshark has a handle's data each.
            let joins = |first: &&Vec<u8>| {
                let rest = version.get(first.len()..);
                version.starts_with(first) && of_path.iter().any(|other| other.get(first.len()..) == rest)
            };
            match of_path.contains(&version) {
                true => found.ours += 1,
                false if of_path.iter().copied().any(|first| joins(&first)) => found.joined += 1,
                false => panic!("{path} is none of tshark's {}", of_path.len()),
            }
        }
    }
    found
}

#[test]
fn tshark_finds_the_same_files_in_the_project_s_capture() {
    let home = Home::new();
    let found = compared("office.pcap", &fs::read(home.office("office.pcap")).unwrap(), 20445);
    assert_eq!(found, Found { equal: 30, renamed: 14, ours: 22, ..Found::default() });
}

#[test]
fn tshark_finds_the_same_files_in_captures_from_elsewhere() {
    // Not files: a pipe, and the FileId that stands for the open before it in a chain.
    let (pipe, related) = ("%5csrvsvc".to_owned(), "File_Id_ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned());
    let expected = [
        ("smb2_100_small_files.pcap", Found { equal: 100, ours: 200, ..Found::default() }),
        ("smb2.pcap", Found { equal: 1, ours: 1, other: vec![pipe], ..Found::default() }),
        ("smb2readwrite.pcap", Found { equal: 2, ours: 3, ..Found::default() }),
        ("smb2-peter.pcap", Found { equal: 21, part: 13, ours: 21, joined: 9, ..Found::default() }),
        ("smb-length-5786.pcap", Found { equal: 10, ours: 7, other: vec![related], ..Found::default() }),
    ];
    for (name, expected) in expected {
        if let Some(bytes) = corpus(name) {
            assert_eq!(compared(name, &bytes, 445), expected, "{name}");
        }
    }
}

#[test]
fn files_that_are_there_stay_without_force() {
    let home = office();
    home.run(&["export", "--all", "--files", "out"]).succeeded();
    let file = home.file("out/testshare/Projects/Alpha/offer.txt", b"mine");
    let again = home.run(&["export", "--all", "--files", "out"]);
    assert_eq!(again.code, 1, "{}", again.stderr);
    assert!(
        again.stdout.contains("offer.txt is there already") && again.stdout.contains("0 files"),
        "{}",
        again.stdout
    );
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    home.run(&["export", "--all", "--files", "out", "--force"]).succeeded();
    assert_eq!(fs::read(&file).unwrap().len(), 3400);
    let left = files_in(&home.path().join("out")).into_keys().filter(|name| name.contains(".part")).count();
    assert_eq!(left, 0, "nothing temporary is left");
}

#[test]
fn a_session_alone_shows_what_it_shows() {
    let home = office();
    let after = home.json(&["export", "3", "--files", "after"]);
    let before = home.json(&["export", "3", "--files", "before", "--before"]);
    assert_eq!((&after["before"], &before["before"]), (&false.into(), &true.into()));
    let names = |report: &Value| -> Vec<String> {
        let files = report["files"].as_array().unwrap();
        files.iter().map(|file| file["exported_as"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names(&after).iter().any(|name| name.ends_with("Letter from Smith.txt")), "{after:#}");
    assert_eq!(names(&after).len(), after["exported"]);
    assert_eq!(names(&before).len(), before["exported"]);
    let made_by_another = "testshare/Minutes/January.txt".to_owned();
    assert!(names(&before).contains(&made_by_another), "it was there before this session: {before:#}");
}

#[test]
fn a_folder_that_cannot_be_used_is_told_in_one_line() {
    let home = office();
    home.run(&["export", "1", "--files", "office.pcap"]).refused(&["office.pcap", "--files"]);
    home.run(&["export", "1", "--files", "office.pcap/in"]).refused(&["office.pcap/in", "--files"]);
    home.run(&["export", "1"]).refused(&["--files"]);
    home.run(&["export", "1", "--all", "--files", "out"]).refused(&["--all"]);
    home.run(&["export", "9", "--files", "out"]).refused(&["9"]);
    assert!(!home.path().join("out").exists(), "nothing is made for a session that there is not");
}

#[test]
fn the_report_has_a_csv_form_and_a_narrow_one() {
    let home = office();
    let csv = home.run(&["export", "--all", "--files", "out", "--format", "csv"]);
    let header = "path,exported_as,size,size_known,shown,holes,complete,deleted,error";
    assert_eq!(csv.succeeded().lines().next(), Some(header));
    assert!(
        csv.stdout.contains("offer.bak,testshare/Projects/Alpha/offer.bak,3000,true,3000,,true,true,"),
        "{}",
        csv.stdout
    );
    let mut narrow = home.command(&["export", "3", "--files", "narrow"]);
    let narrow = support::ended(narrow.env("COLUMNS", "40"));
    assert!(narrow.succeeded().lines().all(|line| line.chars().count() <= 40), "{}", narrow.stdout);
}
