//! The life of a session: logons again, expiry, logoff, a bind to nothing known, and what a new session replaces.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use capture::{CloseKind, Direction, Event, Hole, Pdu};
use smb2::{Command, Guid};
use smbreplay_dissect::Kind;
use wire::*;

const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;
const NETWORK_SESSION_EXPIRED: u32 = 0xc000_035c;
const USER_SESSION_DELETED: u32 = 0xc000_0203;

/// A SESSION_SETUP of session `id` (0: a first one) as `user`, and its answer by session `answered`.
fn set_up(trace: &mut Trace, message_id: u64, id: u64, answered: u64, previous: u64, user: &str, status: u32) {
    let body = session_setup_request(0, previous, &authenticate("OFFICE", user, "PC7"));
    trace.send(&[message(Command::SESSION_SETUP, message_id, &body).session(id)]);
    let answer = session_setup_response(0);
    trace.receive(&[message(Command::SESSION_SETUP, message_id, &answer).session(answered).status(status)]);
}

fn connect_tree(trace: &mut Trace, message_id: u64) {
    trace.send(&[message(Command::TREE_CONNECT, message_id, &tree_connect_request("\\\\srv\\a")).tree(0)]);
    trace.receive(&[message(Command::TREE_CONNECT, message_id, &tree_connect_response())]);
}

#[test]
fn an_expired_session_that_logs_on_again_is_the_same_session() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    connect_tree(&mut trace, 2);
    trace.send(&[message(Command::CREATE, 3, &create_request("x", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 3, &create_response(file_id(5), 0, &[]))]);
    trace.send(&[message(Command::READ, 4, &read_request(file_id(5), 0, 1))]);
    trace.receive(&[message(Command::READ, 4, &error_response()).status(NETWORK_SESSION_EXPIRED)]);
    set_up(&mut trace, 5, 7, 7, 0, "ann", MORE_PROCESSING_REQUIRED);
    set_up(&mut trace, 6, 7, 7, 0, "ann", 0);
    trace.send(&[message(Command::READ, 7, &read_request(file_id(5), 0, 1))]);
    trace.receive(&[message(Command::READ, 7, &read_response(b"x"))]);
    let rows = trace.rows();
    assert!(rows.iter().all(|row| row.session == Some(0)), "{rows:?}");
    let read = rows.last().unwrap();
    assert_eq!((read.path.as_deref(), read.open, read.tree), (Some("x"), Some(0), Some(0)), "opens outlive expiry");
    let sessions = trace.dissector.sessions();
    assert_eq!((sessions.len(), sessions[0].generation, sessions[0].logon_status), (1, 1, Some(0)));
    assert_eq!(sessions[0].statuses[&NETWORK_SESSION_EXPIRED], 1);
}

#[test]
fn a_session_that_replaces_another_is_its_own() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    connect_tree(&mut trace, 2);
    trace.connect(1, "10.0.0.1:445");
    trace.rows();
    set_up(&mut trace, 1, 0, 8, 7, "ann", 0);
    let row = trace.rows().pop().unwrap();
    assert_eq!((row.session, row.session_id), (Some(1), Some(8)));
    assert!(row.detail.unwrap().starts_with("replaces session 0x0000000000000007"));
    trace.send(&[message(Command::CREATE, 2, &create_request("x", 0, &[])).session(8)]);
    let row = trace.finish().pop().unwrap();
    assert_eq!((row.session, row.share), (Some(1), None), "its trees are its own as well");
}

#[test]
fn after_a_logoff_the_id_names_the_dead_session_until_it_is_given_anew() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    connect_tree(&mut trace, 2);
    trace.send(&[message(Command::LOGOFF, 3, &empty())]);
    trace.receive(&[message(Command::LOGOFF, 3, &empty())]);
    trace.send(&[message(Command::CREATE, 4, &create_request("x", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 4, &error_response()).status(USER_SESSION_DELETED)]);
    let rows = trace.rows();
    let late = rows.last().unwrap();
    assert_eq!((late.session, late.open, late.status), (Some(0), None, Some(USER_SESSION_DELETED)));
    set_up(&mut trace, 5, 0, 7, 0, "bob", 0);
    trace.send(&[message(Command::CREATE, 6, &create_request("x", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 6, &error_response()).status(USER_SESSION_DELETED)]);
    let rows = trace.rows();
    assert!(rows.iter().all(|row| row.session == Some(1)), "{rows:?}");
    assert_eq!((rows[1].tree, rows[1].share.as_deref()), (None, None), "its TreeIds name nothing yet");
    let users: Vec<_> = trace.dissector.sessions().iter().map(|session| session.user.clone().unwrap()).collect();
    assert_eq!(users, ["ann", "bob"]);
}

fn close(trace: &mut Trace, connection: u32) {
    let (by, how) = (Direction::ClientToServer, CloseKind::Fin);
    trace.dissector.handle(Event::Close { connection, by, how, at: at(trace.frame), acked: None });
}

#[test]
fn a_session_ends_with_the_last_of_its_connections_to_be_closed() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    trace.connect(1, "10.0.0.1:445");
    trace.send(&[message(Command::SESSION_SETUP, 1, &session_setup_request(1, 0, &authenticate("O", "ann", "")))]);
    trace.receive(&[message(Command::SESSION_SETUP, 1, &session_setup_response(0))]);
    close(&mut trace, 0);
    assert_eq!(trace.dissector.poll_ended(), None, "it goes on on its other channel");
    trace.send(&[message(Command::CREATE, 4, &create_request("x", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 4, &create_response(file_id(5), 0, &[]))]);
    close(&mut trace, 1);
    assert_eq!((trace.dissector.poll_ended(), trace.dissector.poll_ended()), (Some(0), None));
}

#[test]
fn a_session_ends_when_the_server_answers_its_logoff() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    trace.send(&[message(Command::LOGOFF, 3, &empty())]);
    trace.receive(&[message(Command::LOGOFF, 3, &error_response()).status(USER_SESSION_DELETED)]);
    assert_eq!(trace.dissector.poll_ended(), None);
    trace.send(&[message(Command::LOGOFF, 4, &empty())]);
    trace.receive(&[message(Command::LOGOFF, 4, &empty())]);
    assert_eq!((trace.dissector.poll_ended(), trace.dissector.poll_ended()), (Some(0), None));
}

