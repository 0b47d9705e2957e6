//! Captures of encrypted sessions, opened with what a user may know of them.
//!
//! The captures are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

use capture::Trace;
use smb2::HeaderFlags;
use smbreplay_dissect::{Dissector, Kind, Operation, Secrets, SignatureState};
use std::path::PathBuf;

const SMB3_KEY: &str = "3d00009400480000=28f2847263c83dc00621f742dd3f2e7b";
const SMB311_KEY: &str = "0x281cac000069=b25a135fc3dc14269f20d7cbc8716b6b";
const SMB3_DIRECTIONS: &str = "3d00009400480000=6c9062802e06b81b06eff6989d166228,81f0762857c4b01cc3e12eff0d184362";

/// The rows of a capture in request order; `None` when it is not there.
fn read(capture: &str, secrets: Secrets) -> Option<(Vec<Operation>, Dissector)> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(capture);
    if !path.is_file() {
        eprintln!("NOT RUN: no {}; name the folder of the captures in SMBREPLAY_CORPUS", path.display());
        return None;
    }
    let mut dissector = Dissector::with_secrets(secrets);
    let mut rows = Vec::new();
    let mut trace = Trace::open(&path).unwrap();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
        rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    }
    dissector.finish();
    rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    rows.sort_by_key(|row| row.op);
    Some((rows, dissector))
}

fn with(add: fn(&mut Secrets, &str) -> Result<(), smbreplay_dissect::SecretError>, text: &str) -> Secrets {
    let mut secrets = Secrets::default();
    add(&mut secrets, text).unwrap();
    secrets
}

fn commands(rows: &[Operation]) -> Vec<String> {
    let said = |row: &Operation| format!("{:?} {:?} {:?} {:?}", row.command, row.message_id, row.status, row.path);
    rows.iter().filter(|row| row.command.is_some()).map(said).collect()
}

fn signed(row: &Operation) -> bool {
    let signed = |flags: Option<u32>| flags.is_some_and(|flags| flags & HeaderFlags::SIGNED != 0);
    signed(row.request_flags) || signed(row.response_flags)
}

#[test]
fn session_keys_open_every_message_and_verify_every_signature() {
    for (capture, key, dialect) in [("smb3.pcap", SMB3_KEY, 0x0300), ("smb311.pcap", SMB311_KEY, 0x0311)] {
        let Some((rows, dissector)) = read(capture, with(Secrets::add_session_key, key)) else { return };
        let counters = dissector.counters();
        assert!(counters.decrypted_pdus > 10, "{capture}: {counters:?}");
        assert_eq!((counters.encrypted_pdus, counters.decryption_failures), (0, 0), "{capture}");
        assert_eq!((counters.session_keys_refused, counters.malformed_messages), (0, 0), "{capture}");
        assert!(rows.iter().all(|row| row.kind != Kind::Encrypted), "{capture}");
        assert!(rows.iter().any(|row| row.encrypted && row.path.is_some()), "{capture}");
        let states: Vec<_> =
            rows.iter().filter(|row| signed(row)).map(|row| (row.op, row.signature_state.unwrap())).collect();
        assert!(!states.is_empty(), "{capture}");
        assert!(states.iter().all(|(_, state)| *state == SignatureState::Ok), "{capture}: {states:?}");
        assert_eq!(dissector.connections()[0].dialect, Some(dialect));
        let session = &dissector.sessions()[0];
        assert!(session.encrypted && session.decrypted, "{capture}");
        assert_eq!((&session.missing_key, &session.not_replayable), (&None, &Vec::new()), "{capture}");
    }
}

#[test]
fn direction_keys_open_a_capture_that_begins_in_mid_stream() {
    let Some((whole, _)) = read("smb3.pcap", with(Secrets::add_session_key, SMB3_KEY)) else { return };
    for secrets in [
        with(Secrets::add_decryption_keys, SMB3_DIRECTIONS),
        with(Secrets::add_session_key, SMB3_KEY),
        with(
            Secrets::add_seskey_list,
            "3d00009400480000,\"\",\"6c9062802e06b81b06eff6989d166228\",\"81f0762857c4b01cc3e12eff0d184362\"",
        ),
    ] {
        let (rows, dissector) = read("smb3-midstream.pcap", secrets).unwrap();
        let counters = dissector.counters();
        assert!(counters.decrypted_pdus > 10 && counters.decryption_failures == 0, "{counters:?}");
        assert_eq!(counters.encrypted_pdus, 0);
        let (rows, whole) = (commands(&rows), commands(&whole));
        assert_eq!(rows, whole[whole.len() - rows.len()..]);
        assert!(rows.len() + 4 >= whole.len(), "{} of {}", rows.len(), whole.len());
    }
}

#[test]
fn a_wrong_key_leaves_rows_encrypted_and_is_counted() {
    let wrong_session = "3d00009400480000=00000000000000000000000000000000";
    let wrong_directions = "3d00009400480000=00000000000000000000000000000000,00000000000000000000000000000000";
    let Some((without, dissector)) = read("smb3.pcap", Secrets::default()) else { return };
    let locked = dissector.counters().encrypted_pdus;
    assert_eq!(
        dissector.sessions()[0].missing_key.as_deref(),
        Some("session key, or NT password or hash of user SUSE\\administrator")
    );
    for secrets in [with(Secrets::add_session_key, wrong_session), with(Secrets::add_decryption_keys, wrong_directions)]
    {
        let (rows, dissector) = read("smb3.pcap", secrets).unwrap();
        let counters = dissector.counters();
        assert_eq!((counters.decryption_failures, counters.encrypted_pdus, counters.decrypted_pdus), (locked, 0, 0));
        assert_eq!(commands(&rows), commands(&without));
        assert_eq!(rows.iter().filter(|row| row.kind == Kind::Encrypted).count() as u64, locked);
        assert!(rows.iter().all(|row| row.signature_state != Some(SignatureState::Ok)));
        assert!(rows.iter().all(|row| row.signature_state != Some(SignatureState::Bad)), "the key is wrong, not they");
        let session = &dissector.sessions()[0];
        assert!(session.encrypted && !session.decrypted && session.missing_key.is_some());
    }
}

#[test]
fn a_key_of_another_session_is_no_key() {
    let Some((rows, dissector)) = read("smb3.pcap", with(Secrets::add_session_key, SMB311_KEY)) else { return };
    let counters = dissector.counters();
    assert!(counters.encrypted_pdus > 10);
    assert_eq!((counters.decryption_failures, counters.decrypted_pdus), (0, 0));
    assert!(rows.iter().any(|row| row.kind == Kind::Encrypted));
}
