//! What identifiers name: sessions, trees, opens, leases, and their paths.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use smb2::{Command, FileId, Guid};
use smbreplay_dissect::{Kind, Operation};
use wire::*;

const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;
const NO_MESSAGE_ID: u64 = u64::MAX;

/// Logs on in two legs, as session `id`.
fn log_on(trace: &mut Trace, message_id: u64, id: u64, user: &str) {
    let setup =
        |message_id, token: &[u8]| message(Command::SESSION_SETUP, message_id, &session_setup_request(0, 0, token));
    let answer = |message_id| message(Command::SESSION_SETUP, message_id, &session_setup_response(0)).session(id);
    trace.send(&[setup(message_id, b"NTLMSSP\0\x01\0\0\0\0\0\0\0\0\0\0\0").session(0)]);
    trace.receive(&[answer(message_id).status(MORE_PROCESSING_REQUIRED)]);
    trace.send(&[setup(message_id + 1, &authenticate("OFFICE", user, "PC7")).session(id)]);
    trace.receive(&[answer(message_id + 1)]);
}

fn open(trace: &mut Trace, message_id: u64, path: &str, id: u8) -> Operation {
    trace.send(&[message(Command::CREATE, message_id, &create_request(path, 0, &[]))]);
    trace.receive(&[message(Command::CREATE, message_id, &create_response(file_id(id), 0, &[]))]);
    trace.rows().pop().unwrap()
}

fn close(trace: &mut Trace, message_id: u64, id: u8) -> Operation {
    trace.send(&[message(Command::CLOSE, message_id, &close_request(file_id(id)))]);
    trace.receive(&[message(Command::CLOSE, message_id, &close_response())]);
    trace.rows().pop().unwrap()
}

fn connect_tree(trace: &mut Trace, message_id: u64, share: &str, tree_id: u32) -> Operation {
    trace.send(&[message(Command::TREE_CONNECT, message_id, &tree_connect_request(share)).tree(0)]);
    trace.receive(&[message(Command::TREE_CONNECT, message_id, &tree_connect_response()).tree(tree_id)]);
    trace.rows().pop().unwrap()
}

#[test]
fn the_first_session_setup_belongs_to_the_session_its_response_names() {
    let mut trace = Trace::new();
    log_on(&mut trace, 1, 7, "ann");
    let rows = trace.rows();
    assert!(rows.iter().all(|row| row.session == Some(0) && row.session_id == Some(7)), "{rows:?}");
    assert_eq!(rows[0].detail.as_deref(), Some("NTLM NEGOTIATE"));
    assert_eq!(rows[1].detail.as_deref(), Some("NTLM AUTHENTICATE OFFICE\\ann"));
    let session = &trace.dissector.sessions()[0];
    assert_eq!((session.session_id, session.generation, session.logon_status), (7, 1, Some(0)));
    let who = [&session.user, &session.domain, &session.workstation, &session.mechanism];
    assert_eq!(who.map(|text| text.as_deref().unwrap()), ["ann", "OFFICE", "PC7", "NTLM"]);
    assert_eq!((session.operations, session.commands[&Command::SESSION_SETUP]), (2, 2));
    assert_eq!(session.statuses[&MORE_PROCESSING_REQUIRED], 1);
}

#[test]
fn a_new_logon_with_an_old_id_is_a_new_session() {
    let mut trace = Trace::new();
    log_on(&mut trace, 1, 7, "ann");
    connect_tree(&mut trace, 3, "\\\\srv\\a", 1);
    trace.connect(1, "10.0.0.1:445");
    log_on(&mut trace, 1, 7, "bob");
    trace.rows();
    let unknown = open(&mut trace, 3, "x", 5);
    assert_eq!((unknown.session, unknown.share, unknown.tree), (Some(1), None, None));
    let sessions = trace.dissector.sessions();
    assert_eq!((sessions[1].generation, sessions[1].user.as_deref()), (2, Some("bob")));
    assert_eq!((&sessions[0].connections, &sessions[1].connections), (&vec![0], &vec![1]));
}

#[test]
fn a_bind_belongs_to_the_bound_session() {
    let mut trace = Trace::new();
    log_on(&mut trace, 1, 7, "ann");
    trace.rows();
    trace.connect(1, "10.0.1.1:445");
    trace.send(&[message(Command::SESSION_SETUP, 1, &session_setup_request(1, 0, b""))]);
    trace.receive(&[message(Command::SESSION_SETUP, 1, &session_setup_response(0)).status(MORE_PROCESSING_REQUIRED)]);
    trace.send(&[message(Command::ECHO, 2, &empty())]);
    let rows = [trace.rows(), trace.finish()].concat();
    assert!(rows.iter().filter(|row| row.kind != Kind::Connect).all(|row| row.session == Some(0)));
    assert_eq!(rows[1].detail.as_deref(), Some("bind"));
    let sessions = trace.dissector.sessions();
    assert_eq!((sessions.len(), &sessions[0].connections), (1, &vec![0, 1]));
    assert_eq!(sessions[0].logon_status, Some(0));
}

