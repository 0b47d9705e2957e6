//! Logons of several legs, binds, and logons again.

use crate::exchange::*;
use crate::wire::*;
use capture::{Direction, Hole};
use kerberos::{EncryptionKey, EncryptionType};
use smb2::Command;
use smbreplay_dissect::{Operation, SignatureState};

const KIND: EncryptionType = EncryptionType::Aes256Sha384;
const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;
const BINDING: u8 = 1;

fn set_up(trace: &mut Trace, message_id: u64, id: u64, flags: u8, token: &[u8]) {
    let body = session_setup_request(flags, 0, token);
    trace.send(&[message(Command::SESSION_SETUP, message_id, &body).session(id)]);
}

fn answered(message_id: u64, token: &[u8]) -> Message {
    message(Command::SESSION_SETUP, message_id, &answer_body(token)).session(SESSION)
}

fn echo(trace: &mut Trace, message_id: u64, key: &EncryptionKey) -> Option<SignatureState> {
    trace.send(&[message(Command::ECHO, message_id, &empty()).session(SESSION)]);
    receive_signed(trace, message(Command::ECHO, message_id, &empty()).session(SESSION), key);
    trace.rows().last().and_then(|row: &Operation| row.signature_state)
}

/// A trace after a logon of one leg.
fn logged_on(tokens: &Tokens) -> Trace {
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    set_up(&mut trace, 1, 0, 0, &spnego_init(&tokens.request));
    receive_signed(&mut trace, answered(1, &spnego_resp(&tokens.answer)), &tokens.session_key);
    trace
}

#[test]
fn the_ticket_may_come_in_the_second_leg_and_the_answer_before_the_last() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, true]);
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    set_up(&mut trace, 1, 0, 0, &spnego_init(b"a token of another mechanism"));
    trace.receive(&[answered(1, &spnego_resp(&[])).status(MORE_PROCESSING_REQUIRED)]);
    set_up(&mut trace, 2, SESSION, 0, &spnego_resp(&tokens.request));
    trace.receive(&[answered(2, &spnego_resp(&tokens.answer)).status(MORE_PROCESSING_REQUIRED)]);
    set_up(&mut trace, 3, SESSION, 0, &spnego_resp(&[]));
    receive_signed(&mut trace, answered(3, &spnego_resp(&[])), &tokens.session_key);
    assert_eq!(echo(&mut trace, 4, &tokens.session_key), Some(SignatureState::Ok));
    assert_eq!(who(&trace.dissector), alice());
}

#[test]
fn a_token_without_spnego_is_read_as_well() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, true]);
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    set_up(&mut trace, 1, 0, 0, &tokens.request);
    receive_signed(&mut trace, answered(1, &tokens.answer), &tokens.session_key);
    assert_eq!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Ok));
}

#[test]
fn a_bind_has_a_key_of_its_own_logon() {
    let (first, second) = (tokens(&key(KIND, 1), KIND, [true, true]), tokens(&key(KIND, 1), KIND, [true, false]));
    let mut trace = logged_on(&first);
    connect_again(&mut trace);
    set_up(&mut trace, 1, SESSION, BINDING, &spnego_init(&second.request));
    receive_signed(&mut trace, answered(1, &spnego_resp(&second.answer)), &second.session_key);
    assert_eq!(echo(&mut trace, 2, &second.session_key), Some(SignatureState::Ok));
    assert_eq!(echo(&mut trace, 3, &first.session_key), Some(SignatureState::Bad));
    assert_eq!(trace.dissector.sessions().len(), 1);
}

#[test]
fn a_logon_again_leaves_the_keys_as_they_are() {
    let (first, second) = (tokens(&key(KIND, 1), KIND, [true, true]), tokens(&key(KIND, 1), KIND, [true, false]));
    let mut trace = logged_on(&first);
    set_up(&mut trace, 2, SESSION, 0, &spnego_init(&second.request));
    receive_signed(&mut trace, answered(2, &spnego_resp(&second.answer)), &first.session_key);
    assert_eq!(echo(&mut trace, 3, &first.session_key), Some(SignatureState::Ok));
    assert_eq!(who(&trace.dissector), alice());
}

#[test]
fn tokens_that_are_cut_or_changed_anywhere_lead_to_no_key_and_no_harm() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, true]);
    let whole = spnego_init(&tokens.request);
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0x55;
        for token in [&changed[..], &whole[..place]] {
            let mut trace = trace(with_keytab([key(KIND, 1)]));
            set_up(&mut trace, 1, 0, 0, token);
            receive_signed(&mut trace, answered(1, &spnego_resp(&tokens.answer)), &tokens.session_key);
            assert!(trace.dissector.counters().tickets_refused <= 1);
            assert_ne!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Bad), "{place}");
        }
    }
}

#[test]
fn an_answer_that_cannot_be_read_leads_to_no_key() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, true]);
    let mut changed = tokens.answer.clone();
    *changed.last_mut().unwrap() ^= 1;
    for answer in [&changed[..], &tokens.answer[..tokens.answer.len() - 1]] {
        let mut trace = trace(with_keytab([key(KIND, 1)]));
        set_up(&mut trace, 1, 0, 0, &spnego_init(&tokens.request));
        receive_signed(&mut trace, answered(1, &spnego_resp(answer)), &tokens.session_key);
        assert_eq!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Unverified));
        assert_eq!(trace.dissector.counters().session_keys_refused, 0);
        assert_eq!(who(&trace.dissector), alice());
    }
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    set_up(&mut trace, 1, 0, 0, &spnego_init(&tokens.request));
    let response = chained(Direction::ServerToClient, &[answered(1, &spnego_resp(&tokens.answer))]);
    let end = u32::try_from(response.len()).unwrap();
    trace.pdu_with_holes(Direction::ServerToClient, response, vec![Hole { offset: end - 40, length: 40 }]);
    assert_eq!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Unverified));
    assert_eq!(who(&trace.dissector), alice());
}

#[test]
fn an_answer_without_a_token_leaves_the_key_of_the_client() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, false]);
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    set_up(&mut trace, 1, 0, 0, &spnego_init(&tokens.request));
    receive_signed(&mut trace, answered(1, &[]), &tokens.session_key);
    assert_eq!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Ok));
}

#[test]
fn a_request_with_a_hole_is_not_opened() {
    let tokens = tokens(&key(KIND, 1), KIND, [true, true]);
    let mut trace = trace(with_keytab([key(KIND, 1)]));
    let body = session_setup_request(0, 0, &spnego_init(&tokens.request));
    let request = chained(Direction::ClientToServer, &[message(Command::SESSION_SETUP, 1, &body).session(0)]);
    let end = u32::try_from(request.len()).unwrap();
    trace.pdu_with_holes(Direction::ClientToServer, request, vec![Hole { offset: end - 40, length: 40 }]);
    receive_signed(&mut trace, answered(1, &spnego_resp(&tokens.answer)), &tokens.session_key);
    assert_eq!(echo(&mut trace, 2, &tokens.session_key), Some(SignatureState::Unverified));
    assert_eq!(who(&trace.dissector), nobody());
}
