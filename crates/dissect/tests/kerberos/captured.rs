//! A capture of others, and the keytab that came with it.
//!
//! They are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

use capture::Trace;
use smb2::HeaderFlags;
use smbreplay_dissect::{Dissector, Operation, Secrets, SignatureState};
use std::path::PathBuf;

/// What the capture says with a keytab that `change` has been made to; `None` when it is not there.
fn read(change: impl FnOnce(&mut Vec<u8>)) -> Option<(Vec<Operation>, Dissector)> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let [path, keytab] = ["smb2_krb.pcap", "smb2_krb.keytab"].map(|name| folder.join(name));
    if !path.is_file() || !keytab.is_file() {
        eprintln!("NOT RUN: no {}; name the folder of the captures in SMBREPLAY_CORPUS", path.display());
        return None;
    }
    let mut keytab = std::fs::read(keytab).unwrap();
    change(&mut keytab);
    let mut secrets = Secrets::default();
    secrets.add_keytab(&keytab).unwrap();
    let mut dissector = Dissector::with_secrets(secrets);
    let mut trace = Trace::open(&path).unwrap();
    let mut rows = Vec::new();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
        rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    }
    dissector.finish();
    rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
    Some((rows, dissector))
}

/// What is said of the signatures of rows with a signed message.
fn signatures(rows: &[Operation]) -> Vec<SignatureState> {
    let is_signed = |flags: Option<u32>| flags.is_some_and(|flags| flags & HeaderFlags::SIGNED != 0);
    let signed = rows.iter().filter(|row| is_signed(row.request_flags) || is_signed(row.response_flags));
    signed.filter_map(|row| row.signature_state).collect()
}

#[test]
fn the_keytab_leads_to_the_key_that_signed_the_logon() {
    let Some((rows, dissector)) = read(|_| {}) else { return };
    let signatures = signatures(&rows);
    assert!(!signatures.is_empty() && signatures.iter().all(|state| *state == SignatureState::Ok), "{signatures:?}");
    let [session] = &dissector.sessions()[..] else { panic!("one session") };
    assert!(session.user.is_some());
    assert_eq!(session.domain.as_deref(), Some("DS.SUSQ.COM"));
    assert_eq!(session.service.as_deref(), Some("cifs/phxlabbal821.techlab.susq.com@DS.SUSQ.COM"));
    let counters = dissector.counters();
    assert_eq!((counters.tickets_refused, counters.session_keys_refused), (0, 0));
}

#[test]
fn a_keytab_with_another_key_is_a_counted_problem() {
    let changed = |keytab: &mut Vec<u8>| {
        let key = keytab.len() - 36;
        keytab[key] ^= 1;
    };
    let Some((rows, dissector)) = read(changed) else { return };
    let signatures = signatures(&rows);
    assert!(!signatures.is_empty() && signatures.iter().all(|state| *state == SignatureState::Unverified));
    assert_eq!(dissector.counters().tickets_refused, 1);
    let [session] = &dissector.sessions()[..] else { panic!("one session") };
    assert_eq!(session.user, None);
    assert!(session.service.is_some());
}