#[test]
fn guests_are_told_from_users() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::SESSION_SETUP, 1, &session_setup_request(0, 0, &authenticate("", "x", ""))).session(0)
    ]);
    trace.receive(&[message(Command::SESSION_SETUP, 1, &session_setup_response(1))]);
    let session = &trace.dissector.sessions()[0];
    assert_eq!((session.mechanism.as_deref(), session.user.as_deref()), (Some("guest"), Some("x")));
}

#[test]
fn a_tree_id_used_again_is_a_new_tree() {
    let mut trace = Trace::new();
    let first = connect_tree(&mut trace, 1, "\\\\srv\\a", 1);
    assert_eq!((first.tree, first.share.as_deref(), first.share_type), (Some(0), Some("\\\\srv\\a"), Some(1)));
    assert_eq!((first.tree_id, first.detail.as_deref()), (Some(1), Some("disk")));
    let file = open(&mut trace, 2, "x", 5);
    assert_eq!((file.tree, file.share.as_deref()), (Some(0), Some("\\\\srv\\a")));
    assert_eq!(connect_tree(&mut trace, 3, "\\\\srv\\b", 1).tree, Some(1));
    let file = open(&mut trace, 4, "x", 6);
    assert_eq!((file.tree, file.share.as_deref()), (Some(1), Some("\\\\srv\\b")));
    assert_eq!(trace.dissector.sessions()[0].shares, ["\\\\srv\\a", "\\\\srv\\b"]);
}

#[test]
fn a_file_id_used_again_is_a_new_open() {
    let mut trace = Trace::new();
    assert_eq!(open(&mut trace, 1, "\\a", 5).path.as_deref(), Some("a"), "without a leading backslash");
    let closed = close(&mut trace, 2, 5);
    assert_eq!((closed.open, closed.path.as_deref()), (Some(0), Some("a")));
    assert_eq!(close(&mut trace, 3, 5).open, Some(0), "a dead handle still names its open");
    assert_eq!(open(&mut trace, 4, "b", 5).open, Some(1));
    assert_eq!(close(&mut trace, 5, 5).path.as_deref(), Some("b"));
}

#[test]
fn what_was_opened_before_the_capture_stays_unnamed() {
    let mut trace = Trace::new();
    let row = close(&mut trace, 1, 5);
    assert_eq!((row.open, row.path, row.tree, row.share), (None, None, None, None));
    assert_eq!((row.session, row.file_id, row.tree_id), (Some(0), Some(FileId(file_id(5))), Some(1)));
    trace.receive(&[message(Command::CREATE, 9, &create_response(file_id(6), 0, &[]))]);
    assert_eq!(trace.rows()[0].open, Some(0), "a handle that a response shows is an open");
    let row = close(&mut trace, 10, 6);
    assert_eq!((row.open, row.path), (Some(0), None));
}

#[test]
fn an_unknown_tree_id_names_no_share_although_the_handle_is_of_a_known_one() {
    let mut trace = Trace::new();
    connect_tree(&mut trace, 1, "\\\\srv\\a", 1);
    open(&mut trace, 2, "x", 5);
    trace.send(&[message(Command::CLOSE, 3, &close_request(file_id(5))).tree(2)]);
    trace.receive(&[message(Command::CLOSE, 3, &error_response()).tree(2).status(0xc000_00c9)]);
    let row = trace.rows().pop().unwrap();
    assert_eq!((row.tree_id, row.tree, row.share), (Some(2), None, None));
    assert_eq!((row.open, row.path.as_deref()), (Some(0), Some("x")));
}

#[test]
fn a_rename_moves_the_path_of_its_open() {
    let mut trace = Trace::new();
    open(&mut trace, 1, "dir\\old", 5);
    let rename = |trace: &mut Trace, id, name, status| {
        trace.send(&[message(Command::SET_INFO, id, &rename_request(file_id(5), name))]);
        let body: &[u8] = if status == 0 { &[2, 0] } else { &error_response() };
        trace.receive(&[message(Command::SET_INFO, id, body).status(status)]);
        trace.rows().pop().unwrap()
    };
    let refused = rename(&mut trace, 2, "dir\\no", 0xc000_0022);
    assert_eq!((refused.path.as_deref(), refused.new_path.as_deref()), (Some("dir\\old"), Some("dir\\no")));
    let done = rename(&mut trace, 3, "\\dir\\new", 0);
    assert_eq!((done.path.as_deref(), done.new_path.as_deref()), (Some("dir\\old"), Some("dir\\new")));
    assert_eq!(done.detail.as_deref(), Some("FileRenameInformation, to dir\\new"));
    assert_eq!(close(&mut trace, 4, 5).path.as_deref(), Some("dir\\new"));
}

