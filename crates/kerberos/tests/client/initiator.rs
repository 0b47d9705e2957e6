//! Logons with the ticket of a service.

use crate::kdc::{Kdc, NOW, anna};
use crate::tickets::service_ticket;
use smbreplay_kerberos::client::{Initiator, InitiatorEntropy, InitiatorError};
use smbreplay_kerberos::encryption::KeyUsage;
use smbreplay_kerberos::gss::{ContextToken, MicKey, Side, TokenId, frame};
use smbreplay_kerberos::message::{ApOptions, ApRep, EncApRepPart, EncryptedData, ErrorCode, KrbError};
use smbreplay_kerberos::{Accepted, EncryptionKey, EncryptionType, accept};
use std::sync::Arc;

fn initiator(kdc: &Kdc) -> Initiator {
    let entropy = InitiatorEntropy { time: NOW, subkey: [3; 32], confounder: [4; 16], sequence_number: [0xff; 4] };
    Initiator::new(Arc::new(service_ticket(kdc).unwrap()), entropy)
}

/// What the service makes of the request.
fn accepted(kdc: &Kdc, request: &[u8]) -> Option<Accepted> {
    let Some(ContextToken::ApReq(request)) = ContextToken::parse(request) else { panic!("no AP-REQ") };
    assert!(request.options.has(ApOptions::MUTUAL_REQUIRED));
    accept([&kdc.key_of(&request.ticket.service.name)], &request).ok()
}

fn answer(accepted: &Accepted, subkey: Option<EncryptionKey>) -> Vec<u8> {
    let sent = &accepted.authenticator;
    let part =
        EncApRepPart { time: sent.time, microseconds: sent.microseconds, subkey, sequence_number: Some(1) }.to_der();
    let enc_part = EncryptedData::seal(&accepted.ticket.key, None, KeyUsage::AP_REP, &[5; 16], &part);
    frame(TokenId::AP_REP, &ApRep { enc_part }.to_der())
}

#[test]
fn client_and_service_agree_on_a_key_with_and_without_one_of_the_service() {
    for kind in EncryptionType::ALL {
        let kdc = Kdc::good(kind);
        for subkey in [None, Some(EncryptionKey::from_entropy(kind, &[6; 32]))] {
            let mut logon = initiator(&kdc);
            let accepted = accepted(&kdc, &logon.request()).unwrap();
            assert_eq!((&accepted.authenticator.client, accepted.authenticator.time), (&anna(), NOW.seconds));
            assert_eq!(logon.session_key(), None, "the server has proven nothing yet");
            logon.handle(&answer(&accepted, subkey.clone())).unwrap();
            let expected = subkey.as_ref().or(accepted.authenticator.subkey.as_ref()).unwrap();
            assert_eq!(logon.session_key(), Some(expected), "{kind}");

            let key = MicKey { key: expected, of_acceptor: subkey.is_some() };
            assert!(key.verify(Side::Initiator, b"mechanisms", &logon.sign(b"mechanisms").unwrap()));
            let of_service = key.sign(Side::Acceptor, 1, b"mechanisms");
            assert_eq!(logon.verifies(b"mechanisms", &of_service), Some(true));
            assert_eq!(logon.verifies(b"others", &of_service), Some(false));
        }
    }
}

#[test]
fn a_spoiled_proof_is_refused_with_every_type() {
    for kind in EncryptionType::ALL {
        let kdc = Kdc::good(kind);
        assert!(accepted(&kdc, &initiator(&kdc).request()).is_some());
        assert!(accepted(&kdc, &initiator(&kdc).with_wrong_proof().request()).is_none(), "{kind}");
    }
}

#[test]
fn a_server_that_does_not_prove_itself_gives_no_key() {
    let kdc = Kdc::good(EncryptionType::Aes256Sha1);
    let mut logon = initiator(&kdc);
    let mut of_another_logon = accepted(&kdc, &logon.request()).unwrap();
    of_another_logon.authenticator.microseconds += 1;
    let replayed = logon.handle(&answer(&of_another_logon, None)).unwrap_err();
    assert_eq!(replayed.to_string(), "the server does not prove that it is cifs/files@LAB.TEST");

    let mut stranger = accepted(&kdc, &logon.request()).unwrap();
    stranger.ticket.key = EncryptionKey::from_entropy(kdc.kind, &[0; 32]);
    assert!(matches!(logon.handle(&answer(&stranger, None)), Err(InitiatorError::NotTheService { .. })));
    assert_eq!(logon.handle(b"no token"), Err(InitiatorError::NoAnswer));
    let of_client = logon.request();
    assert_eq!(logon.handle(&of_client), Err(InitiatorError::NoAnswer));
    assert_eq!(logon.session_key(), None);
}

#[test]
fn a_refusal_says_why() {
    let kdc = Kdc::good(EncryptionType::Aes256Sha1);
    let mut logon = initiator(&kdc);
    let service = crate::kdc::files();
    let error = KrbError { time: 0, microseconds: 0, code: ErrorCode::SKEW, service, text: None, data: None }.to_der();
    let refused = logon.handle(&frame(TokenId::ERROR, &error)).unwrap_err();
    assert_eq!(refused.to_string(), "the server refuses the ticket: KRB_AP_ERR_SKEW");
}
