//! Logons, against a server that makes everybody a guest.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::message;
use smb2::Command;
use smb2::auth::spnego;
use store::runs::Verdict;

pub(crate) const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;
pub(crate) const LOGON_FAILURE: u32 = 0xc000_006d;
const ACCESS_DENIED: u32 = 0xc000_0022;
pub(crate) const GUEST: u16 = 1;
pub(crate) const CAPTURED_SESSION: u64 = 0x1111;
pub(crate) const LIVE_SESSION: u64 = 0x2222;

pub(crate) fn in_session(mut message: Vec<u8>, session: u64) -> Vec<u8> {
    message[40..48].copy_from_slice(&session.to_le_bytes());
    message
}

/// NEGOTIATE for 2.1 alone (MS-SMB2 2.2.3).
pub(crate) fn negotiate() -> Vec<u8> {
    let mut body = vec![36, 0, 1, 0, 1, 0, 0, 0];
    body.extend([0; 28]);
    body.extend([0x10, 0x02]);
    message(Command::NEGOTIATE, 0, &body)
}

/// The body of a response that selects 2.1 (MS-SMB2 2.2.4).
pub(crate) fn negotiated() -> Vec<u8> {
    let mut body = vec![0; 64];
    body[..6].copy_from_slice(&[65, 0, 1, 0, 0x10, 0x02]);
    body[56..58].copy_from_slice(&128u16.to_le_bytes());
    body
}

pub(crate) fn session_setup(message_id: u64) -> Vec<u8> {
    let mut body = vec![25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0, 4, 0];
    body.extend([0; 8]);
    body.extend(*b"blob");
    message(Command::SESSION_SETUP, message_id, &body)
}

/// The body of a SESSION_SETUP response (MS-SMB2 2.2.6).
pub(crate) fn set_up(flags: u16, token: &[u8]) -> Vec<u8> {
    let mut body = vec![9, 0];
    body.extend(flags.to_le_bytes());
    body.extend([72, 0]);
    body.extend(u16::try_from(token.len()).unwrap().to_le_bytes());
    body.extend(token);
    body
}

/// A CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) with an empty list of targets, in its SPNEGO token.
pub(crate) fn challenge() -> Vec<u8> {
    let mut challenge = b"NTLMSSP\0".to_vec();
    challenge.extend(2u32.to_le_bytes());
    challenge.extend([0, 0, 0, 0, 56, 0, 0, 0]);
    // UNICODE, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, TARGET_INFO, 128, KEY_EXCH
    challenge.extend(0x6088_8201_u32.to_le_bytes());
    challenge.extend([8; 8]);
    challenge.extend([0; 8]);
    challenge.extend([4, 0, 4, 0, 56, 0, 0, 0]);
    challenge.extend([0; 8]);
    challenge.extend([0; 4]);
    spnego::resp(&challenge, None)
}

fn tree_connect(message_id: u64) -> Vec<u8> {
    let path = smb2::utf16::from_str("\\\\captured\\docs");
    let mut body = vec![9, 0, 0, 0, 72, 0];
    body.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
    body.extend(path);
    in_session(message(Command::TREE_CONNECT, message_id, &body), CAPTURED_SESSION)
}

/// A logon in this many legs, a signed TREE_CONNECT, and an ECHO on its tree.
pub(crate) fn captured_logon(legs: u64) -> Captured {
    let mut captured = Captured::default();
    captured.connect(0, "10.0.0.1:50000");
    captured.request(0, 0, negotiate()).answered_with(1, 0, &negotiated());
    for leg in 1..=legs {
        let session = if leg == 1 { 0 } else { CAPTURED_SESSION };
        let status = if leg == legs { 0 } else { MORE_PROCESSING_REQUIRED };
        let request = captured.request(0, 10 * leg, in_session(session_setup(leg), session));
        let mut answered = request.answered_with(10 * leg + 1, status, &set_up(0, &[]));
        let response = in_session(answered.operation().response.take().unwrap().to_vec(), CAPTURED_SESSION);
        answered.operation().response = Some(response.into());
    }
    let mut signed = tree_connect(legs + 1);
    signed[16] |= 8;
    signed[48..64].fill(0xcc);
    let mut connected = captured.request(0, 50, signed).answered(51);
    let mut response = connected.operation().response.take().unwrap().to_vec();
    response[36..40].copy_from_slice(&5u32.to_le_bytes());
    connected.operation().response = Some(response.into());
    let mut on_tree = in_session(message(Command::FLUSH, legs + 2, &[24, 0]), CAPTURED_SESSION);
    on_tree[36..40].copy_from_slice(&5u32.to_le_bytes());
    captured.request(0, 60, on_tree).answered(61);
    captured
}