#[test]
fn a_bind_of_a_session_from_before_the_capture_names_it_without_a_user() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::SESSION_SETUP, 1, &session_setup_request(1, 0, &authenticate("O", "ann", "")))]);
    trace.receive(&[message(Command::SESSION_SETUP, 1, &session_setup_response(0))]);
    connect_tree(&mut trace, 2);
    trace.connect(1, "10.0.0.1:445");
    trace.send(&[message(Command::CREATE, 1, &create_request("x", 0, &[]))]);
    let rows = [trace.rows(), trace.finish()].concat();
    let rows: Vec<_> = rows.iter().filter(|row| row.kind != Kind::Connect).collect();
    assert!(rows.iter().all(|row| row.session == Some(0)), "{rows:?}");
    assert_eq!(rows[2].share.as_deref(), Some("\\\\srv\\a"), "a session's trees are there on all its connections");
    let sessions = trace.dissector.sessions();
    assert_eq!((sessions.len(), sessions[0].logon_status, sessions[0].user.as_deref()), (1, None, None));
    assert_eq!(sessions[0].connections, [0, 1]);
}

#[test]
fn one_session_id_on_two_servers_is_two_sessions() {
    let mut trace = Trace::new();
    set_up(&mut trace, 1, 0, 7, 0, "ann", 0);
    connect_tree(&mut trace, 2);
    trace.connect(1, "10.0.0.2:445");
    trace.send(&[message(Command::CREATE, 1, &create_request("x", 0, &[]))]);
    let row = [trace.rows(), trace.finish()].concat().pop().unwrap();
    assert_eq!((row.session, row.tree, row.share), (Some(1), None, None));
}

/// The message that `operation` of a trace would be, had only its first `captured` bytes been captured.
fn cut(direction: Direction, message: &Message, captured: usize) -> Event {
    let mut body = chained(direction, std::slice::from_ref(message));
    let missing = body.len().saturating_sub(captured);
    let start = body.len() - missing;
    body[start..].fill(0);
    let hole = Hole { offset: u32::try_from(start).unwrap(), length: u32::try_from(missing).unwrap() };
    let holes = if missing > 0 { vec![hole] } else { Vec::new() };
    let place = at(100 + message.message_id);
    let body = bytes::Bytes::from(body);
    Event::Pdu(Pdu { connection: 0, direction, body, holes, first: place, last: place, stream_end: 0, acked: None })
}

#[test]
fn what_the_snaplen_cut_of_a_logon_is_not_known_and_not_zero() {
    let request = message(Command::NEGOTIATE, 0, &negotiate_request(3)).session(0);
    let response = message(Command::NEGOTIATE, 0, &negotiate_response(0x0300, 8)).session(0);
    let token = authenticate("OFFICE", "ann", "PC7");
    let setup = message(Command::SESSION_SETUP, 1, &session_setup_request(0, 0, &token)).session(0);
    let answer = message(Command::SESSION_SETUP, 1, &session_setup_response(0));
    let length = chained(Direction::ClientToServer, std::slice::from_ref(&setup)).len();
    for kept in 64..=length {
        let mut trace = Trace::new();
        for event in [
            cut(Direction::ClientToServer, &request, kept),
            cut(Direction::ServerToClient, &response, kept),
            cut(Direction::ClientToServer, &setup, kept),
            cut(Direction::ServerToClient, &answer, kept),
        ] {
            trace.dissector.handle(event);
        }
        trace.rows();
        let [connection] = &trace.dissector.connections()[..] else { panic!() };
        assert!(matches!(connection.dialect, None | Some(0x0300)), "{kept}: {connection:?}");
        assert!(matches!(connection.max_write_size, None | Some(0x0030_0000)), "{kept}: {connection:?}");
        assert_eq!(connection.capabilities.is_some(), connection.max_read_size.is_some(), "{kept}: {connection:?}");
        assert!([connection.client_guid, connection.server_guid].iter().flatten().all(|guid| *guid != Guid::default()));
        let [session] = &trace.dissector.sessions()[..] else { panic!() };
        for (found, whole) in [(&session.user, "ann"), (&session.domain, "OFFICE"), (&session.workstation, "PC7")] {
            assert!(found.as_deref().is_none_or(|found| found == whole), "{kept}: {session:?}");
            assert!(kept < length || found.is_some(), "{session:?}");
        }
        assert_ne!(session.mechanism.as_deref(), Some("anonymous"), "{kept}");
    }
}
