//! A client's logon at `cifs/files.example.test`, made here, and what the dissector reads of it.

use crate::wire::*;
use capture::Direction;
use kerberos::encryption::KeyUsage;
use kerberos::gss::{GssFlags, TokenId, authenticator_checksum, frame};
use kerberos::keytab::Entry;
use kerberos::message::{
    ApOptions, ApRep, ApReq, Authenticator, EncApRepPart, EncTicketPart, EncryptedData, NameType, Ticket, TicketFlags,
};
use kerberos::{EncryptionKey, EncryptionType, Keytab, Principal, PrincipalName};
use smb2::Command;
use smb2::crypto::kdf::channel_signing_key;
use smb2::crypto::{KeyDerivation, SigningAlgorithm};
use smbreplay_dissect::{Dissector, Operation, Secrets, SessionSummary};

/// The dialect of the exchange: keys are derived, and not out of the whole handshake.
pub(crate) const DIALECT: u16 = 0x0302;
const SIGNED: u32 = 8;
pub(crate) const SESSION: u64 = 7;

/// A key that tells its number.
pub(crate) fn key(kind: EncryptionType, number: u8) -> EncryptionKey {
    EncryptionKey::from_entropy(kind, &[number; 32])
}

pub(crate) fn service() -> Principal {
    let name = PrincipalName::new(NameType::SRV_INST, ["cifs", "files.example.test"]);
    Principal { name, realm: "EXAMPLE.TEST".to_owned() }
}

fn client() -> Principal {
    Principal { name: PrincipalName::new(NameType::PRINCIPAL, ["alice"]), realm: "EXAMPLE.TEST".to_owned() }
}

/// A keytab with these keys of the server, the first of version 1.
pub(crate) fn keytab(keys: impl IntoIterator<Item = EncryptionKey>) -> Vec<u8> {
    let entry = |(key_version, key)| Entry { principal: service(), timestamp: 0, key_version, key };
    Keytab { entries: (1..).zip(keys).map(entry).collect(), unsupported: 0 }.to_bytes()
}

pub(crate) fn secrets(add: impl FnOnce(&mut Secrets)) -> Secrets {
    let mut secrets = Secrets::default();
    add(&mut secrets);
    secrets
}

pub(crate) fn with_keytab(keys: impl IntoIterator<Item = EncryptionKey>) -> Secrets {
    secrets(|secrets| secrets.add_keytab(&keytab(keys)).unwrap())
}

/// The tokens of a logon, and the session key that they agree on.
pub(crate) struct Tokens {
    pub(crate) request: Vec<u8>,
    pub(crate) answer: Vec<u8>,
    pub(crate) session_key: EncryptionKey,
}

/// Tokens of a ticket that is encrypted with `service_key`; the session key is of `kind`, and client and server add a
/// key of their own each if they are asked to.
pub(crate) fn tokens(service_key: &EncryptionKey, kind: EncryptionType, subkeys: [bool; 2]) -> Tokens {
    let [of_client, of_server] = [3, 4].map(|number| key(kind, number));
    let [client_adds, server_adds] = subkeys;
    let ticket = EncTicketPart {
        flags: TicketFlags::PRE_AUTHENT,
        key: key(kind, 2),
        client: client(),
        auth_time: 0,
        start_time: None,
        end_time: 36000,
        renew_till: None,
        authorization_data: None,
    };
    let authenticator = Authenticator {
        client: client(),
        checksum: Some(authenticator_checksum(GssFlags::MUTUAL)),
        microseconds: 5,
        time: 60,
        subkey: client_adds.then(|| of_client.clone()),
        sequence_number: Some(1),
        authorization_data: None,
    };
    let sealed = |key: &EncryptionKey, version, usage, plain: &[u8]| {
        EncryptedData::seal(key, version, usage, &[version.map_or(1, |version: u32| version as u8); 16], plain)
    };
    let request = ApReq {
        options: ApOptions::MUTUAL_REQUIRED,
        ticket: Ticket {
            service: service(),
            enc_part: sealed(service_key, Some(1), KeyUsage::TICKET, &ticket.to_der()),
        },
        authenticator: sealed(&ticket.key, None, KeyUsage::AP_REQ_AUTHENTICATOR, &authenticator.to_der()),
    };
    let part = EncApRepPart {
        time: 60,
        microseconds: 5,
        subkey: server_adds.then(|| of_server.clone()),
        sequence_number: Some(9),
    };
    let answer = ApRep { enc_part: sealed(&ticket.key, None, KeyUsage::AP_REP, &part.to_der()) };
    let session_key = match subkeys {
        [_, true] => of_server,
        [true, false] => of_client,
        [false, false] => ticket.key,
    };
    Tokens {
        request: frame(TokenId::AP_REQ, &request.to_der()),
        answer: frame(TokenId::AP_REP, &answer.to_der()),
        session_key,
    }
}

