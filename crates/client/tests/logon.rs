//! Logons with Kerberos inside SPNEGO, against servers that answer in every way that they may.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kerberos::client::{Initiator, InitiatorEntropy, IssuedTicket, Moment};
use kerberos::encryption::KeyUsage;
use kerberos::gss::{ContextToken, MicKey, Side, TokenId, frame};
use kerberos::message::{ApRep, EncApRepPart, EncryptedData, NameType, Ticket};
use kerberos::{EncryptionKey, EncryptionType, Principal, PrincipalName};
use smb2::auth::spnego::{self, Mechanism, Token};
use smbreplay_client::logon::{KerberosLogon, KerberosLogonError, Logon, LogonError};
use std::sync::Arc;

const TIME: Moment = Moment { seconds: 1_800_000_000, microseconds: 1 };
const KIND: EncryptionType = EncryptionType::Aes256Sha1;
/// supportedMech: 1.2.840.48018.1.2.2 and 1.3.6.1.4.1.311.2.2.10.
const KERBEROS: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2];
const NTLM: &[u8] = &[0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];
const COMPLETED: u8 = 0;
const INCOMPLETE: u8 = 1;

fn key(number: u8) -> EncryptionKey {
    EncryptionKey::from_entropy(KIND, &[number; 32])
}

fn begun() -> Logon {
    let principal = |components: &[&str]| Principal {
        name: PrincipalName::new(NameType::PRINCIPAL, components.iter().copied()),
        realm: "LAB.TEST".to_owned(),
    };
    let service = principal(&["cifs", "files"]);
    let enc_part = EncryptedData { kind: KIND.wire(), key_version: None, cipher: vec![0; 64] };
    let ticket = IssuedTicket {
        client: principal(&["anna"]),
        ticket: Ticket { service: service.clone(), enc_part },
        service,
        key: key(1),
        start_time: 0,
        end_time: i64::MAX,
    };
    let entropy = InitiatorEntropy { time: TIME, subkey: [2; 32], confounder: [3; 16], sequence_number: [4; 4] };
    let mut logon = Logon::Kerberos(KerberosLogon::new(Initiator::new(Arc::new(ticket), entropy)));
    let first = logon.step(None).unwrap();
    let Some(Token::Init { mech_types, mech_token: Some(token), .. }) = Token::parse(&first) else { panic!("no init") };
    assert_eq!(mech_types, [Mechanism::Kerberos, Mechanism::Kerberos], "under both identifiers, as Windows");
    assert!(matches!(ContextToken::parse(token), Some(ContextToken::ApReq(_))));
    assert_eq!(spnego::mechanism(&first), Some(Mechanism::Kerberos));
    logon
}

/// The server's AP-REP, with subkey 5.
fn answer() -> Vec<u8> {
    let part = EncApRepPart {
        time: TIME.seconds,
        microseconds: TIME.microseconds,
        subkey: Some(key(5)),
        sequence_number: Some(0),
    };
    let enc_part = EncryptedData::seal(&key(1), None, KeyUsage::AP_REP, &[6; 16], &part.to_der());
    frame(TokenId::AP_REP, &ApRep { enc_part }.to_der())
}

fn of_server() -> MicKey<'static> {
    static KEY: std::sync::OnceLock<EncryptionKey> = std::sync::OnceLock::new();
    MicKey { key: KEY.get_or_init(|| key(5)), of_acceptor: true }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

/// NegTokenResp.
fn resp(state: u8, mechanism: &[u8], token: Option<&[u8]>, mic: Option<&[u8]>) -> Vec<u8> {
    let octets = |tag, bytes: Option<&[u8]>| bytes.map(|bytes| element(tag, &element(4, bytes))).unwrap_or_default();
    let fields =
        [element(0xa0, &[10, 1, state]), element(0xa1, mechanism), octets(0xa2, token), octets(0xa3, mic)].concat();
    element(0xa1, &element(0x30, &fields))
}

#[test]
fn a_server_that_accepts_at_once_has_proven_itself() {
    let mut logon = begun();
    let mic = of_server().sign(Side::Acceptor, 0, &spnego::kerberos_mech_types());
    let accepted = resp(COMPLETED, KERBEROS, Some(&answer()), Some(&mic));
    assert_eq!(logon.complete(&accepted).unwrap().unwrap().as_bytes(), key(5).as_bytes());
    // As servers without SPNEGO do.
    assert!(begun().complete(&answer()).is_ok());
}

#[test]
fn a_server_that_wants_the_mechanisms_signed_gets_that_in_a_further_leg() {
    let mut logon = begun();
    let second = logon.step(Some(&resp(INCOMPLETE, KERBEROS, Some(&answer()), None))).unwrap();
    let Some(Token::Resp { mech_list_mic: Some(mic), response_token: None, .. }) = Token::parse(&second) else {
        panic!("no MIC alone")
    };
    assert!(of_server().verify(Side::Initiator, &spnego::kerberos_mech_types(), mic));
    let of_server = of_server().sign(Side::Acceptor, 0, &spnego::kerberos_mech_types());
    let accepted = resp(COMPLETED, KERBEROS, None, Some(&of_server));
    assert!(logon.complete(&accepted).unwrap().is_some());
    assert!(matches!(logon.step(Some(&accepted)), Err(LogonError::Kerberos(KerberosLogonError::OutOfTurn))));
}

#[test]
fn a_server_that_proves_nothing_or_another_list_gives_no_key() {
    let no_answer = resp(COMPLETED, KERBEROS, None, None);
    for token in [&no_answer[..], b"", b"garbage"] {
        assert!(begun().complete(token).is_err(), "{token:x?}");
    }
    let changed = of_server().sign(Side::Acceptor, 0, &spnego::ntlm_mech_types());
    let wrong = begun().complete(&resp(COMPLETED, KERBEROS, Some(&answer()), Some(&changed)));
    assert!(matches!(wrong, Err(LogonError::Kerberos(KerberosLogonError::WrongMechListMic))));
    let other = begun().step(Some(&resp(INCOMPLETE, NTLM, None, None))).unwrap_err();
    assert_eq!((other.mechanism(), other.to_string().as_str()), (Mechanism::Kerberos, "the server chooses NTLM"));
}

#[test]
fn a_user_with_a_ticket_is_no_guest_also_of_a_server_that_proves_itself() {
    let accepted = resp(COMPLETED, KERBEROS, Some(&answer()), None);
    let refused = begun().complete_as_guest(&accepted);
    assert!(matches!(refused, Err(LogonError::Kerberos(KerberosLogonError::Guest))));
}
