//! Which secrets open a recording, and what is said when they do not.

use crate::protection::{Dialect, Protection};
use crate::recording::{Ingested, PASSWORD, Recorded, password};
use bytes::Bytes;
use capture::{Event, Hole, Pdu};
use smb2::auth::ntlm::{Message as Ntlm, NtHash, session_key_from_capture};
use smb2::auth::spnego;
use smb2::crypto::{Cipher, KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm};
use smb2::message::{SessionSetupRequest, SessionSetupResponse};
use smb2::{Command, HeaderFlags};
use smbreplay_dissect::{Kind, Operation, Secrets, SignatureState};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Events of the script, encrypted with the cipher that has the longest keys.
static ENCRYPTED: LazyLock<Vec<Event>> =
    LazyLock::new(|| Recorded::script(Protection::Encrypted(Cipher::Aes256Gcm), Dialect::Smb311).events());
/// Events of the script, signed.
static SIGNED: LazyLock<Vec<Event>> =
    LazyLock::new(|| Recorded::script(Protection::Signed(SigningAlgorithm::AesGmac), Dialect::Smb311).events());
/// MD4 of "testpass" in UTF-16LE.
const NT_HASH: &str = "35ccba9168b1d5ca6093b4b7d56c619b";
const SESSION_KEY_OR_PASSWORD: &str = "session key, or NT password or hash of user WORKGROUP\\testuser";

fn ingest(events: &[Event], secrets: Secrets) -> Ingested {
    Ingested::of(events.iter().cloned(), secrets)
}

fn secrets(add: impl FnOnce(&mut Secrets)) -> Secrets {
    let mut secrets = Secrets::default();
    add(&mut secrets);
    secrets
}

fn locked(rows: &[Operation]) -> usize {
    rows.iter().filter(|row| row.kind == Kind::Encrypted).count()
}

