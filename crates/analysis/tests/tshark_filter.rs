//! Real captures: an expression selects the frames that tshark's display filter selects.
//!
//! A filter is asked of each message by itself here, because a frame is no operation: of requests, final and interim responses, each
//! with what Wireshark shows in them. The captures are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.
//! Without them, or without tshark, the test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "tshark_filter/expressions.rs"]
mod expressions;

use dissect::Operation;
use expressions::{DIFFERENT, ONE_TEST, SEVERAL_TESTS};
use smbreplay_analysis::filter::{Filter, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use store::{Columns, IngestRequest, OutputFolder, SessionFile, TracePlace, ingest, metadata};

type Frames = BTreeSet<u64>;

/// A capture of simple requests, one with leases, compounds and pending notifications, one with many compounds.
const CAPTURES: [&str; 3] = ["smb2-peter.pcap", "smb-length-5786.pcap", "smb2_100_small_files.pcap"];

fn capture(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(name);
    if !path.is_file() {
        eprintln!("NOT RUN: no {name} in {}; name its folder in SMBREPLAY_CORPUS", folder.display());
    }
    path.is_file().then_some(path)
}

/// The frames that tshark selects. With two passes it knows the answers of requests.
fn by_tshark(capture: &Path, expression: &str) -> Frames {
    let mut command = Command::new("tshark");
    command.env("TZ", "UTC").args(["-2", "-n", "-r"]).arg(capture);
    let output = command.args(["-Y", expression, "-T", "fields", "-e", "frame.number"]).output().expect("tshark runs");
    assert!(output.status.success(), "{expression}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

/// An ingested capture.
struct Ingested {
    capture: PathBuf,
    _folder: tempfile::TempDir,
    files: Vec<SessionFile>,
    first_frame: Option<capture::Timestamp>,
    /// The frames with messages, and how many they have.
    messages: BTreeMap<u64, usize>,
}

fn frame(scope: Scope, row: &Operation) -> Option<u64> {
    match scope {
        Scope::Request => row.request_frame,
        Scope::Response => row.response_frame,
        Scope::Interim => row.interim_frame,
        Scope::Operation => None,
    }
}

const MESSAGES: [Scope; 3] = [Scope::Request, Scope::Response, Scope::Interim];

impl Ingested {
    fn new(capture: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path().join("output"));
        let place = TracePlace { trace: capture.to_owned(), case_id: None, output: output.clone() };
        let report = ingest(&IngestRequest::new(place), &mut |_| (), &AtomicBool::new(false)).unwrap();
        let files = report.sessions.iter().map(|file| SessionFile::open(&output.session_file(file)).unwrap()).collect();
        let trace = metadata::read(&output.metadata()).unwrap().trace;
        let first_frame = trace.first_time.map(|time| time.0);
        let capture = capture.to_owned();
        let mut ingested = Self { capture, _folder: folder, files, first_frame, messages: BTreeMap::new() };
        for scope in MESSAGES {
            for frame in ingested.rows("smb2", scope) {
                *ingested.messages.entry(frame).or_default() += 1;
            }
        }
        // A NEGOTIATE of SMB1 that is answered in SMB2 is an operation here, and a request of another protocol to Wireshark.
        let first = by_tshark(&ingested.capture, "smb && !smb2");
        let filter = Filter::parse("smb2.cmd == 0", None).unwrap();
        for file in &ingested.files {
            let selection = file.select(&mut filter.selector(Scope::Operation)).unwrap();
            for row in file.operations_of(Columns::Meaning, Some(&selection)).map(|row| row.unwrap()) {
                if row.request_frame.is_some_and(|frame| first.contains(&frame)) {
                    let frames = [row.request_frame, row.response_frame];
                    ingested.messages.retain(|frame, _| !frames.contains(&Some(*frame)));
                }
            }
        }
        ingested
    }

    /// The frame of each message that is selected.
    fn rows(&self, expression: &str, scope: Scope) -> Vec<u64> {
        let filter =
            Filter::parse(expression, self.first_frame).unwrap_or_else(|error| panic!("{expression}: {error}"));
        let mut frames = Vec::new();
        for file in &self.files {
            let selection = file.select(&mut filter.selector(scope)).unwrap();
            let rows = file.operations_of(Columns::Meaning, Some(&selection)).map(|row| row.unwrap());
            frames.extend(rows.map(|row| frame(scope, &row).expect("the row has such a message")));
        }
        frames
    }

    fn selected(&self, expression: &str) -> Frames {
        MESSAGES.into_iter().flat_map(|scope| self.rows(expression, scope)).collect()
    }

    /// Frames of both, as far as they have messages of SMB2, and no more than `most`.
    fn compared(&self, expression: &str, most: usize) -> (Frames, Frames) {
        let counts = |frame: &u64| self.messages.get(frame).is_some_and(|messages| *messages <= most);
        let mut expected = by_tshark(&self.capture, expression);
        expected.retain(counts);
        let mut selected = self.selected(expression);
        selected.retain(counts);
        (selected, expected)
    }
}

/// In so many captures an expression is compared, those first where it selects something.
const COMPARED: usize = 2;

/// Asserts that all `expressions` select the same, and each of them something.
fn the_same(expressions: &[&str], most: usize) {
    let captures: Vec<PathBuf> = CAPTURES.into_iter().filter_map(capture).collect();
    if captures.len() < CAPTURES.len() {
        return;
    }
    let mut all: Vec<Ingested> = captures.iter().map(|capture| Ingested::new(capture)).collect();
    let mut wrong = Vec::new();
    for expression in expressions {
        // Each capture has its turn to come first.
        all.rotate_left(1);
        let mut order: Vec<&Ingested> = all.iter().collect();
        order.sort_by_key(|ingested| ingested.selected(expression).is_empty());
        let mut found = 0;
        for ingested in order.into_iter().take(COMPARED) {
            let (selected, expected) = ingested.compared(expression, most);
            found += selected.len();
            if selected != expected {
                let name = ingested.capture.file_name().unwrap().display();
                let more: Vec<_> = selected.difference(&expected).take(8).collect();
                let fewer: Vec<_> = expected.difference(&selected).take(8).collect();
                wrong.push(format!("{expression} in {name}: frames {more:?} too many, {fewer:?} are missing"));
            }
        }
        if found == 0 {
            wrong.push(format!("{expression}: selects nothing anywhere"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_test_selects_the_frames_that_tshark_selects() {
    the_same(ONE_TEST, usize::MAX);
}

#[test]
fn tests_together_select_the_frames_of_one_message_that_tshark_selects() {
    the_same(SEVERAL_TESTS, 1);
}

#[test]
fn what_is_documented_as_different_is_different() {
    for (expression, name) in DIFFERENT {
        let Some(path) = capture(name) else { return };
        let (selected, expected) = Ingested::new(&path).compared(expression, 1);
        assert_ne!(selected, expected, "{expression} in {name}");
    }
}

#[test]
fn expressions_that_tshark_refuses_are_refused() {
    let Some(path) = capture("smb2-peter.pcap") else { return };
    for expression in [
        "smb2.cmd &&",
        "(smb2.cmd",
        "smb2.cmd ==",
        "foo.bar == 1",
        "smb2.cmd == foo",
        "smb2.cmd == 70000",
        "smb2.credits.granted == 0x10000",
        "smb2.cmd in {5 6}",
        "smb2.cmd in {5,}",
        "smb2.cmd in {}",
        "smb2.cmd in {5..}",
        "smb2.cmd ~ 5",
        "smb2.cmd matches \"5\"",
        "smb2.cmd contains 5",
        "smb2.filename matches \"[\"",
        "smb2.filename matches \"^file\\d+\"",
        "smb2.filename == \"\\q\"",
        "upper(smb2.cmd) == 5",
        "upper(smb2.filename)",
        "smb2.fid == d7601cc1",
        "smb2.fid contains d7:60",
        "smb2.fid == \"d7601cc1-0000-0000-f4de-19d200000000\"",
        "smb2.time > 100us",
        "smb2.time > 1e-4",
        "smb2.time > \"0.0001\"",
        "frame.time_epoch > 2010-01-01",
        "SMB2.CMD == 5",
        "smb2.cmd EQ 5",
        "smb2.cmd == 5 AND smb2.flags.response == 1",
        "smb2.cmd == 5 == 5",
        "1 < smb2.cmd",
        "smb2.cmd[0] == 5",
        "5 == smb2.cmd",
        "true",
        "smb2.msg_id == 99999999999999999999999",
    ] {
        let output = Command::new("tshark").args(["-n", "-r"]).arg(&path).args(["-Y", expression]).output().unwrap();
        assert!(!output.status.success(), "tshark takes {expression}");
        assert!(Filter::parse(expression, None).is_err(), "{expression} is taken");
    }
}
