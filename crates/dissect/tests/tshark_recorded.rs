//! Recordings of smbtorture suites, made here on a private Samba, message by message against what tshark says of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]
#![cfg(unix)]

#[path = "tshark/columns.rs"]
mod columns;
#[path = "tshark/comparison.rs"]
mod comparison;
#[path = "tshark/rules.rs"]
mod rules;

use columns::{COLUMNS, Frames};
use comparison::{Difference, differences, expected, frames, operations};
use lab::{Recorder, Samba, SambaOptions, Smbtorture, Tshark};
use smbreplay_dissect::{Counters, Secrets};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Recordings made before the suite's failure to end is taken for the last word.
const ATTEMPTS: usize = 3;

/// Records `tests` on a fresh Samba and compares at least `messages` messages with what tshark says of them.
///
/// Some tests wait for what a loaded machine does too late, a first notification for one. What was recorded until then is
/// compared all the same, and where it is less than `messages` they are recorded again.
fn record_and_compare(tests: &[impl AsRef<str>], messages: u64) -> Counters {
    let tests: Vec<_> = tests.iter().map(AsRef::as_ref).collect();
    let mut output = String::new();
    for _ in 0..ATTEMPTS {
        let folder = tempfile::tempdir().unwrap();
        let capture = folder.path().join("suite.pcap");
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        let suite = Smbtorture::new(&samba).limit(Duration::from_secs(90)).run(&tests).unwrap();
        let recorded = recorder.finish().unwrap();
        assert_eq!(recorded.dropped, 0, "the recording has drops and proves nothing");
        let counters = compare(&capture, &samba);
        if counters.messages >= messages {
            return counters;
        }
        eprintln!("only {} messages, ended: {}: {}", counters.messages, suite.finished, suite.output);
        output = suite.output;
    }
    panic!("fewer than {messages} messages in each of {ATTEMPTS} recordings, the last:\n{output}");
}

/// Every value of every frame of a recording: ours is tshark's, or one of the rules tells why not and what tshark says.
fn compare(capture: &Path, samba: &Samba) -> Counters {
    let mut secrets = Secrets::default();
    secrets.add_nt_password(&format!("{}={}", samba.username(), samba.password())).unwrap();
    let (rows, dissector) = operations(capture, secrets);
    let ours = Frames::of(&rows);
    let tshark = Tshark { capture, port: samba.port(), password: samba.password() };
    let theirs = expected(&tshark.fields(&COLUMNS).unwrap());
    let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
    let unexplained = |found: &Difference| {
        let (ruled, reasons) = rules::ruled(ours.messages(found.frame), found.column);
        reasons.into_iter().for_each(|reason| *accepted.entry(reason).or_default() += 1);
        ruled != found.theirs
    };
    let wrong: Vec<_> = differences(&ours, &theirs).into_iter().filter(unexplained).collect();
    let compared = frames(&ours, &theirs).len() * COLUMNS.len();
    eprintln!("{}: {compared} values compared, differences accepted: {accepted:#?}", capture.display());
    let first: Vec<_> = wrong.iter().take(20).map(Difference::to_string).collect();
    assert!(wrong.is_empty(), "{} differences, the first:\n{}", wrong.len(), first.join("\n"));
    dissector.counters()
}

#[test]
fn opens_and_their_contexts_are_what_tshark_says() {
    const CREATE: [&str; 9] = [
        "smb2.create.gentest",
        "smb2.create.blob",
        "smb2.create.open",
        "smb2.create.multi",
        "smb2.create.delete",
        "smb2.create.leading-slash",
        "smb2.create.aclfile",
        "smb2.create.mkdir-dup",
        "smb2.create.quota-fake-file",
    ];
    record_and_compare(&[&["smb2.connect", "smb2.fileid", "smb2.delete-on-close-perms"], &CREATE[..]].concat(), 4000);
}

#[test]
fn share_modes_and_access_rights_are_what_tshark_says() {
    record_and_compare(&["smb2.sharemode", "smb2.deny", "smb2.acls"], 10_000);
}

#[test]
fn folders_streams_and_information_are_what_tshark_says() {
    const TESTS: [&str; 11] = [
        "smb2.dir.find",
        "smb2.dir.fixed",
        "smb2.dir.one",
        "smb2.dir.modify",
        "smb2.dir.file-index",
        "smb2.getinfo",
        "smb2.setinfo",
        "smb2.streams",
        "smb2.charset",
        "smb2.mkdir",
        "smb2.rename",
    ];
    record_and_compare(&TESTS, 4000);
}

#[test]
fn reads_writes_locks_and_ioctls_are_what_tshark_says() {
    record_and_compare(&["smb2.rw", "smb2.read", "smb2.lock", "smb2.ioctl", "smb2.credits"], 15_000);
}

#[test]
fn chains_are_what_tshark_says() {
    record_and_compare(&["smb2.compound", "smb2.compound_async", "smb2.compound_find.compound_find_related"], 400);
}

#[test]
fn notifications_and_cancels_are_what_tshark_says() {
    // `basedir` is left out: on a loaded machine it may wait for ever.
    const NAMES: [&str; 18] = [
        "valid-req",
        "tcon",
        "dir",
        "tdis",
        "tdis1",
        "mask-change",
        "close",
        "logoff",
        "session-reconnect",
        "double",
        "file",
        "tcp",
        "rec",
        "overflow",
        "rmdir1",
        "rmdir2",
        "rmdir3",
        "rmdir4",
    ];
    record_and_compare(&of_suite("smb2.notify", &NAMES), 1000);
}

#[test]
fn oplock_breaks_are_what_tshark_says() {
    const NAMES: [&str; 12] = [
        "exclusive3",
        "exclusive4",
        "exclusive5",
        "exclusive9",
        "batch3",
        "batch4",
        "batch7",
        "batch13",
        "batch25",
        "doc",
        "brl2",
        "levelii502",
    ];
    record_and_compare(&of_suite("smb2.oplock", &NAMES), 400);
}

#[test]
fn lease_breaks_are_what_tshark_says() {
    const NAMES: [&str; 15] = [
        "request",
        "statopen2",
        "statopen3",
        "upgrade",
        "upgrade2",
        "upgrade3",
        "breaking1",
        "breaking2",
        "v2_request_parent",
        "v2_request",
        "v2_epoch1",
        "v2_complex2",
        "rename_wait",
        "duplicate_create",
        "duplicate_open",
    ];
    record_and_compare(&of_suite("smb2.lease", &NAMES), 500);
}

#[test]
fn durable_opens_and_replays_are_what_tshark_says() {
    const REPLAY: [&str; 5] =
        ["replay-commands", "replay-regular", "replay-dhv2-oplock1", "channel-sequence", "replay4"];
    let replay = of_suite("smb2.replay", &REPLAY);
    let mut tests = vec!["smb2.durable-open", "smb2.durable-v2-open"];
    tests.extend(replay.iter().map(String::as_str));
    record_and_compare(&tests, 3000);
}

#[test]
fn sessions_channels_and_what_they_encrypt_are_what_tshark_says() {
    let counters = record_and_compare(&["smb2.session", "smb2.tcon", "smb2.multichannel.generic"], 2000);
    assert!(counters.decrypted_pdus > 400, "{counters:?}");
}

/// The tests of one suite.
fn of_suite(suite: &str, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{suite}.{name}")).collect()
}
