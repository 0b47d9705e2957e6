//! Sessions of other forms: bound to several connections, reauthenticated, in chains, of guests and of nobody.

use crate::recording::{Ingested, PASSWORD, Recorded, password};
use lab::{Samba, SambaOptions, Smbclient, Smbtorture};
use smbreplay_dissect::{Kind, Operation, SignatureState};

fn torture(options: SambaOptions, suites: &[&str]) -> Ingested {
    let recorded = Recorded::of(options, |samba, _| {
        let suite = Smbtorture::new(samba).run(suites).unwrap();
        assert!(suite.finished && !suite.passed.is_empty(), "{}", suite.output);
    });
    recorded.ingest(password(PASSWORD))
}

/// The rows that were not opened, or whose signature is not known to be right.
fn doubtful(rows: &[Operation]) -> Vec<String> {
    let doubtful = |row: &&Operation| {
        row.kind == Kind::Encrypted
            || matches!(row.signature_state, Some(SignatureState::Bad | SignatureState::Unverified))
    };
    let said = |row: &Operation| format!("{} {:?} {:x?} {:?}", row.op, row.command, row.status, row.signature_state);
    rows.iter().filter(doubtful).map(said).collect()
}

#[test]
fn every_channel_and_reauthentication_of_smbtorture_verifies_by_the_password() {
    let Ingested { rows, dissector } = torture(SambaOptions::default(), &["smb2.session"]);
    assert_eq!(doubtful(&rows), [""; 0]);
    let counters = dissector.counters();
    assert!(counters.decrypted_pdus > 400, "{counters:?}");
    assert_eq!((counters.encrypted_pdus, counters.decryption_failures, counters.session_keys_refused), (0, 0, 0));
    let detail = |row: &&Operation, text: &str| row.detail.as_deref().is_some_and(|detail| detail.contains(text));
    assert!(rows.iter().filter(|row| detail(row, "bind")).count() > 80);
    assert!(rows.iter().filter(|row| row.signature_state == Some(SignatureState::Ok)).count() > 400);
    assert!(dissector.sessions().iter().any(|session| session.connections.len() > 2), "bound to several");
}

#[test]
fn chains_inside_a_transform_are_taken_apart() {
    let options = SambaOptions { encryption_required: true, ..SambaOptions::default() };
    let suites = ["related1", "related4", "unrelated1", "compound-padding", "interim1", "interim2"];
    let suites = suites.map(|test| format!("smb2.compound.{test}"));
    let Ingested { rows, dissector } = torture(options, &suites.each_ref().map(String::as_str));
    assert_eq!(doubtful(&rows), [""; 0]);
    assert_eq!((dissector.counters().encrypted_pdus, dissector.counters().decryption_failures), (0, 0));
    let chained = |row: &&Operation| row.encrypted && row.compound_index.is_some_and(|index| index > 0);
    assert!(rows.iter().filter(chained).count() > 5);
    assert!(rows.iter().filter(chained).any(|row| row.related && row.path.is_some()));
}

/// What a list of shares by `user` shows of its session.
fn list_of_shares(options: SambaOptions, user: &str, secret: &str) -> (Ingested, String) {
    let list =
        |samba: &Samba| Smbclient::at(samba.port(), samba.share(), user, "").list_shares().unwrap().output().unwrap();
    let recorded = Recorded::of(options, |samba, _| assert!(list(samba).status.success()));
    let ingested = recorded.ingest(password(secret));
    let mechanism = ingested.dissector.sessions()[0].mechanism.clone().unwrap();
    (ingested, mechanism)
}

#[test]
fn guests_and_nobody_have_no_key_and_miss_none() {
    let guests = SambaOptions { global: vec!["map to guest = bad user".to_owned()], ..SambaOptions::default() };
    for (options, user, expected) in [(SambaOptions::default(), "", "anonymous"), (guests, "stranger", "guest")] {
        let (Ingested { rows, dissector }, mechanism) = list_of_shares(options, user, "stranger=");
        assert_eq!(mechanism, expected);
        assert_eq!(doubtful(&rows), [""; 0], "{expected}");
        assert_eq!(dissector.counters().session_keys_refused, 0, "{expected}");
        let session = &dissector.sessions()[0];
        assert_eq!((&session.missing_key, session.encrypted), (&None, false), "{expected}");
    }
}
