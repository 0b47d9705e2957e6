//! A file of several megabytes, written and read back: its data stays in the session files until it is sent.

use crate::scene::replay_with;
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use std::num::NonZeroU32;
use std::path::Path;

/// Bytes that are not the same anywhere.
fn contents() -> Vec<u8> {
    (0..3_000_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn record(capture: &Path) -> u16 {
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

#[test]
fn clones_each_send_what_is_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("large.pcap");
    let port = record(&capture);
    let outcome = replay_with(&capture, port, SambaOptions::default(), 0, |options| {
        options.clones = NonZeroU32::new(3).unwrap();
    });
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
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