/// What the rows say, session by session.
fn said(rows: &[Operation]) -> Vec<String> {
    let said = |row: &Operation| format!("{:?} {:?} {:?} {:?}", row.command, row.message_id, row.status, row.path);
    rows.iter().filter(|row| row.command.is_some()).map(said).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The full session key and the keys of the first session, worked out beside the dissector.
fn keys_of_first_session(ingested: &Ingested) -> (u64, [u8; 16], SessionKeys) {
    let connection = &ingested.dissector.connections()[0];
    let mut preauth = PreauthHash::new();
    preauth.update(connection.negotiate_request.as_deref().unwrap());
    preauth.update(connection.negotiate_response.as_deref().unwrap());
    let logon: Vec<_> =
        ingested.rows.iter().filter(|row| row.command == Some(Command::SESSION_SETUP)).take(2).collect();
    let [first, last] = logon[..] else { panic!("a logon of two legs") };
    let [request, response] = [&first.request, &first.response].map(|bytes| bytes.as_deref().unwrap());
    let last_request = last.request.as_deref().unwrap();
    [request, response, last_request].into_iter().for_each(|message| preauth.update(message));
    let challenge = SessionSetupResponse::parse(response).unwrap().security_buffer().unwrap();
    let authenticate = SessionSetupRequest::parse(last_request).unwrap().security_buffer().unwrap();
    let token = |buffer| Ntlm::parse(spnego::find_ntlm(buffer).unwrap()).unwrap();
    let (Ntlm::Challenge(challenge), Ntlm::Authenticate(authenticate)) = (token(challenge), token(authenticate)) else {
        panic!("NTLM")
    };
    let key = session_key_from_capture(&NtHash::from_password("testpass"), challenge, authenticate).unwrap();
    let keys = SessionKeys::derive(
        KeyDerivation::Smb311 { preauth: &preauth },
        SigningAlgorithm::AesGmac,
        Some(Cipher::Aes256Gcm),
        &key,
    );
    (last.session_id.unwrap(), key, keys)
}

#[test]
fn a_wrong_password_leaves_rows_encrypted_and_says_so() {
    let Ingested { rows, dissector } = ingest(&ENCRYPTED, password("testuser=wrong"));
    let counters = dissector.counters();
    assert_eq!((counters.decrypted_pdus, counters.decryption_failures, counters.malformed_messages), (0, 0, 0));
    assert!(counters.encrypted_pdus > 200);
    assert_eq!(locked(&rows) as u64, counters.encrypted_pdus);
    assert!(rows.iter().all(|row| row.kind != Kind::Encrypted || row.command.is_none() && row.malformed.is_none()));
    for session in dissector.sessions() {
        let missing = session.missing_key.unwrap();
        assert!(missing.contains("the right NT password or hash of user WORKGROUP\\testuser"), "{missing}");
        assert!(session.encrypted && !session.decrypted && !session.not_replayable.is_empty());
    }
}

#[test]
fn a_wrong_password_verifies_no_signature_and_calls_none_bad() {
    let Ingested { rows, dissector } = ingest(&SIGNED, password("testuser=wrong"));
    let states = |state| rows.iter().filter(|row| row.signature_state == Some(state)).count();
    assert_eq!((states(SignatureState::Ok), states(SignatureState::Bad)), (0, 0));
    assert!(states(SignatureState::Unverified) > 100);
    assert!(dissector.sessions().iter().all(|session| session.missing_key.is_none()), "all can be read");
}

#[test]
fn a_user_may_be_named_with_domain_or_realm_in_any_case() {
    for account in
        ["TESTUSER", "WORKGROUP\\testuser", "workgroup\\TestUser", "testuser@WORKGROUP", "testuser@workgroup.lan"]
    {
        let Ingested { rows, .. } = ingest(&ENCRYPTED, password(&format!("{account}=testpass")));
        assert_eq!(locked(&rows), 0, "{account}");
    }
    for account in ["ELSEWHERE\\testuser", "testuser@elsewhere", "another"] {
        let Ingested { rows, dissector } = ingest(&ENCRYPTED, password(&format!("{account}=testpass")));
        assert!(locked(&rows) > 200, "{account}");
        assert_eq!(dissector.sessions()[0].missing_key.as_deref(), Some(SESSION_KEY_OR_PASSWORD), "{account}");
    }
}

#[test]
fn the_hash_of_a_password_is_as_good_as_the_password() {
    let by_hash = ingest(&ENCRYPTED, secrets(|secrets| secrets.add_nt_hash(&format!("testuser={NT_HASH}")).unwrap()));
    assert_eq!(locked(&by_hash.rows), 0);
    assert_eq!(said(&by_hash.rows), said(&ingest(&ENCRYPTED, password(PASSWORD)).rows));
}

#[test]
fn a_session_key_opens_its_session_and_no_other() {
    let whole = ingest(&ENCRYPTED, password(PASSWORD));
    let (session_id, key, _) = keys_of_first_session(&whole);
    let text = format!("{session_id:#x}={}", hex(&key));
    let Ingested { rows, dissector } = ingest(&ENCRYPTED, secrets(|secrets| secrets.add_session_key(&text).unwrap()));
    let [first, second] = &dissector.sessions()[..] else { panic!("two sessions") };
    assert_eq!((first.missing_key.as_deref(), second.missing_key.as_deref()), (None, Some(SESSION_KEY_OR_PASSWORD)));
    assert!(rows.iter().all(|row| (row.kind == Kind::Encrypted) == (row.session == Some(1) && row.encrypted)));
    assert_eq!(dissector.counters().session_keys_refused, 0);
}

#[test]
fn a_wrong_session_key_is_refused_and_the_password_still_helps() {
    let (session_id, ..) = keys_of_first_session(&ingest(&ENCRYPTED, password(PASSWORD)));
    let wrong = format!("{session_id:#x}={}", "00".repeat(16));
    let Ingested { dissector, .. } = ingest(&ENCRYPTED, secrets(|secrets| secrets.add_session_key(&wrong).unwrap()));
    assert_eq!(dissector.counters().session_keys_refused, 1);
    let missing = dissector.sessions()[0].missing_key.clone().unwrap();
    assert!(
        missing.starts_with("the right session key (the one given does not fit the logon), or NT pass"),
        "{missing}"
    );

    let both = secrets(|secrets| {
        secrets.add_session_key(&wrong).unwrap();
        secrets.add_nt_password(PASSWORD).unwrap();
    });
    let Ingested { rows, dissector } = ingest(&ENCRYPTED, both);
    assert_eq!((locked(&rows), dissector.counters().session_keys_refused), (0, 0));
}

#[test]
fn keys_of_both_directions_open_what_begins_after_the_logon() {
    let whole = ingest(&ENCRYPTED, password(PASSWORD));
    let (session_id, _, keys) = keys_of_first_session(&whole);
    let [to_server, to_client] = [keys.encryption, keys.decryption].map(|key| hex(key.unwrap().expose()));
    assert_eq!(to_server.len(), 64);
    let logon = |event: &&Event| matches!(event, Event::Pdu(pdu) if pdu.connection == 0 && pdu.body[0] == 0xfe);
    let events: Vec<_> = ENCRYPTED.iter().filter(|event| !logon(event)).cloned().collect();
    let first = |rows: Vec<Operation>| rows.into_iter().filter(|row| row.connection == 0).collect::<Vec<_>>();

    let given = format!("{session_id:#x}={to_client},{to_server}");
    let opened = ingest(&events, secrets(|secrets| secrets.add_decryption_keys(&given).unwrap()));
    let session = &opened.dissector.sessions()[0];
    assert_eq!((session.missing_key.as_deref(), session.decrypted), (None, true));
    let (opened, whole) = (said(&first(opened.rows)), said(&first(whole.rows)));
    assert_eq!(opened[..], whole[3..], "all but NEGOTIATE and two SESSION_SETUPs");

    let swapped = format!("{session_id:#x}={to_server},{to_client}");
    let Ingested { rows, dissector } =
        ingest(&events, secrets(|secrets| secrets.add_decryption_keys(&swapped).unwrap()));
    assert!(first(rows).iter().all(|row| row.command.is_none()));
    assert_eq!(
        dissector.sessions()[0].missing_key.as_deref(),
        Some("decryption keys of both directions (those known do not fit)")
    );
    let none = ingest(&events, Secrets::default()).dissector.sessions()[0].missing_key.clone();
    assert_eq!(none.as_deref(), Some("decryption keys of both directions (the logon was not captured)"));
}

/// The `nth` PDU that `is_wanted`, changed.
fn changed(events: &[Event], nth: usize, is_wanted: fn(&Pdu) -> bool, change: impl Fn(&mut Pdu)) -> Vec<Event> {
    let mut events = events.to_vec();
    let mut wanted = events.iter_mut().filter_map(|event| match event {
        Event::Pdu(pdu) if is_wanted(pdu) => Some(pdu),
        _ => None,
    });
    change(wanted.nth(nth).unwrap());
    events
}

fn flip_last_byte(pdu: &mut Pdu) {
    let mut body = pdu.body.to_vec();
    *body.last_mut().unwrap() ^= 1;
    pdu.body = Bytes::from(body);
}

#[test]
fn one_changed_byte_makes_one_signature_bad() {
    let signed = |pdu: &Pdu| u32::from(pdu.body[16]) & HeaderFlags::SIGNED != 0;
    for nth in [20, 21, 50, 101] {
        let Ingested { rows, .. } = ingest(&changed(&SIGNED, nth, signed, flip_last_byte), password(PASSWORD));
        let states = |state| rows.iter().filter(|row| row.signature_state == Some(state)).count();
        assert_eq!((states(SignatureState::Bad), states(SignatureState::Unverified)), (1, 0), "PDU {nth}");
        assert!(states(SignatureState::Ok) > 100);
    }
}

#[test]
fn an_encrypted_pdu_that_is_changed_or_cut_stays_alone() {
    let encrypted = |pdu: &Pdu| pdu.body[0] == 0xfd;
    let cut = |pdu: &mut Pdu| pdu.holes = vec![Hole { offset: 60, length: 1 }];
    let short = |pdu: &mut Pdu| pdu.body = pdu.body.slice(..pdu.body.len() - 1);
    let changes: [(fn(&mut Pdu), _, _); 3] = [
        (flip_last_byte, "the key of the others does not fit: it is damaged", false),
        (cut, "not all of it was captured", false),
        (short, "not all of it was captured", true),
    ];
    for (change, detail, malformed) in changes {
        let Ingested { rows, dissector } = ingest(&changed(&ENCRYPTED, 40, encrypted, change), password(PASSWORD));
        let [row] = &rows.iter().filter(|row| row.kind == Kind::Encrypted).collect::<Vec<_>>()[..] else {
            panic!("one row: {detail}")
        };
        assert_eq!((row.detail.as_deref(), row.malformed.is_some()), (Some(detail), malformed));
        assert_eq!(dissector.counters().decryption_failures, 1);
        let session = &dissector.sessions()[0];
        assert_eq!((&session.missing_key, &session.not_replayable), (&None, &Vec::new()), "no key would help");
    }
}

#[test]
fn the_keys_of_a_logon_with_a_hole_cannot_be_worked_out() {
    let logon = |pdu: &Pdu| pdu.body[0] == 0xfe && u16::from(pdu.body[12]) == Command::SESSION_SETUP.0;
    let cut = |pdu: &mut Pdu| pdu.holes = vec![Hole { offset: 90, length: 1 }];
    let Ingested { rows, dissector } = ingest(&changed(&ENCRYPTED, 0, logon, cut), password(PASSWORD));
    let [first, second] = &dissector.sessions()[..] else { panic!("two sessions") };
    let missing = "decryption keys of both directions (not all of the logon was captured)";
    assert_eq!((first.missing_key.as_deref(), second.missing_key.as_deref()), (Some(missing), None));
    assert!(rows.iter().all(|row| (row.kind == Kind::Encrypted) == (row.session == Some(0) && row.encrypted)));
    assert_eq!(dissector.counters().session_keys_refused, 0, "what cannot be worked out is not wrong");
}
