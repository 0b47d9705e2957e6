//! A file of several megabytes, written and read back: its data stays in the session files until it is sent.

use crate::scene::replay_with;
use bytes::Bytes;
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use smb2::message::{ReadRequest, ReadResponse, WriteRequest};
use smb2::{Command, Header};
use std::num::NonZeroU32;
use std::path::Path;
use store::runs::RunRow;

/// Bytes that are not the same anywhere.
fn contents() -> Vec<u8> {
    (0..3_000_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// Records how a large file is written, read and written again; the port of the server.
pub(crate) fn record(capture: &Path) -> u16 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("large.bin"), contents()).unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let recorder = Recorder::start(samba.port(), capture).unwrap();
    let commands = ["put large.bin large.bin", "get large.bin back.bin", "put large.bin again.bin"];
    let done = Smbclient::new(&samba).in_folder(folder.path()).run(&commands).unwrap();
    assert!(done.failures().is_empty(), "{done:?}");
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    samba.port()
}

#[test]
fn what_is_not_held_in_memory_reaches_the_server_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    let outcome = replay_with(&capture, port, SambaOptions::default(), 0, |_| {});
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
    for name in ["large.bin", "again.bin"] {
        assert!(std::fs::read(outcome.samba.share_path().join(name)).unwrap() == contents(), "{name}");
    }
}

/// The data of the large READs or WRITEs of `rows`, by offset in the file; each has been sent as often as `times`.
fn data(rows: &[RunRow], of: impl Fn(&RunRow) -> Option<(u64, Vec<u8>)>, times: usize) -> Vec<u8> {
    let mut parts: Vec<(u64, Vec<u8>)> = rows.iter().filter_map(of).collect();
    parts.sort();
    let whole = parts.len() / times;
    parts.dedup();
    assert_eq!(parts.len(), whole, "each part comes as often, with the same bytes");
    parts.into_iter().flat_map(|(_, data)| data).collect()
}

fn written(row: &RunRow) -> Option<(u64, Vec<u8>)> {
    let message = row.live_request.as_deref()?;
    Header::parse(message).ok().filter(|header| header.command == Command::WRITE)?;
    let view = WriteRequest::parse(message).ok()?;
    Some((view.offset(), view.data().unwrap().to_vec()))
}

fn read(row: &RunRow) -> Option<(u64, Vec<u8>)> {
    let request = row.live_request.as_deref()?;
    Header::parse(request).ok().filter(|header| header.command == Command::READ)?;
    let answer = row.live_response.as_deref().filter(|_| row.live_status == Some(0))?;
    let view = ReadResponse::parse(answer).ok()?;
    Some((ReadRequest::parse(request).ok()?.offset(), view.data().unwrap().to_vec()))
}

#[test]
fn a_run_leaves_large_data_in_the_session_file_and_has_it_whole_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    let outcome = replay_with(&capture, port, SambaOptions::default(), 0, |_| {});
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    let bytes = |message: &Option<Bytes>| message.as_ref().map_or(0, Bytes::len);
    let recorded: usize = outcome.rows.iter().map(|row| bytes(&row.live_request) + bytes(&row.live_response)).sum();
    assert!(recorded < 200_000, "{recorded}");
    let whole = outcome.whole_rows();
    assert!(data(&whole, written, 2) == contents());
    assert!(data(&whole, read, 1) == contents());
}

#[test]
fn clones_each_send_what_is_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    let outcome = replay_with(&capture, port, SambaOptions::default(), 0, |options| {
        options.clones = NonZeroU32::new(3).unwrap();
    });
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
    let whole = outcome.whole_rows();
    assert!(data(&whole, written, 6) == contents());
    assert!(data(&whole, read, 3) == contents());
    let root = outcome.samba.share_path().join(format!("smbreplay-{}", outcome.report.run));
    for clone in 0..3 {
        assert!(std::fs::read(root.join(format!("clone-{clone}/again.bin"))).unwrap() == contents(), "{clone}");
    }
}

#[test]
fn a_server_with_lower_limits_refuses_and_the_reason_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    let limits = ["smb2 max read = 65536", "smb2 max write = 65536", "smb2 max trans = 65536"].map(str::to_owned);
    let samba = SambaOptions { global: limits.into(), ..SambaOptions::default() };
    let outcome = replay_with(&capture, port, samba, 0, |_| {});
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    let told = |what: &str| {
        let reasons = outcome.rows.iter().filter_map(|row| row.detail.as_deref());
        reasons.filter(|reason| reason.ends_with(what)).count()
    };
    assert!(
        told("the live MaxWriteSize is 65536") > 0 && told("the live MaxReadSize is 65536") > 0,
        "{:?}",
        outcome.report
    );
}
