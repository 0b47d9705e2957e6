//! Logons with tickets, against servers that prove who they are, and others that do not.

use crate::captured::Captured;
use crate::logon::{
    CAPTURED_SESSION, GUEST, LIVE_SESSION, MORE_PROCESSING_REQUIRED, answer_setup, captured_logon, in_session,
    negotiate, negotiated, session_setup, set_up,
};
use crate::simulation::{Outcome, Simulation, Tcp, options};
use crate::wire::message;
use client::kerberos::{Settings, Source, Tickets};
use kerberos::client::IssuedTicket;
use kerberos::encryption::KeyUsage;
use kerberos::gss::{ContextToken, TokenId, frame};
use kerberos::message::{ApRep, Authenticator, EncApRepPart, EncryptedData, NameType, Ticket};
use kerberos::{CredentialCache, EncryptionKey, EncryptionType, Principal, PrincipalName};
use smb2::Command;
use smb2::auth::spnego::Token;
use smbreplay_replay::Options;
use smbreplay_replay::options::Encrypt;
use std::sync::Arc;
use std::time::Duration;
use store::runs::Verdict;

const KIND: EncryptionType = EncryptionType::Aes256Sha1;
const REALM: &str = "LAB.TEST";

/// The session key of the ticket has number 1.
fn key(number: u8) -> EncryptionKey {
    EncryptionKey::from_entropy(KIND, &[number; 32])
}

fn principal(components: &[&str]) -> Principal {
    let name = PrincipalName::new(NameType::PRINCIPAL, components.iter().copied());
    Principal { name, realm: REALM.to_owned() }
}

/// Options whose user has a ticket of the server, and needs no KDC.
fn with_ticket() -> Options {
    let (client, service) = (principal(&["user"]), principal(&["cifs", "lab"]));
    let enc_part = EncryptedData { kind: KIND.wire(), key_version: None, cipher: vec![0; 64] };
    let ticket = Ticket { service: service.clone(), enc_part };
    let issued =
        IssuedTicket { client: client.clone(), service, ticket, key: key(1), start_time: 0, end_time: i64::MAX };
    let cache = CredentialCache { principal: client, tickets: vec![issued], unsupported: 0 };
    let tickets = Tickets::new(Settings {
        realm: REALM.to_owned(),
        host: "lab".to_owned(),
        kdcs: Vec::new(),
        source: Source::Cache(cache),
        patience: Duration::ZERO,
    });
    let mut options = options();
    options.target.password.clear();
    tickets.ticket(&options.target.credentials()).unwrap();
    options.target.kerberos = Some(Arc::new(tickets));
    options
}

/// An AP-REP to the AP-REQ of a SESSION_SETUP, by a server that takes this for the session key of the ticket.
fn answer_to(setup: &[u8], session_key: &EncryptionKey) -> Vec<u8> {
    let Some(Token::Init { mech_token: Some(token), .. }) = Token::parse(&setup[88..]) else { panic!("no init") };
    let Some(ContextToken::ApReq(request)) = ContextToken::parse(token) else { panic!("no AP-REQ") };
    let opened = request.authenticator.open(&key(1), KeyUsage::AP_REQ_AUTHENTICATOR).unwrap();
    let Authenticator { time, microseconds, .. } = Authenticator::parse(&opened).unwrap();
    let part = EncApRepPart { time, microseconds, subkey: None, sequence_number: Some(0) };
    let enc_part = EncryptedData::seal(session_key, None, KeyUsage::AP_REP, &[6; 16], &part.to_der());
    frame(TokenId::AP_REP, &ApRep { enc_part }.to_der())
}

fn begun(captured: Captured, options: Options) -> Simulation {
    let mut simulation = Simulation::start(captured, options);
    simulation.answer_with(0, 0, 0, 10, &negotiated());
    simulation
}

fn prove(simulation: &mut Simulation, message_id: u64, session_key: &EncryptionKey) {
    let token = answer_to(&simulation.latest(0, message_id).bytes, session_key);
    answer_setup(simulation, message_id, 0, &set_up(0, &token));
}

