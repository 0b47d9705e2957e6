//! Kerberos: tokens, messages and keytabs of strangers, and a logon that is changed before or after it is encrypted.
//!
//! What is read is written so that it reads the same; what is held is no larger than what was read; no change of what is
//! encrypted gets past the integrity check.
//!
//! The input is read as each kind of message and as a keytab, and also as changes of a logon of our own: a byte that chooses
//! the encryption type, one that chooses what is changed, then place and value of each change.

use crate::kerberos_logon::{Parts, key, keytab};
use kerberos::client::{AsExchange, Exchange as _, ExchangeEntropy, Moment, Progress, Secret};
use kerberos::gss::{ContextToken, MicKey, Side, TokenId, frame};
use kerberos::message::{
    ApRep, ApReq, Authenticator, EncApRepPart, EncKdcRepPart, EncTicketPart, EncryptedTimestamp, EtypeInfo2Entry,
    KdcExchange, KdcRep, KdcReq, KrbError, NameType, PaData, Ticket,
};
use kerberos::{Configuration, CredentialCache, EncryptionType, Keytab, Principal, PrincipalName, accept};

pub(super) fn body(input: &[u8]) {
    messages(input);
    token(input);
    read_keytab(input);
    live_logon(input);
    let [kind, what, changes @ ..] = input else { return };
    let Some(kind) = EncryptionType::ALL.get(usize::from(*kind) % EncryptionType::ALL.len()).copied() else { return };
    match what % 5 {
        0 => changed_request(kind, changes),
        1 => changed_part(kind, changes, |parts| &mut parts.ticket),
        2 => changed_part(kind, changes, |parts| &mut parts.authenticator),
        3 => changed_part(kind, changes, |parts| &mut parts.answer),
        _ => read_keytab(&changed(&keytab(), changes)),
    }
}

/// `whole`, with the value of each change put over the byte at its place.
fn changed(whole: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for change in changes.chunks_exact(3) {
        let [high, low, value] = change else { continue };
        let place = usize::from(u16::from_be_bytes([*high, *low])) % whole.len().max(1);
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= value;
        }
    }
    bytes
}

/// What a live logon reads: a credential cache, krb5.conf, and the answer of a KDC, upon which nobody gets a ticket who has not
/// the key of its user.
fn live_logon(input: &[u8]) {
    if let Ok(cache) = CredentialCache::parse(input) {
        let held = cache.tickets.iter().map(|ticket| ticket.ticket.enc_part.cipher.len()).sum::<usize>();
        assert!(held.max(cache.unsupported) <= input.len());
        let _ = cache.granting_ticket();
    }
    let configuration = Configuration::parse(&String::from_utf8_lossy(input));
    let _ = (configuration.kdcs("EXAMPLE.TEST"), configuration.realm_of("files.example.test"));
    let client =
        Principal { name: PrincipalName::new(NameType::PRINCIPAL, ["alice"]), realm: "EXAMPLE.TEST".to_owned() };
    let entropy = ExchangeEntropy { nonce: [0; 4], confounder: [0; 16], subkey: [0; 32] };
    let secret = Secret::Keys(EncryptionType::ALL.map(|kind| key(kind, 9)).to_vec());
    let now = Moment { seconds: 1_700_000_000, microseconds: 0 };
    let answered = AsExchange::new(client, secret, entropy).handle(input, now);
    assert!(!matches!(answered, Ok(Progress::Done(_))), "a key that nobody has used opens nothing");
}

macro_rules! reads_the_same {
    ($input:expr, $($message:ty)*) => {
        $(if let Ok(message) = <$message>::parse($input) {
            assert_eq!(<$message>::parse(&message.to_der()).as_ref(), Ok(&message));
        })*
    };
}

