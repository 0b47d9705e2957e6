//! Captures in several files, read as one trace.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod recorded;

use recorded::{Record, office, outcome, pcap};
use smbreplay_capture::{Trace, split_set};
use std::fs;
use std::path::{Path, PathBuf};

fn write(folder: &Path, parts: &[Vec<Record>]) -> Vec<PathBuf> {
    let write = |(index, part): (usize, &Vec<Record>)| {
        let path = folder.join(format!("part.pcap{index}"));
        fs::write(&path, pcap(part)).unwrap();
        path
    };
    parts.iter().enumerate().map(write).collect()
}

#[test]
fn a_split_capture_says_the_same_as_the_whole_in_any_order_of_its_files() {
    let records = office();
    let whole = outcome(&records);
    let folder = tempfile::tempdir().unwrap();
    let mut paths = write(folder.path(), &records.chunks(100).map(<[_]>::to_vec).collect::<Vec<_>>());
    assert_eq!(paths.len(), 12);
    assert_eq!(split_set::siblings(&paths[3]).unwrap(), paths);
    assert_eq!(split_set::in_folder(folder.path()).unwrap(), paths);
    assert_eq!(split_set::matching(&format!("{}/part.*", folder.path().display())).unwrap(), paths);
    paths.reverse();
    let mut trace = Trace::open_set(&paths).unwrap();
    assert_eq!(recorded::read(&mut trace), whole);
    assert_eq!((trace.facts().packets, trace.files().len()), (records.len() as u64, 12));
    let (taken, total) = trace.progress();
    assert_eq!(Some(taken), total);
}

#[test]
fn the_two_directions_in_two_files_become_one_connection() {
    let records = office();
    let whole = outcome(&records);
    let to_server = |record: &Record| record.data[36..38] == recorded::SERVER_PORT.to_be_bytes();
    let (requests, responses): (Vec<_>, Vec<_>) = records.into_iter().partition(to_server);
    assert!(requests.len() > 300 && responses.len() > 300);
    let folder = tempfile::tempdir().unwrap();
    let mut trace = Trace::open_set(&write(folder.path(), &[responses, requests])).unwrap();
    assert_eq!(recorded::read(&mut trace), whole);
    assert_eq!(trace.counters().holes, 0);
}

#[test]
fn a_clock_that_steps_back_inside_a_file_changes_nothing_of_its_order() {
    let mut records = office();
    let whole = outcome(&records);
    for record in &mut records[300..320] {
        record.microseconds -= 1_000_000;
    }
    let folder = tempfile::tempdir().unwrap();
    let parts = [records[..600].to_vec(), records[600..].to_vec()];
    let mut trace = Trace::open_set(&write(folder.path(), &parts)).unwrap();
    assert_eq!(recorded::read(&mut trace), whole);
    assert_eq!(trace.facts().backward_times, 1);
}

#[test]
fn an_empty_file_is_left_out_and_a_foreign_one_is_an_error() {
    let records = office();
    let folder = tempfile::tempdir().unwrap();
    let mut paths = write(folder.path(), std::slice::from_ref(&records));
    paths.push(folder.path().join("empty"));
    fs::write(&paths[1], b"").unwrap();
    let mut trace = Trace::open_set(&paths).unwrap();
    assert_eq!(recorded::read(&mut trace), outcome(&records));
    assert!(trace.files()[0].left_out.as_ref().unwrap().ends_with("empty"));
    assert!(Trace::open_set(&paths[1..]).is_err() && Trace::open_set(&[]).is_err());
    fs::write(&paths[1], b"#!/bin/sh\n").unwrap();
    assert!(Trace::open_set(&paths).is_err());
}

#[test]
fn the_files_of_a_set_are_found_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let found = |name: &str| {
        let names = split_set::siblings(&folder.path().join(name)).unwrap();
        names.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ring = ["x_00002_20241123201132.pcapng", "x_00010_20241123201133.pcapng"];
    let counted = ["x.pcap", "x.pcap1", "x.pcap2", "x.pcap10"];
    let others = ["y_00001_20241123201132.pcapng", "x.pcapng", "x.pcap1.gz", "notes.txt"];
    for name in ring.iter().chain(&counted).chain(&others) {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    assert_eq!(found(ring[1]), ring);
    assert_eq!(found("x.pcap2"), counted);
    assert_eq!(found("x.pcapng"), ["x.pcapng"]);
    assert_eq!(found("notes.txt"), ["notes.txt"]);
}