pub(crate) fn answer_setup(simulation: &mut Simulation, message_id: u64, status: u32, body: &[u8]) {
    let request = simulation.latest(0, message_id).bytes;
    simulation.receive(0, &in_session(crate::wire::response(&request, status, 10, body), LIVE_SESSION));
}

fn negotiated_simulation(captured: Captured) -> Simulation {
    let mut simulation = Simulation::start(captured, options());
    simulation.answer_with(0, 0, 0, 10, &negotiated());
    simulation
}

#[test]
fn a_guest_session_is_used_under_its_live_id_and_unsigned() {
    let mut simulation = negotiated_simulation(captured_logon(2));
    answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    answer_setup(&mut simulation, 2, 0, &set_up(GUEST, &[]));
    let sent = simulation.latest(0, 3);
    assert_eq!((sent.header.command, sent.header.session_id), (Command::TREE_CONNECT, LIVE_SESSION));
    assert!(!sent.header.flags.is_signed(), "a guest has no key to sign with");
    assert_eq!(sent.header.signature, [0; 16]);
    assert_eq!(sent.bytes[72..], smb2::utf16::from_str("\\\\lab\\share"));
}

#[test]
fn tokens_are_new_in_every_leg() {
    let mut simulation = negotiated_simulation(captured_logon(2));
    assert!(spnego::find_ntlm(&simulation.latest(0, 1).bytes[88..]).is_some());
    answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    let second = simulation.latest(0, 2);
    assert_eq!(second.header.session_id, LIVE_SESSION);
    assert_eq!(spnego::find_ntlm(&second.bytes[88..]).map(|token| token[8]), Some(3), "AUTHENTICATE");
}

#[test]
fn a_leg_that_only_the_live_logon_needs_is_put_in_and_recorded() {
    let mut simulation = negotiated_simulation(captured_logon(1));
    simulation.newly_sent();
    answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    assert_eq!(simulation.newly_sent(), [(0, 2)]);
    answer_setup(&mut simulation, 2, 0, &set_up(GUEST, &[]));
    assert_eq!(simulation.newly_sent(), [(0, 3)], "the TREE_CONNECT, captured with MessageId 2");
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Match, "one logical operation, whatever its legs");
    assert_eq!(outcome.extras.iter().map(|extra| extra.mark).collect::<Vec<_>>(), ["logon_leg"]);
}

#[test]
fn a_server_that_never_has_enough_of_legs_is_told_so() {
    let mut simulation = negotiated_simulation(captured_logon(1));
    for leg in 1..=2 {
        answer_setup(&mut simulation, leg, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    }
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 1), Verdict::Status);
    assert_eq!(outcome.extras.len(), 1);
}

#[test]
fn what_belongs_to_a_session_that_was_refused_is_skipped_with_the_refusal_as_cause() {
    let mut simulation = negotiated_simulation(captured_logon(2));
    answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    answer_setup(&mut simulation, 2, LOGON_FAILURE, &[9, 0, 0, 0, 0, 0, 0, 0, 0]);
    let outcome = simulation.run_out();
    assert_eq!(outcome.verdict(0, 2), Verdict::Status);
    for id in [3, 4] {
        assert_eq!((outcome.verdict(0, id), outcome.cause(0, id)), (Verdict::Skipped, Some(2)), "message {id}");
    }
}

#[test]
fn what_needs_a_tree_that_was_refused_is_skipped_with_that_cause() {
    let mut simulation = negotiated_simulation(captured_logon(2));
    answer_setup(&mut simulation, 1, MORE_PROCESSING_REQUIRED, &set_up(0, &challenge()));
    answer_setup(&mut simulation, 2, 0, &set_up(GUEST, &[]));
    simulation.answer_with(0, 3, ACCESS_DENIED, 10, &[]);
    let outcome = simulation.run_out();
    assert_eq!((outcome.verdict(0, 4), outcome.cause(0, 4)), (Verdict::Skipped, Some(3)));
}