/// One element of DER.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

/// NegTokenInit that offers Kerberos under both of its names, with its first token (RFC 4178 4.2.1).
pub(crate) fn spnego_init(token: &[u8]) -> Vec<u8> {
    let names = [kerberos::gss::MS_KERBEROS, kerberos::gss::KERBEROS].map(|oid| element(6, oid)).concat();
    let fields = [element(0xa0, &element(0x30, &names)), element(0xa2, &element(4, token))].concat();
    let init = element(0xa0, &element(0x30, &fields));
    element(0x60, &[element(6, &[0x2b, 6, 1, 5, 5, 2]), init].concat())
}

/// NegTokenResp with a token (RFC 4178 4.2.2).
pub(crate) fn spnego_resp(token: &[u8]) -> Vec<u8> {
    element(0xa1, &element(0x30, &element(0xa2, &element(4, token))))
}

/// An answer with a token.
pub(crate) fn answer_body(token: &[u8]) -> Vec<u8> {
    let length = u16::try_from(token.len()).unwrap().to_le_bytes();
    [&[9, 0, 0, 0, 72, 0], &length[..], token].concat()
}

/// A trace whose dissector knows `secrets`, behind a NEGOTIATE.
pub(crate) fn trace(secrets: Secrets) -> Trace {
    let mut trace = Trace::new();
    trace.dissector = Dissector::with_secrets(secrets);
    trace.connect(0, "10.0.0.1:445");
    negotiate(&mut trace);
    trace
}

pub(crate) fn negotiate(trace: &mut Trace) {
    trace.send(&[message(Command::NEGOTIATE, 0, &negotiate_request(1)).session(0).tree(0)]);
    trace.receive(&[message(Command::NEGOTIATE, 0, &negotiate_response(DIALECT, 2)).session(0).tree(0)]);
}

/// What the server sends, signed with what derives from `key`.
pub(crate) fn receive_signed(trace: &mut Trace, mut message: Message, key: &EncryptionKey) {
    message.flags |= SIGNED;
    let mut bytes = chained(Direction::ServerToClient, &[message]);
    channel_signing_key(KeyDerivation::Smb30, SigningAlgorithm::AesCmac, key.as_bytes()).sign(&mut bytes).unwrap();
    trace.pdu(Direction::ServerToClient, bytes);
}

/// A logon of one leg, and a signed ECHO after it.
pub(crate) fn log_on(secrets: Secrets, tokens: &Tokens) -> (Vec<Operation>, Dissector) {
    let mut trace = trace(secrets);
    let body = session_setup_request(0, 0, &spnego_init(&tokens.request));
    trace.send(&[message(Command::SESSION_SETUP, 1, &body).session(0)]);
    let answer = message(Command::SESSION_SETUP, 1, &answer_body(&spnego_resp(&tokens.answer))).session(SESSION);
    receive_signed(&mut trace, answer, &tokens.session_key);
    trace.send(&[message(Command::ECHO, 2, &empty()).session(SESSION)]);
    receive_signed(&mut trace, message(Command::ECHO, 2, &empty()).session(SESSION), &tokens.session_key);
    let rows = trace.finish();
    (rows, trace.dissector)
}

/// User, domain and service of the only session.
pub(crate) fn who(dissector: &Dissector) -> [Option<String>; 3] {
    let [SessionSummary { user, domain, service, mechanism, .. }] = &dissector.sessions()[..] else {
        panic!("one session")
    };
    assert_eq!(mechanism.as_deref(), Some("Kerberos"));
    [user.clone(), domain.clone(), service.clone()]
}

/// The same, when the ticket was opened.
pub(crate) fn alice() -> [Option<String>; 3] {
    ["alice", "EXAMPLE.TEST", "cifs/files.example.test@EXAMPLE.TEST"].map(|text| Some(text.to_owned()))
}

/// The same, when it was not.
pub(crate) fn nobody() -> [Option<String>; 3] {
    [None, None, Some("cifs/files.example.test@EXAMPLE.TEST".to_owned())]
}

/// Begins another connection.
pub(crate) fn connect_again(trace: &mut Trace) {
    trace.connect(1, "10.0.0.1:445");
    negotiate(trace);
}
