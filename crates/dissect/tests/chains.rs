//! Chains: failures inside, and answers that are split otherwise than their requests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use smb2::Command;
use smbreplay_dissect::Kind;
use wire::*;

const PENDING: u32 = 0x103;
const OBJECT_NAME_NOT_FOUND: u32 = 0xc000_0034;

fn related(command: Command, message_id: u64, body: &[u8]) -> Message {
    message(command, message_id, body).session(u64::MAX).tree(u32::MAX).related()
}

#[test]
fn a_create_that_fails_in_the_middle_gives_its_successors_its_path_and_no_handle_of_an_earlier_one() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 1, &create_request("there", 0, &[])),
        message(Command::CREATE, 2, &create_request("gone", 0, &[])),
        related(Command::READ, 3, &read_request([0xff; 16], 0, 1)),
        related(Command::CLOSE, 4, &close_request([0xff; 16])),
    ]);
    let failed = |command, id| message(command, id, &error_response()).status(OBJECT_NAME_NOT_FOUND);
    trace.receive(&[
        message(Command::CREATE, 1, &create_response(file_id(5), 0, &[])),
        failed(Command::CREATE, 2),
        failed(Command::READ, 3),
        failed(Command::CLOSE, 4),
    ]);
    let rows = trace.rows();
    let said: Vec<_> = rows.iter().map(|row| (row.open, row.path.as_deref())).collect();
    assert_eq!(said, [(Some(0), Some("there")), (None, Some("gone")), (None, Some("gone")), (None, Some("gone"))]);
    assert!(rows.iter().all(|row| row.session == Some(0) && row.tree_id == Some(1)));
}

#[test]
fn a_chain_answered_in_several_pdus_and_another_order_is_paired_message_by_message() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 1, &create_request("dir", 0, &[])),
        related(Command::CHANGE_NOTIFY, 2, &change_notify_request([0xff; 16])),
    ]);
    trace.send(&[message(Command::ECHO, 3, &empty())]);
    trace.receive(&[
        message(Command::CREATE, 1, &create_response(file_id(5), 0, &[])),
        message(Command::CHANGE_NOTIFY, 2, &error_response()).asynchronous(9).status(PENDING),
    ]);
    trace.receive(&[
        message(Command::ECHO, 3, &empty()),
        message(Command::CHANGE_NOTIFY, 2, &error_response()).asynchronous(9).status(0xc000_0120),
    ]);
    let rows = trace.rows();
    let said: Vec<_> = rows.iter().map(|row| (row.command.unwrap(), row.kind, row.response_compound_index)).collect();
    assert_eq!(
        said,
        [
            (Command::CREATE, Kind::Exchange, Some(0)),
            (Command::ECHO, Kind::Exchange, Some(0)),
            (Command::CHANGE_NOTIFY, Kind::Exchange, Some(1)),
        ]
    );
    let notify = &rows[2];
    assert_eq!((notify.request_chain, notify.compound_index), (rows[0].request_chain, Some(1)));
    assert_ne!(notify.response_chain, rows[0].response_chain);
    assert_eq!((notify.open, notify.path.as_deref()), (Some(0), Some("dir")));
}

#[test]
fn a_chain_of_which_the_end_is_never_answered_keeps_what_its_create_returned() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 1, &create_request("x", 0, &[])),
        related(Command::READ, 2, &read_request([0xff; 16], 0, 1)),
    ]);
    trace.receive(&[message(Command::CREATE, 1, &create_response(file_id(5), 0, &[]))]);
    trace.rows();
    let row = trace.finish().pop().unwrap();
    assert_eq!((row.kind, row.open, row.path.as_deref()), (Kind::Request, Some(0), Some("x")));
    assert_eq!(trace.dissector.counters().requests_without_response, 1);
}

#[test]
fn a_related_first_message_inherits_nothing() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::CREATE, 1, &create_request("x", 0, &[]))]);
    trace.send(&[related(Command::READ, 2, &read_request([0xff; 16], 0, 1))]);
    let rows = trace.finish();
    assert_eq!((rows[1].session, rows[1].path.as_deref(), rows[1].open), (None, None, None));
}