#[test]
fn an_oplock_break_finds_session_and_path_by_its_file_id() {
    let mut trace = Trace::new();
    connect_tree(&mut trace, 1, "\\\\srv\\a", 1);
    open(&mut trace, 2, "x", 5);
    let body = bytes(&[&24_u16.to_le_bytes(), &[1, 0], &[0; 4], &file_id(5)]);
    trace.receive(&[message(Command::OPLOCK_BREAK, NO_MESSAGE_ID, &body).session(0).tree(0)]);
    trace.send(&[message(Command::OPLOCK_BREAK, 3, &body)]);
    trace.receive(&[message(Command::OPLOCK_BREAK, 3, &body)]);
    let rows = trace.rows();
    assert_eq!((rows[0].kind, rows[0].session, rows[0].open), (Kind::Notification, Some(0), Some(0)));
    assert_eq!((rows[0].path.as_deref(), rows[0].share.as_deref()), (Some("x"), Some("\\\\srv\\a")));
    assert_eq!((rows[0].oplock_granted, rows[0].detail.as_deref()), (Some(1), Some("oplock to level II")));
    assert_eq!((rows[1].kind, rows[1].path.as_deref(), rows[1].oplock_requested), (Kind::Exchange, Some("x"), Some(1)));
}

#[test]
fn a_lease_break_finds_its_path_on_any_connection_of_the_client() {
    let mut trace = Trace::new();
    let negotiate = |trace: &mut Trace| {
        trace.send(&[message(Command::NEGOTIATE, 0, &negotiate_request(3)).session(0)]);
        trace.receive(&[message(Command::NEGOTIATE, 0, &negotiate_response(0x0300, 8)).session(0)]);
    };
    negotiate(&mut trace);
    trace.send(&[message(Command::CREATE, 1, &create_request("x", 0xff, &lease(6, 7)))]);
    trace.receive(&[message(Command::CREATE, 1, &create_response(file_id(5), 0xff, &lease(6, 3)))]);
    let create = trace.rows().pop().unwrap();
    assert_eq!((create.lease_requested, create.lease_granted), (Some(7), Some(3)));
    assert_eq!((create.lease_key, create.create_contexts), (Some(Guid([6; 16])), vec!["RqLs".to_owned()]));
    assert_eq!(create.detail.as_deref(), Some("open existing, read, lease RWH, granted RH"));
    trace.connect(1, "10.0.0.1:445");
    negotiate(&mut trace);
    trace.rows();
    let body = bytes(&[
        &44_u16.to_le_bytes(),
        &[0; 2],
        &1_u32.to_le_bytes(),
        &[6; 16],
        &3_u32.to_le_bytes(),
        &1_u32.to_le_bytes(),
        &[0; 12],
    ]);
    trace.receive(&[message(Command::OPLOCK_BREAK, NO_MESSAGE_ID, &body).session(0).tree(0)]);
    let notified = trace.rows().pop().unwrap();
    assert_eq!((notified.kind, notified.session, notified.path.as_deref()), (Kind::Notification, Some(0), Some("x")));
    assert_eq!((notified.lease_granted, notified.open), (Some(1), Some(0)));
    assert_eq!(notified.detail.as_deref(), Some("lease RH to R, acknowledgment required"));
}

/// The row of a CREATE that asks, without a name and from another session, for the open with this FileId.
fn reconnect(trace: &mut Trace, id: u8) -> Operation {
    let reconnect = context(b"DHnC", &file_id(id));
    trace.connect(1, "10.0.0.1:445");
    trace.send(&[message(Command::CREATE, 1, &create_request("", 0, &reconnect)).session(8)]);
    trace.receive(&[message(Command::CREATE, 1, &create_response(file_id(id), 0, &[])).session(8)]);
    trace.rows().pop().unwrap()
}

#[test]
fn a_durable_reconnect_is_a_new_open_of_the_same_path() {
    let mut trace = Trace::new();
    let durable = create_request("dir\\x", 0, &context(b"DHnQ", &[0; 16]));
    trace.send(&[message(Command::CREATE, 1, &durable)]);
    trace.receive(&[message(Command::CREATE, 1, &create_response(file_id(5), 0, &[]))]);
    let row = reconnect(&mut trace, 5);
    assert_eq!((row.session, row.open, row.path.as_deref()), (Some(1), Some(1), Some("dir\\x")));
    assert_eq!(row.detail.as_deref(), Some("open existing, read, durable reconnect"));
}

#[test]
fn an_open_that_became_resilient_is_found_again_and_one_that_cannot_return_is_not() {
    /// FSCTL_LMR_REQUEST_RESILIENCY.
    const CODE: u32 = 0x0014_01d4;
    let mut trace = Trace::new();
    open(&mut trace, 1, "resilient", 5);
    open(&mut trace, 2, "plain", 6);
    trace.send(&[message(Command::IOCTL, 3, &ioctl_request(CODE, file_id(5), &[0; 8]))]);
    trace.receive(&[message(Command::IOCTL, 3, &ioctl_response(CODE, file_id(5), &[]))]);
    assert_eq!(reconnect(&mut trace, 5).path.as_deref(), Some("resilient"));
    let mut trace = Trace::new();
    open(&mut trace, 2, "plain", 6);
    assert_eq!(reconnect(&mut trace, 6).path.as_deref(), Some(""));
}
