use crate::example::{answer, client, key, request, service};
use smbreplay_kerberos::acceptor::AnswerError;
use smbreplay_kerberos::encryption::DecryptError;
use smbreplay_kerberos::message::ApReq;
use smbreplay_kerberos::{AcceptError, EncryptionType, accept};

#[test]
fn a_key_of_every_type_opens_a_logon_and_names_its_user_and_service() {
    for kind in EncryptionType::ALL {
        let request = ApReq::parse(&request(&key(kind, 1), kind, true).to_der()).unwrap();
        let keys = EncryptionType::ALL.map(|other| key(other, 8)).into_iter().chain([key(kind, 1)]);
        let accepted = accept(&keys.collect::<Vec<_>>(), &request).unwrap();
        assert_eq!(accepted.ticket_encryption, kind);
        assert_eq!((&accepted.ticket.client, &accepted.service), (&client(), &service()));
        assert_eq!(accepted.service.to_string(), "cifs/server.example.test@EXAMPLE.TEST");
    }
}

#[test]
fn the_session_key_is_the_last_one_that_was_agreed_on() {
    for kind in EncryptionType::ALL {
        let service_key = key(kind, 1);
        let session_key = |of_client: bool, of_service: bool| {
            let accepted = accept([&service_key], &request(&service_key, kind, of_client)).unwrap();
            let answer = accepted.open_answer(&answer(kind, of_service)).unwrap();
            accepted.context_key(Some(&answer)).clone()
        };
        assert_eq!(session_key(true, true), key(kind, 4));
        assert_eq!(session_key(false, true), key(kind, 4));
        assert_eq!(session_key(true, false), key(kind, 3));
        assert_eq!(session_key(false, false), key(kind, 2));
        let accepted = accept([&service_key], &request(&service_key, kind, true)).unwrap();
        assert_eq!(accepted.context_key(None), &key(kind, 3));
    }
}

#[test]
fn a_logon_that_cannot_be_opened_says_why() {
    let kind = EncryptionType::Aes128Sha256;
    let mut request = request(&key(kind, 1), kind, true);
    assert_eq!(accept([&key(kind, 9)], &request), Err(AcceptError::WrongKey(kind)));
    assert_eq!(accept([&key(EncryptionType::Rc4Hmac, 1)], &request), Err(AcceptError::NoKey(kind)));
    assert_eq!(accept([], &request), Err(AcceptError::NoKey(kind)));
    request.authenticator.cipher[0] ^= 1;
    let broken = Err(AcceptError::Authenticator(DecryptError::Integrity));
    assert_eq!(accept([&key(kind, 1)], &request), broken);
    request.ticket.enc_part.kind = 3;
    assert_eq!(accept([&key(kind, 1)], &request), Err(AcceptError::UnsupportedEncryption(3)));
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let kind = EncryptionType::Aes256Sha384;
    let accepted = accept([&key(kind, 1)], &request(&key(kind, 1), kind, true)).unwrap();
    let mut other = answer(kind, true);
    other.enc_part.cipher[20] ^= 0x80;
    assert_eq!(accepted.open_answer(&other), Err(AnswerError::Encrypted(DecryptError::Integrity)));
}
