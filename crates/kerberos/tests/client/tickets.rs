//! From a password or key to the ticket of a service.

use crate::kdc::{Kdc, NOW, REALM, anna, entropy, files, principal};
use smbreplay_kerberos::client::{AsExchange, Exchange as _, IssuedTicket, KdcError, Progress, Secret, TgsExchange};
use smbreplay_kerberos::keytab::Entry;
use smbreplay_kerberos::message::NameType;
use smbreplay_kerberos::{EncryptionKey, EncryptionType, Keytab, Principal};

pub(crate) fn password(text: &str) -> Secret {
    Secret::Password(text.to_owned())
}

pub(crate) fn granting(kdc: &Kdc) -> Result<IssuedTicket, KdcError> {
    kdc.carry_out(AsExchange::new(anna(), password("pass"), entropy(1)))
}

pub(crate) fn service_ticket(kdc: &Kdc) -> Result<IssuedTicket, KdcError> {
    kdc.carry_out(TgsExchange::new(granting(kdc)?, files(), entropy(2)))
}

#[test]
fn a_password_leads_to_the_ticket_of_a_service_with_every_type_and_with_or_without_proof() {
    for kind in EncryptionType::ALL {
        for preauthentication in [true, false] {
            let kdc = Kdc { preauthentication, ..Kdc::good(kind) };
            let granting = granting(&kdc).unwrap();
            assert!(granting.grants_tickets_of(REALM) && granting.is_valid_at(NOW), "{kind}");
            let ticket = service_ticket(&kdc).unwrap();
            assert_eq!((ticket.client, ticket.service, ticket.key.kind()), (anna(), files(), kind));
            assert_eq!((ticket.start_time, ticket.end_time), (NOW.seconds, NOW.seconds + 36_000));
        }
    }
}

#[test]
fn a_key_of_the_latest_version_in_a_keytab_does_as_well() {
    let kind = EncryptionType::Aes256Sha1;
    let entry = |principal: Principal, key_version, password: &str| Entry {
        principal,
        timestamp: 0,
        key_version,
        key: EncryptionKey::from_password(kind, password, b"a salt of its own", None).unwrap(),
    };
    let other = principal(NameType::PRINCIPAL, &["bert"]);
    let entries = vec![entry(anna(), 1, "old"), entry(anna(), 2, "pass"), entry(other, 3, "other")];
    let keytab = Keytab { entries, unsupported: 0 };
    let secret = Secret::from_keytab(&keytab, &anna()).unwrap();
    Kdc::good(kind).carry_out(AsExchange::new(anna(), secret.clone(), entropy(1))).unwrap();
    let other_kind = Kdc::good(EncryptionType::Aes128Sha256).carry_out(AsExchange::new(anna(), secret, entropy(1)));
    assert_eq!(other_kind.unwrap_err(), KdcError::NoCommonType);
    assert!(Secret::from_keytab(&keytab, &files()).is_none());
}

#[test]
fn a_wrong_password_and_unknown_names_are_told_apart() {
    let kdc = Kdc::good(EncryptionType::Aes256Sha1);
    for preauthentication in [true, false] {
        let wrong = Kdc { preauthentication, password: "another", ..kdc };
        assert_eq!(granting(&wrong).unwrap_err(), KdcError::WrongSecret(anna()));
    }
    let nobody = principal(NameType::PRINCIPAL, &["nobody"]);
    let unknown = kdc.carry_out(AsExchange::new(nobody.clone(), password("pass"), entropy(1)));
    assert_eq!(unknown.unwrap_err(), KdcError::UnknownClient(nobody));
    let printers = principal(NameType::SRV_INST, &["cifs", "printers"]);
    let unknown = kdc.carry_out(TgsExchange::new(granting(&kdc).unwrap(), printers.clone(), entropy(2)));
    assert_eq!(unknown.unwrap_err(), KdcError::UnknownService(printers));
}

#[test]
fn clocks_that_are_too_far_apart_are_told_with_and_without_proof() {
    for (preauthentication, ahead, told) in [
        (true, 3600, "the clock of the KDC is 3600 s ahead of this machine's"),
        (false, -7200, "the clock of the KDC is 7200 s behind this machine's"),
    ] {
        let kdc = Kdc { preauthentication, ahead, ..Kdc::good(EncryptionType::Aes128Sha1) };
        assert_eq!(granting(&kdc).unwrap_err().to_string(), told);
    }
    granting(&Kdc { ahead: 200, ..Kdc::good(EncryptionType::Aes128Sha1) }).unwrap();
}

#[test]
fn an_answer_to_another_request_or_for_another_client_or_service_is_none() {
    let good = Kdc::good(EncryptionType::Aes256Sha1);
    let old = Kdc { nonce_off: 1, ..good };
    assert_eq!(granting(&old).unwrap_err(), KdcError::Mismatch("it has another nonce"));
    let elsewhere = Kdc { right_service: false, ..good };
    assert!(matches!(granting(&elsewhere).unwrap_err(), KdcError::Mismatch(_)));
    let of_good = granting(&good).unwrap();
    let referred = elsewhere.carry_out(TgsExchange::new(of_good, files(), entropy(2)));
    assert!(matches!(referred.unwrap_err(), KdcError::Mismatch(_)));
    let of_another = Kdc { right_client: false, ..good };
    let told = KdcError::Mismatch("it is for another client");
    assert_eq!(granting(&of_another).unwrap_err(), told);
    let of_another = of_another.carry_out(TgsExchange::new(granting(&good).unwrap(), files(), entropy(2)));
    assert_eq!(of_another.unwrap_err(), told);
}

#[test]
fn no_answer_whatever_its_bytes_makes_a_panic_or_a_ticket_of_another() {
    let kdc = Kdc { preauthentication: false, ..Kdc::good(EncryptionType::Aes256Sha1) };
    let begin = || AsExchange::new(anna(), password("pass"), entropy(1));
    let good = kdc.answer_to(&begin().request(NOW));
    let Ok(Progress::Done(asked)) = begin().handle(&good, NOW) else { panic!("no ticket") };
    for length in 0..good.len() {
        assert!(begin().handle(&good[..length], NOW).is_err(), "{length}");
    }
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 0x55;
        match begin().handle(&changed, NOW) {
            Ok(Progress::Done(ticket)) => {
                assert!(ticket.client.names_the_same(&anna()), "{place}: {}", ticket.client);
                assert!(ticket.service.names_the_same(&asked.service) && ticket.key == asked.key, "{place}");
            }
            Ok(Progress::Send(_)) => panic!("{place}: nothing is left to be said"),
            Err(_) => {}
        }
    }
}

#[test]
fn nothing_shows_a_password() {
    let exchange = AsExchange::new(anna(), password("a secret"), entropy(1));
    assert!(!format!("{exchange:?}").contains("a secret"));
}
