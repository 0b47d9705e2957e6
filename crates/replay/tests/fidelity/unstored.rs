//! Recordings whose data of READs and WRITEs was not stored: what is read is judged by its hash, what is written is a
//! pattern, and neither makes a divergence of its own.

use crate::before_state::{Stage, office};
use crate::scene::{Outcome, replay_stored};
use lab::{Program, Recorder, Samba, SambaOptions, Smbclient};
use smb2::Command;
use smbreplay_replay::pattern;
use std::path::Path;
use store::Payload;
use store::runs::{RunRow, Verdict};

const SMALL: &[u8] = b"a few words";

/// More than a setup fills with a pattern where nothing is known.
fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// A Samba that has the files that [`record`] reads.
fn with_files() -> Samba {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    std::fs::write(samba.share_path().join("large.bin"), large()).unwrap();
    std::fs::write(samba.share_path().join("small.txt"), SMALL).unwrap();
    samba
}

fn record(capture: &Path, samba: &Samba, commands: &[&str]) -> u16 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.bin"), large()).unwrap();
    let recorder = Recorder::start(samba.port(), capture).unwrap();
    let done = Smbclient::new(samba).in_folder(folder.path()).run(commands).unwrap();
    assert!(done.failures().is_empty(), "{done:?}");
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    samba.port()
}

/// A recording of reading what was there.
fn record_reading(capture: &Path) -> u16 {
    record(capture, &with_files(), &["get large.bin large", "get small.txt small"])
}

fn replay(samba: Samba, capture: &Path, port: u16, payload: Payload) -> Outcome {
    let outcome = replay_stored(samba, capture, port, 0, payload, |_| {});
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    let left = |row: &RunRow| row.live_request_left.or(row.live_response_left);
    assert_eq!(outcome.rows.iter().find_map(left), None, "the session files have nothing to refer to");
    assert!(outcome.report.warnings.iter().any(|warning| warning.contains("not stored")), "{:?}", outcome.report);
    outcome
}

/// The rows of the READs, or of the WRITEs.
fn of(outcome: &Outcome, command: Command) -> Vec<&RunRow> {
    let is = |row: &&RunRow| {
        let sent = row.live_request.as_deref().and_then(|message| smb2::Header::parse(message).ok());
        sent.is_some_and(|header| header.command == command)
    };
    outcome.rows.iter().filter(is).collect()
}

fn marked(rows: &[&RunRow], mark: &str) -> usize {
    rows.iter().filter(|row| row.marks.iter().any(|found| found == mark)).count()
}

#[test]
fn what_is_read_as_captured_matches_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("read.pcap");
    let port = record_reading(&capture);
    let outcome = replay(with_files(), &capture, port, Payload::Hash);
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
    let reads = of(&outcome, Command::READ);
    assert_eq!(reads.len(), 2);
    assert_eq!((marked(&reads, "partly_captured"), marked(&reads, "pattern_payload")), (0, 0));
}

#[test]
fn changed_contents_are_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("read.pcap");
    let port = record_reading(&capture);
    for (name, size) in [("large.bin", large().len()), ("small.txt", SMALL.len())] {
        let samba = with_files();
        let path = samba.share_path().join(name);
        let mut changed = std::fs::read(&path).unwrap();
        changed[size - 1] ^= 1;
        std::fs::write(path, changed).unwrap();
        let outcome = replay(samba, &capture, port, Payload::Hash);
        let diverged: Vec<&RunRow> = outcome.rows.iter().filter(|row| row.verdict == Verdict::Body).collect();
        assert_eq!(diverged.len(), 1, "{name}: {:#?}", outcome.report.roots);
        assert_eq!(diverged[0].differences[0].field, "data");
        assert_eq!(outcome.report.roots.len(), 1);
    }
}

#[test]
fn without_hashes_only_the_length_of_what_is_read_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("read.pcap");
    let port = record_reading(&capture);
    let samba = with_files();
    std::fs::write(samba.share_path().join("small.txt"), SMALL.to_ascii_uppercase()).unwrap();
    let outcome = replay(samba, &capture, port, Payload::None);
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
    let reads = of(&outcome, Command::READ);
    assert_eq!(marked(&reads, "partly_captured"), reads.len());
}

#[test]
fn what_is_written_is_a_pattern_that_reads_back_without_a_divergence() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("written.pcap");
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let port = record(&capture, &samba, &["put mine.bin a.bin", "rename a.bin b.bin", "get b.bin back"]);
    drop(samba);
    for payload in [Payload::Hash, Payload::None] {
        let outcome = replay(Samba::start(SambaOptions::default()).unwrap(), &capture, port, payload);
        assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
        let written = std::fs::read(outcome.samba.share_path().join("b.bin")).unwrap();
        assert!(written == pattern::contents(0, large().len()));
        let (reads, writes) = (of(&outcome, Command::READ), of(&outcome, Command::WRITE));
        assert_eq!(marked(&writes, "pattern_payload"), writes.len());
        assert_eq!(marked(&reads, "partly_captured"), reads.len());
    }
}

#[test]
fn what_a_setup_puts_in_the_place_of_contents_reads_back_without_a_divergence() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("read.pcap");
    record_reading(&capture);
    for capture in [capture, office()] {
        let stage = Stage::stored(&capture, Payload::Hash);
        let set_up = stage.set_up();
        assert!(set_up.success && set_up.warnings.iter().any(|told| told.contains("not stored")), "{set_up:?}");
        let report = stage.replay();
        assert_eq!(report.matched + report.not_compared, report.total_operations, "{:#?}", report.roots);
    }
}

#[test]
fn nothing_waits_for_a_pipe_that_could_not_be_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let capture = folder.path().join("rpc.pcap");
    let recorder = Recorder::start(samba.port(), &capture).unwrap();
    let asked = std::process::Command::new(Program::Rpcclient.find().unwrap())
        .args(["--configfile=/dev/null", "127.0.0.1", "-p", &samba.port().to_string()])
        .args(["-U", &format!("{}%{}", samba.username(), samba.password())])
        .args(["-c", "lsaquery; enumdomusers; srvinfo; netshareenumall"])
        .output()
        .unwrap();
    assert!(asked.status.success(), "{asked:?}");
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    let port = samba.port();
    let outcome = replay(samba, &capture, port, Payload::Hash);
    assert_eq!((outcome.report.no_response, outcome.report.roots.len()), (0, 0), "{:#?}", outcome.report);
}
