//! Who logs on for a captured user.

use crate::captured::Captured;
use crate::logon::{
    CAPTURED_SESSION, GUEST, LIVE_SESSION, LOGON_FAILURE, MORE_PROCESSING_REQUIRED, challenge, in_session, negotiate,
    negotiated, set_up,
};
use crate::simulation::{Simulation, options};
use crate::wire::{self, message};
use smb2::Command;
use smb2::auth::ntlm::{Entropy, Message};
use smb2::auth::{Credentials, NtlmLogon, spnego};
use smbreplay_replay::{Mapping, Options};

fn session_setup(message_id: u64, token: &[u8]) -> Vec<u8> {
    let mut body = vec![25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0];
    body.extend(u16::try_from(token.len()).unwrap().to_le_bytes());
    body.extend([0; 8]);
    body.extend(token);
    message(Command::SESSION_SETUP, message_id, &body)
}

/// A logon of this user that ended with this status and these SessionFlags.
fn captured_logon(domain: &str, user: &str, status: u32, flags: u16) -> Captured {
    let credentials = Credentials { domain: domain.into(), user: user.into(), password: String::new() };
    let entropy = Entropy { client_challenge: [1; 8], exported_session_key: [2; 16], filetime: 0 };
    let mut logon = NtlmLogon::new(&credentials, entropy);
    let tokens = [logon.step(None).unwrap().token, logon.step(Some(&challenge())).unwrap().token];
    let mut captured = Captured::default();
    captured.connect(0, "10.0.0.1:50000");
    captured.request(0, 0, negotiate()).answered_with(1, 0, &negotiated());
    let legs =
        [(1, 0, MORE_PROCESSING_REQUIRED, set_up(0, &challenge())), (2, CAPTURED_SESSION, status, set_up(flags, &[]))];
    for ((message_id, session, status, answer), token) in legs.into_iter().zip(tokens) {
        let request = in_session(session_setup(message_id, &token), session);
        let mut answered =
            captured.request(0, 10 * message_id, request).answered_with(10 * message_id + 1, status, &answer);
        let response = in_session(answered.operation().response.take().unwrap().to_vec(), CAPTURED_SESSION);
        answered.operation().response = Some(response.into());
    }
    captured
}

fn mapped(rules: &[&str]) -> Options {
    let users = rules.iter().map(|rule| rule.parse::<smbreplay_replay::map::UserRule>().unwrap()).collect();
    Options { mapping: Mapping { users, ..Mapping::default() }, ..options() }
}

/// Domain and user of the live logon, and whether it is an anonymous one.
fn logs_on(captured: Captured, options: Options) -> (String, String, bool) {
    let mut simulation = Simulation::start(captured, options);
    simulation.answer_with(0, 0, 0, 10, &negotiated());
    let request = simulation.latest(0, 1).bytes;
    let answer = wire::response(&request, MORE_PROCESSING_REQUIRED, 10, &set_up(0, &challenge()));
    simulation.receive(0, &in_session(answer, LIVE_SESSION));
    let sent = simulation.latest(0, 2).bytes;
    let token = spnego::find_ntlm(&sent[88..]).unwrap();
    let Message::Authenticate(message) = Message::parse(token).unwrap() else { panic!("no AUTHENTICATE") };
    (message.domain().unwrap(), message.user().unwrap(), message.is_anonymous())
}

fn name(domain: &str, user: &str) -> (String, String, bool) {
    (domain.to_owned(), user.to_owned(), false)
}

#[test]
fn captured_users_are_the_configured_one_unless_mapped() {
    assert_eq!(logs_on(captured_logon("CORP", "anna", 0, 0), options()), name("", "user"));
    let rules = mapped(&["ANNA=LAB\\a%1", "bert=b%2"]);
    assert_eq!(logs_on(captured_logon("CORP", "anna", 0, 0), rules.clone()), name("LAB", "a"));
    assert_eq!(logs_on(captured_logon("CORP", "bert", LOGON_FAILURE, 0), rules.clone()), name("", "b"));
    assert_eq!(logs_on(captured_logon("CORP", "carl", 0, 0), rules), name("", "user"));
}

#[test]
fn a_guest_logs_on_under_a_name_that_makes_a_guest() {
    assert_eq!(logs_on(captured_logon("CORP", "nobody", 0, GUEST), options()), name("CORP", "nobody"));
    let known = logs_on(captured_logon("CORP", "USER", 0, GUEST), options());
    assert_eq!(known, name("", "guest"), "the configured user would not become a guest");
    let rules = mapped(&["nobody=a%1"]);
    assert_eq!(logs_on(captured_logon("CORP", "nobody", 0, GUEST), rules), name("", "a"));
}

#[test]
fn nobody_stays_nobody() {
    let rules = mapped(&["anna=a%1"]);
    assert_eq!(logs_on(captured_logon("", "", 0, 2), rules), (String::new(), String::new(), true));
}
