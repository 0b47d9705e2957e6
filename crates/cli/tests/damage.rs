//! Damaged captures: what is wrong is told with its place, and everything around it is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, WIDTHS, at, ended, office_records, steady};

/// The capture with the headers of two records overwritten, and the offsets of these.
fn damaged() -> (Vec<u8>, [usize; 2]) {
    let (header, records) = office_records();
    let offset = |number: usize| header.len().checked_add(records[..number].concat().len()).unwrap();
    let places = [offset(400), offset(800)];
    let mut file = [header.clone(), records.concat()].concat();
    for place in places {
        file[place..][..16].fill(0xff);
    }
    (file, places)
}

#[test]
fn two_damaged_places_are_located_and_everything_around_them_is_read() {
    let home = Home::new();
    let (file, places) = damaged();
    home.file("two.pcap", &file);
    let told = home.run(&["ingest", "two.pcap", "--format", "json"]);
    for words in ["two.pcap: damaged in 2 places", &format!("byte {}", places[0]), "bytes skipped"] {
        assert!(told.stderr.contains(words), "{words}: {}", told.stderr);
    }
    let document: Value = serde_json::from_str(told.succeeded()).unwrap();
    assert_eq!(document["packets"], 1158);
    let metadata = home.path().join(".tracer/two.pcap/sessions/session_metadata.json");
    let metadata: Value = serde_json::from_slice(&std::fs::read(metadata).unwrap()).unwrap();
    for damages in [&document["files"][0]["damages"], &metadata["trace"]["files"][0]["damages"]] {
        let offsets: Vec<u64> =
            damages.as_array().unwrap().iter().map(|damage| damage["offset"].as_u64().unwrap()).collect();
        assert_eq!(offsets, places.map(|place| u64::try_from(place).unwrap()));
        assert!(damages[0]["skipped"].as_u64() > Some(0) && damages[0]["reason"].is_string(), "{damages}");
    }
}

#[test]
fn the_summary_of_a_damaged_capture_reads_so() {
    let home = Home::new();
    home.file("two.pcap", &damaged().0);
    insta::assert_snapshot!(steady(&home, home.run(&["ingest", "two.pcap"]).succeeded()));
    for columns in WIDTHS {
        let shown = at(&home, columns, &["ingest", "two.pcap", "--force"]);
        insta::assert_snapshot!(format!("ingest_damaged_{columns}"), shown);
    }
    let narrow = ended(home.command(&["ingest", "two.pcap", "--force"]).env("COLUMNS", "50"));
    for line in narrow.succeeded().lines() {
        assert!(line.chars().count() <= 50, "{line}");
    }
}

#[test]
fn a_damaged_stream_is_called_standard_input() {
    let home = Home::new();
    let told = ended(home.command(&["ingest", "-", "--name", "live"]).write_stdin(damaged().0));
    assert!(told.succeeded().contains("standard input  "), "{}", told.stdout);
}

#[test]
fn the_list_of_traces_reads_so() {
    let home = Home::new();
    let (file, _) = damaged();
    home.office("cases/2010101010/office.pcap");
    home.file("cases/2010101010/cut.pcap", &file[..100_000]);
    home.file("cases/2010101010/notes.pcap", b"these are notes");
    home.file("cases/2010101010/two.pcap", &file);
    home.file("cases/2010101010/packed.pcap.zst", &zstd::encode_all(&file[..], 1).unwrap()[..60_000]);
    home.run(&["ingest", "--trace", "two.pcap"]).succeeded();
    for columns in ["40", "60", "80", "120", "200"] {
        let listed = ended(home.command(&["list", "traces"]).env("COLUMNS", columns));
        insta::assert_snapshot!(format!("list_traces_{columns}"), listed.succeeded());
        assert_eq!(listed.stderr.lines().filter(|line| line.starts_with("warning: ")).count(), 4, "{}", listed.stderr);
    }
    let listed = home.json(&["list", "traces"]);
    let problems: Vec<&str> =
        listed["traces"].as_array().unwrap().iter().filter_map(|trace| trace["problem"].as_str()).collect();
    assert_eq!(problems.len(), 4, "{listed}");
    assert!(problems.iter().all(|problem| problem.contains("byte")), "{problems:?}");
    let csv = home.run(&["list", "traces", "--format", "csv"]);
    assert_eq!(csv.succeeded().lines().count(), 6);
}