/// Nothing went out but the logon, and what was to follow names it.
fn assert_not_used(outcome: &Outcome, told: &str) {
    let sent = outcome.sent.iter().map(|sent| sent.header.command);
    assert_eq!(sent.collect::<Vec<_>>(), [Command::NEGOTIATE, Command::SESSION_SETUP], "{told}");
    assert_eq!(outcome.verdict(0, 1), Verdict::Body, "{told}");
    for id in [2, 3] {
        assert_eq!((outcome.verdict(0, id), outcome.cause(0, id)), (Verdict::Skipped, Some(1)), "{told}");
    }
}

#[test]
fn a_server_that_proves_itself_has_its_session_used_and_signed() {
    let mut simulation = begun(captured_logon(1), with_ticket());
    prove(&mut simulation, 1, &key(1));
    let sent = simulation.latest(0, 2);
    assert_eq!((sent.header.command, sent.header.session_id), (Command::TREE_CONNECT, LIVE_SESSION));
    assert!(sent.header.flags.is_signed() && sent.header.signature != [0; 16]);
}

#[test]
fn nothing_is_sent_in_the_session_of_a_server_that_proves_nothing_or_something_else() {
    for encrypt in [Encrypt::Captured, Encrypt::All] {
        let options = || Options { encrypt, ..with_ticket() };
        let mut silent = begun(captured_logon(1), options());
        answer_setup(&mut silent, 1, 0, &set_up(0, &[]));
        let mut stranger = begun(captured_logon(1), options());
        prove(&mut stranger, 1, &key(2));
        for (simulation, told) in [(silent, "holds no AP-REP"), (stranger, "does not prove that it is cifs/lab")] {
            let outcome = simulation.run_out();
            assert_not_used(&outcome, told);
            assert!(outcome.warnings.iter().any(|warning| warning.contains(told)), "{:?}", outcome.warnings);
        }
    }
}

#[test]
fn a_server_that_makes_a_guest_of_a_ticket_holder_is_not_used_either() {
    for proven in [false, true] {
        let mut simulation = begun(captured_logon(1), with_ticket());
        let token = if proven { answer_to(&simulation.latest(0, 1).bytes, &key(1)) } else { Vec::new() };
        answer_setup(&mut simulation, 1, 0, &set_up(GUEST, &token));
        assert_not_used(&simulation.run_out(), "a guest");
    }
}

#[test]
fn a_server_that_wants_a_further_leg_without_a_proof_is_not_used() {
    for legs in [1, 2] {
        let mut simulation = begun(captured_logon(legs), with_ticket());
        let token = answer_to(&simulation.latest(0, 1).bytes, &key(2));
        answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &token));
        let outcome = simulation.run_out();
        assert_eq!(outcome.sent.len(), 2, "{legs} legs");
        assert_eq!(outcome.verdict(0, legs + 1), Verdict::Skipped);
    }
}

#[test]
fn a_connection_that_an_unproven_server_binds_is_broken_off() {
    let mut captured = captured_logon(1);
    captured.connect(1, "10.0.0.1:50001");
    captured.request(1, 71, negotiate()).answered_with(72, 0, &negotiated());
    let mut bind = in_session(session_setup(1), CAPTURED_SESSION);
    bind[66] = 1;
    captured.request(1, 73, bind).answered_with(74, 0, &set_up(0, &[]));
    captured.request(1, 75, in_session(message(Command::ECHO, 2, &[4, 0, 0, 0]), CAPTURED_SESSION)).answered(76);
    let mut simulation = begun(captured, with_ticket());
    prove(&mut simulation, 1, &key(1));
    for id in [2, 3] {
        simulation.answer(0, id);
    }
    simulation.answer_with(1, 0, 0, 10, &negotiated());
    let setup = simulation.latest(1, 1).bytes;
    simulation.receive(1, &crate::wire::response(&setup, 0, 10, &set_up(0, &[])));
    assert!(simulation.tcp.contains(&(1, Tcp::Reset)));
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(1, 2), Verdict::Skipped);
    assert!(outcome.reason(1, 2).contains("has not proven itself"), "{}", outcome.reason(1, 2));
}