fn messages(input: &[u8]) {
    reads_the_same!(input, Ticket EncTicketPart ApReq Authenticator ApRep EncApRepPart KrbError KdcReq KdcRep);
    reads_the_same!(input, EncryptedTimestamp);
    if let Ok(part) = EncKdcRepPart::parse(input) {
        assert_eq!(EncKdcRepPart::parse(&part.to_der(KdcExchange::Tgs)).as_ref(), Ok(&part));
    }
    if let Ok(all) = PaData::parse_all(input) {
        assert!(all.iter().map(|one| one.value.len()).sum::<usize>() <= input.len());
        assert_eq!(PaData::parse_all(&PaData::all_to_der(&all)).as_ref(), Ok(&all));
    }
    if let Ok(all) = EtypeInfo2Entry::parse_all(input) {
        assert_eq!(EtypeInfo2Entry::parse_all(&EtypeInfo2Entry::all_to_der(&all)).as_ref(), Ok(&all));
    }
    if let Ok(error) = KrbError::parse(input) {
        let _ = (error.method_data(), error.code.to_string());
    }
}

fn token(input: &[u8]) {
    let (id, message) = match ContextToken::parse(input) {
        Some(ContextToken::ApReq(request)) => {
            let keys = EncryptionType::ALL.map(|kind| key(kind, 9));
            assert!(accept(&keys, &request).is_err(), "a key that nobody has used opens nothing");
            (TokenId::AP_REQ, request.to_der())
        }
        Some(ContextToken::ApRep(answer)) => (TokenId::AP_REP, answer.to_der()),
        Some(ContextToken::Error(error)) => (TokenId::ERROR, error.to_der()),
        None => {
            for kind in [EncryptionType::Rc4Hmac, EncryptionType::Aes128Sha256] {
                let mic = MicKey { key: &key(kind, 9), of_acceptor: true };
                assert!(!mic.verify(Side::Acceptor, b"mechanisms", input));
            }
            return;
        }
    };
    assert_eq!(ContextToken::parse(&frame(id, &message)), ContextToken::parse(input));
}

fn read_keytab(file: &[u8]) {
    let Ok(read) = Keytab::parse(file) else { return };
    let names = |entry: &kerberos::keytab::Entry| {
        let principal = &entry.principal;
        principal.realm.len() + principal.name.components.iter().map(String::len).sum::<usize>()
    };
    // What is no UTF-8 takes three bytes for one.
    assert!(read.entries.iter().map(names).sum::<usize>() <= file.len() * 3);
    let longest = read.entries.iter().map(names).max().unwrap_or_default();
    if longest <= usize::from(u16::MAX) {
        let again = Keytab::parse(&read.to_bytes());
        assert_eq!(again.map(|again| again.entries).as_ref(), Ok(&read.entries));
    }
    for kind in EncryptionType::ALL {
        let of_kind = read.entries.iter().filter(|entry| entry.key.kind() == kind).count();
        assert_eq!(read.keys(kind, Some(300)).count(), of_kind);
    }
}

/// What is encrypted cannot be changed unnoticed; names beside it can.
fn changed_request(kind: EncryptionType, changes: &[u8]) {
    let parts = Parts::new(kind);
    let (request, answer) = parts.sealed(kind);
    let Ok(read) = ApReq::parse(&changed(&request.to_der(), changes)) else { return };
    if let Ok(accepted) = accept([&key(kind, 1)], &read) {
        assert_eq!((accepted.ticket.to_der(), accepted.authenticator.to_der()), (parts.ticket, parts.authenticator));
        let answer = accepted.open_answer(&answer);
        assert_eq!(answer.map(|answer| accepted.context_key(Some(&answer)).clone()), Ok(key(kind, 4)));
    }
}

/// A part that whoever knows the keys may have made as it likes.
fn changed_part(kind: EncryptionType, changes: &[u8], part: fn(&mut Parts) -> &mut Vec<u8>) {
    let mut parts = Parts::new(kind);
    let whole = part(&mut parts);
    *whole = changed(whole, changes);
    let (request, answer) = parts.sealed(kind);
    let Ok(accepted) = accept([&key(kind, 1)], &request) else { return };
    let answer = accepted.open_answer(&answer).ok();
    assert!((16..=32).contains(&accepted.context_key(answer.as_ref()).as_bytes().len()));
}
