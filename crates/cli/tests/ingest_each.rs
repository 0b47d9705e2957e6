//! `ingest --each`: many traces, side by side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use support::captured_file::{CapturedFile, capture};
use support::{Home, office_records};

/// Captures of different sizes; the largest has more than its share.
const TRACES: [&str; 7] =
    ["files.pcap", "half.pcap", "made.pcap", "office.pcap", "quarter.pcap", "some.pcap", "twice.pcap"];

fn home() -> Home {
    let home = Home::new();
    home.office("in/office.pcap");
    let (header, records) = office_records();
    let of = |records: &[Vec<u8>]| [header.clone(), records.concat()].concat();
    home.file("in/half.pcap", &of(&records[..records.len() / 2]));
    home.file("in/quarter.pcap", &of(&records[..records.len() / 4]));
    home.file("in/some.pcap", &of(&records[..200]));
    home.file("in/twice.pcap", &of(&[records.clone(), records].concat()));
    home.file("in/files.pcap", &capture(&[CapturedFile::found("a.txt", b"what was found")]));
    home.file("in/made.pcap", &capture(&[CapturedFile::made("b.txt", b"what was made")]));
    home
}

/// All files below a folder with their contents; of metadata without what tells of the file on the disk.
fn contents(home: &Home, folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(home, &path));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "json") {
            let mut metadata: Value = serde_json::from_slice(&bytes).unwrap();
            for file in metadata["trace"]["files"].as_array_mut().unwrap() {
                for key in ["path", "modified"] {
                    file[key] = Value::Null;
                }
            }
            bytes = metadata.to_string().into_bytes();
        }
        found.insert(path.strip_prefix(home.path()).unwrap().display().to_string(), bytes);
    }
    found
}

#[test]
fn traces_that_are_read_side_by_side_are_as_one_by_one() {
    let (beside, alone) = (home(), home());
    let reports = beside.json(&["ingest", "--each", "--jobs", "2", "in"]);
    let names = reports["traces"].as_array().unwrap().iter().map(|trace| trace["trace"].as_str().unwrap());
    assert_eq!(
        names.map(|name| name.rsplit('/').next().unwrap()).collect::<Vec<_>>(),
        TRACES,
        "in the order of their names"
    );
    for trace in TRACES {
        let report = alone.json(&["ingest", "--jobs", "2", &format!("in/{trace}")]);
        let mut same = reports["traces"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|other| other["trace"].as_str().unwrap().ends_with(trace));
        let other = same.next().unwrap();
        for key in ["packets", "smb2_messages", "sessions", "dropped", "counters", "unchanged"] {
            assert_eq!(other[key], report[key], "{trace}: {key}");
        }
    }
    let found = [&beside, &alone].map(|home| contents(home, &home.path().join("in/.tracer")));
    assert!(found[0].len() > 2 * TRACES.len(), "{:?}", found[0].keys());
    assert!(found[0] == found[1], "{:?}\n{:?}", found[0].keys(), found[1].keys());
}

#[test]
fn traces_that_cannot_be_read_do_not_keep_the_others_from_it() {
    let home = home();
    home.file("in/bad.pcap", b"no capture at all");
    home.file("in/none.pcap", b"");
    let files = TRACES.iter().chain(&["bad.pcap", "none.pcap", "missing.pcap"]).map(|name| format!("in/{name}"));
    let files: Vec<String> = files.collect();
    let arguments: Vec<&str> = ["ingest", "--each", "--jobs", "2", "--format", "json"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let ended = home.run(&arguments);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    for name in ["bad.pcap", "none.pcap", "missing.pcap"] {
        assert_eq!(
            ended.stderr.lines().filter(|line| line.starts_with("error: ") && line.contains(name)).count(),
            1,
            "{}",
            ended.stderr
        );
    }
    let reports: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(reports["total"], TRACES.len());
    let again = home.json(&[
        "ingest",
        "--each",
        "--jobs",
        "2",
        "in/files.pcap",
        "in/office.pcap",
        "in/files.pcap",
        "in/half.pcap",
    ]);
    assert_eq!(again["total"], 4);
    assert!(again["traces"].as_array().unwrap().iter().all(|trace| trace["unchanged"] == true), "{again}");
}
