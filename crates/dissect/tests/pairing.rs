//! Which messages make up a row, when it leaves, and where it stands in the trace.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod wire;

use bytes::Bytes;
use capture::{CloseKind, Direction, Event};
use smb2::{Command, FileId};
use smbreplay_dissect::{Closed, Kind, Operation, SignatureState};
use wire::*;

const PENDING: u32 = 0x103;
const CANCELLED: u32 = 0xc000_0120;

fn numbers(rows: &[Operation]) -> Vec<u32> {
    rows.iter().map(|row| row.op).collect()
}

#[test]
fn a_row_leaves_with_its_final_response_and_keeps_the_order_of_requests_in_op() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::READ, 5, &read_request(file_id(1), 4096, 3))]);
    trace.send(&[message(Command::ECHO, 6, &empty())]);
    assert!(trace.rows().is_empty());
    trace.receive(&[message(Command::ECHO, 6, &empty())]);
    trace.receive(&[message(Command::READ, 5, &read_response(b"abc"))]);
    let rows = trace.rows();
    assert_eq!(numbers(&rows), [2, 1]);
    let read = &rows[1];
    assert_eq!((read.kind, read.command, read.message_id), (Kind::Exchange, Some(Command::READ), Some(5)));
    assert_eq!((read.request_frame, read.response_frame, read.latency_ns), (Some(2), Some(5), Some(3000)));
    assert_eq!((read.offset, read.length, read.transferred), (Some(4096), Some(3), Some(3)));
    assert_eq!((read.payload_offset, read.payload_length), (Some(80), Some(3)));
    assert_eq!(read.payload_hash, Some(xxhash_rust::xxh3::xxh3_128(b"abc").to_be_bytes()));
    assert_eq!(read.detail.as_deref(), Some("3 bytes at 4096"));
    assert_eq!((read.status, read.signature_state), (Some(0), Some(SignatureState::Absent)));
    assert_eq!(read.credits_granted, Some(1));
    assert_eq!((read.request_chain, read.compound_index), (None, None));
    assert_eq!(trace.finish().len(), 0);
}

#[test]
fn an_interim_response_is_kept_and_the_final_one_completes_the_row() {
    let mut trace = Trace::new();
    let notify = message(Command::CHANGE_NOTIFY, 5, &change_notify_request(file_id(1)));
    trace.send(&[notify]);
    let interim = message(Command::CHANGE_NOTIFY, 5, &error_response()).asynchronous(99).status(PENDING);
    trace.receive(std::slice::from_ref(&interim));
    trace.receive(&[interim]);
    assert!(trace.rows().is_empty());
    trace.receive(&[message(Command::CHANGE_NOTIFY, 5, &error_response()).asynchronous(99).status(CANCELLED)]);
    let rows = trace.rows();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.kind, row.status, row.async_id), (Kind::Exchange, Some(CANCELLED), Some(99)));
    assert_eq!((row.request_frame, row.interim_frame, row.response_frame), (Some(2), Some(3), Some(5)));
    assert_eq!(row.tree_id, Some(1), "the request's, since asynchronous responses have none");
    assert!(row.interim.is_some() && row.response.is_some());
    assert_eq!(trace.dissector.counters().repeated_interim_responses, 1);
}

#[test]
fn a_cancel_is_complete_at_once_and_shows_its_target() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::CHANGE_NOTIFY, 5, &change_notify_request(file_id(1)))]);
    trace.receive(&[message(Command::CHANGE_NOTIFY, 5, &error_response()).asynchronous(99).status(PENDING)]);
    trace.send(&[message(Command::CANCEL, 0, &empty()).asynchronous(99)]);
    trace.send(&[message(Command::CANCEL, 5, &empty())]);
    trace.send(&[message(Command::CANCEL, 6, &empty())]);
    let rows = trace.rows();
    let details: Vec<_> = rows.iter().map(|row| row.detail.as_deref().unwrap()).collect();
    assert_eq!(details, ["of CHANGE_NOTIFY, operation 1", "of CHANGE_NOTIFY, operation 1", "of nothing outstanding"]);
    assert_eq!((rows[0].kind, rows[0].file_id), (Kind::Request, Some(FileId(file_id(1)))));
    trace.receive(&[message(Command::CHANGE_NOTIFY, 5, &error_response()).asynchronous(99).status(CANCELLED)]);
    assert_eq!(numbers(&trace.rows()), [1], "a cancel takes no response away from its target");
    assert_eq!(trace.dissector.counters().requests_without_response, 0);
}

#[test]
fn a_cancel_shows_the_open_that_its_target_got_from_its_chain() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 5, &create_request("dir", 0, &[])),
        message(Command::CHANGE_NOTIFY, 6, &change_notify_request([0xff; 16])).related(),
    ]);
    trace.receive(&[message(Command::CREATE, 5, &create_response(file_id(9), 0, &[]))]);
    trace.send(&[message(Command::CANCEL, 6, &empty())]);
    let cancel = trace.rows().pop().unwrap();
    assert_eq!((cancel.command, cancel.open, cancel.path.as_deref()), (Some(Command::CANCEL), Some(0), Some("dir")));
}

#[test]
fn what_is_never_answered_leaves_at_the_end_and_what_was_never_asked_at_once() {
    let mut trace = Trace::new();
    trace.receive(&[message(Command::READ, 4, &read_response(b"abc"))]);
    trace.send(&[message(Command::ECHO, 5, &empty())]);
    let early = trace.rows();
    assert_eq!((early.len(), early[0].kind, early[0].transferred), (1, Kind::Response, Some(3)));
    assert_eq!((early[0].session, early[0].latency_ns), (Some(0), None));
    let late = trace.finish();
    assert_eq!((late.len(), late[0].kind, late[0].status), (1, Kind::Request, None));
    let counters = trace.dissector.counters();
    assert_eq!((counters.requests_without_response, counters.responses_without_request), (1, 1));
}

#[test]
fn an_interim_whose_request_was_not_captured_waits_for_its_final_response() {
    let mut trace = Trace::new();
    trace.receive(&[message(Command::LOCK, 5, &error_response()).asynchronous(99).status(PENDING)]);
    assert!(trace.rows().is_empty());
    trace.receive(&[message(Command::LOCK, 5, &empty()).asynchronous(99)]);
    let rows = trace.rows();
    assert_eq!((rows[0].kind, rows[0].interim_frame, rows[0].response_frame), (Kind::Response, Some(2), Some(3)));
}

#[test]
fn two_requests_with_one_message_id_are_two_rows() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::ECHO, 5, &empty())]);
    trace.send(&[message(Command::ECHO, 5, &empty())]);
    trace.receive(&[message(Command::ECHO, 5, &empty())]);
    assert_eq!(numbers(&trace.rows()), [1]);
    assert_eq!(numbers(&trace.finish()), [2]);
    assert_eq!(trace.dissector.counters().duplicate_message_ids, 1);
}

#[test]
fn members_of_a_chain_are_answered_one_by_one() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 5, &create_request("dir\\file", 0, &[])),
        message(Command::READ, 6, &read_request([0xff; 16], 0, 1)).session(u64::MAX).tree(u32::MAX).related(),
        message(Command::CLOSE, 7, &close_request([0xff; 16])).session(u64::MAX).tree(u32::MAX).related(),
    ]);
    trace.receive(&[message(Command::CREATE, 5, &create_response(file_id(9), 0, &[]))]);
    trace.receive(&[
        message(Command::READ, 6, &read_response(b"x")).related(),
        message(Command::CLOSE, 7, &close_response()).related(),
    ]);
    let rows = trace.rows();
    assert_eq!(numbers(&rows), [1, 2, 3]);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.request_chain, Some(2 << 24));
        assert_eq!(row.compound_index, Some(u16::try_from(index).unwrap()));
        assert_eq!(row.path.as_deref(), Some("dir\\file"));
        assert_eq!((row.file_id, row.open), (Some(FileId(file_id(9))), Some(0)));
        assert_eq!((row.session, row.session_id, row.tree_id), (Some(0), Some(7), Some(1)));
        assert_eq!(row.related, index > 0);
    }
    assert_eq!(rows[0].response_chain, None);
    assert_eq!((rows[2].response_chain, rows[2].response_compound_index), (Some(4 << 24), Some(1)));
}

#[test]
fn a_related_request_uses_the_handle_that_the_one_before_it_names() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::CREATE, 4, &create_request("a", 0, &[]))]);
    trace.receive(&[message(Command::CREATE, 4, &create_response(file_id(9), 0, &[]))]);
    trace.send(&[
        message(Command::READ, 5, &read_request(file_id(9), 0, 1)),
        message(Command::ECHO, 6, &empty()).related(),
        message(Command::CLOSE, 7, &close_request([0xff; 16])).related(),
    ]);
    trace.rows();
    let rows = trace.finish();
    assert_eq!((rows[2].command, rows[2].file_id), (Some(Command::CLOSE), Some(FileId(file_id(9)))));
    assert_eq!((rows[2].path.as_deref(), rows[2].open), (Some("a"), Some(0)));
    assert_eq!((rows[1].path.as_deref(), rows[1].open), (None, None));
}

#[test]
fn a_chain_whose_create_fails_keeps_the_path_and_has_no_open() {
    let mut trace = Trace::new();
    trace.send(&[
        message(Command::CREATE, 5, &create_request("gone", 0, &[])),
        message(Command::CLOSE, 6, &close_request([0xff; 16])).related(),
    ]);
    let failed = |command, id| message(command, id, &error_response()).status(0xc000_0034);
    trace.receive(&[failed(Command::CREATE, 5), failed(Command::CLOSE, 6)]);
    for row in trace.rows() {
        assert_eq!((row.path.as_deref(), row.open, row.status), (Some("gone"), None, Some(0xc000_0034)));
    }
}

#[test]
fn acknowledgements_say_what_the_client_had_received() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::ECHO, 1, &empty())]);
    trace.receive(&[message(Command::ECHO, 1, &empty())]);
    trace.send(&[message(Command::ECHO, 2, &empty())]);
    let rows = [trace.rows(), trace.finish()].concat();
    assert_eq!((rows[0].request_acks, rows[1].request_acks), (None, Some(3 << 24)));
    assert_eq!(rows[1].request_acks, rows[0].response_seq);
}

#[test]
fn an_smb1_negotiate_that_smb2_answers_is_one_exchange() {
    let mut smb1 = vec![0; 32];
    smb1.splice(..5, [0xff, b'S', b'M', b'B', 0x72]);
    smb1.extend(b"\0\0\0\x02SMB 2.002\0\x02SMB 2.???\0");
    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, smb1.clone());
    trace.receive(&[message(Command::NEGOTIATE, 0, &negotiate_response(0x02ff, 8)).session(0)]);
    trace.send(&[message(Command::NEGOTIATE, 1, &negotiate_request(3)).session(0)]);
    trace.receive(&[message(Command::NEGOTIATE, 1, &negotiate_response(0x0300, 8)).session(0)]);
    let rows = trace.rows();
    assert_eq!((rows[0].kind, rows[0].command, rows[0].session), (Kind::Exchange, Some(Command::NEGOTIATE), None));
    assert_eq!(rows[0].request.as_deref(), Some(smb1.as_slice()));
    assert_eq!(rows[0].detail.as_deref(), Some("SMB1 multi-protocol negotiate: SMB 2.002, SMB 2.???: 2.???"));
    assert_eq!(rows[1].detail.as_deref(), Some("3.0 of 2.0.2, 3.0"));
    let connection = &trace.dissector.connections()[0];
    assert_eq!((connection.multi_protocol, connection.dialect), (true, Some(0x0300)));
    assert_eq!((connection.cipher, connection.max_write_size), (Some(1), Some(0x0030_0000)));
    assert_eq!(connection.negotiate_request, rows[1].request);

    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, smb1.clone());
    trace.pdu(Direction::ServerToClient, smb1);
    assert!(trace.finish().is_empty(), "SMB1 answered: counted only");
    assert_eq!(trace.dissector.counters().smb1_pdus, 2);
}

#[test]
fn what_cannot_be_read_without_a_key_is_a_row_per_pdu() {
    let mut encrypted = vec![0; 80];
    encrypted.splice(..4, [0xfd, b'S', b'M', b'B']);
    encrypted[44] = 7;
    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, encrypted.clone());
    trace.pdu(Direction::ServerToClient, encrypted);
    let rows = trace.rows();
    assert!(rows.iter().all(|row| row.kind == Kind::Encrypted && row.session_id == Some(7) && row.encrypted));
    assert!(rows[0].request.is_some() && rows[0].response.is_none());
    assert!(rows[1].request.is_none() && rows[1].response.is_some());
    let session = &trace.dissector.sessions()[0];
    assert_eq!((session.session_id, session.operations, session.encrypted), (7, 2, true));
    assert_eq!(session.not_replayable.len(), 1);
}

#[test]
fn connects_and_closes_are_rows_of_no_session() {
    let mut trace = Trace::new();
    trace.connect(1, "10.0.0.2:445");
    let close = |by, how| Event::Close { connection: 1, by, how, at: at(9), acked: None };
    trace.dissector.handle(close(Direction::ServerToClient, CloseKind::Rst));
    let rows = trace.rows();
    assert_eq!((rows[0].kind, rows[0].connection, rows[0].session), (Kind::Connect, 1, None));
    assert_eq!(rows[0].detail.as_deref(), Some("10.0.0.9:50000 to 10.0.0.2:445"));
    assert_eq!((rows[1].kind, rows[1].closed.map(Closed::name)), (Kind::Close, Some("server_rst")));
    assert_eq!((rows[1].request_seq, rows[1].response_seq), (None, Some(9 << 24)), "the server did it");
    assert_eq!(trace.dissector.connections()[1].closed.map(Closed::name), Some("server_rst"));
}

#[test]
fn outstanding_requests_of_many_closed_connections_are_given_up_before_the_end() {
    let mut trace = Trace::new();
    for connection in 1..=257 {
        trace.connect(connection, "10.0.0.2:445");
        trace.send(&[message(Command::ECHO, 5, &empty())]);
        let (by, how) = (Direction::ClientToServer, CloseKind::Fin);
        trace.dissector.handle(Event::Close { connection, by, how, at: at(trace.frame), acked: None });
    }
    let requests: Vec<_> = trace.rows().into_iter().filter(|row| row.kind == Kind::Request).collect();
    assert_eq!(requests.iter().map(|row| row.connection).collect::<Vec<_>>(), [1]);
    assert_eq!(trace.dissector.counters().closed_connections_given_up, 1);
    assert_eq!(trace.finish().len(), 256);
}

#[test]
fn large_requests_outstanding_on_closed_connections_are_given_up_when_there_are_many() {
    let mut trace = Trace::new();
    let write = write_request(file_id(1), 0, &vec![0; 6 << 20]);
    let mut left = Vec::new();
    for connection in 1..=5 {
        trace.connect(connection, "10.0.0.2:445");
        trace.send(&[message(Command::WRITE, 5, &write).session(u64::from(connection))]);
        let (by, how) = (Direction::ClientToServer, CloseKind::Fin);
        trace.dissector.handle(Event::Close { connection, by, how, at: at(trace.frame), acked: None });
        left.extend(trace.rows().into_iter().filter(|row| row.kind == Kind::Request).map(|row| row.connection));
        assert_eq!(trace.dissector.poll_ended(), left.last().map(|given_up| given_up - 1).or(Some(connection - 1)));
        while trace.dissector.poll_ended().is_some() {}
    }
    assert_eq!(left, [1, 2], "the last, and as many before it as are not too much");
    assert_eq!(trace.dissector.counters().closed_connections_given_up, 2);
    assert_eq!(trace.finish().len(), 3);
}

#[test]
fn holes_and_their_message_stay_together() {
    let mut trace = Trace::new();
    let read = message(Command::READ, 5, &read_response(&[0; 40]));
    let body = chained(Direction::ServerToClient, &[read.clone(), read]);
    let second = u32::try_from(body.len()).unwrap() - 40;
    trace.dissector.handle(Event::Pdu(capture::Pdu {
        connection: 0,
        direction: Direction::ServerToClient,
        body: Bytes::from(body),
        holes: vec![capture::Hole { offset: second, length: 40 }],
        first: at(2),
        last: at(3),
        stream_end: 400,
        acked: None,
    }));
    let rows = trace.rows();
    assert!(rows[0].response_holes.is_empty() && rows[0].payload_hash.is_some());
    assert_eq!(rows[1].response_holes, [capture::Hole { offset: 80, length: 40 }]);
    assert_eq!((rows[1].payload_length, rows[1].payload_hash), (Some(40), None));
}

#[test]
fn a_message_of_a_chain_whose_header_was_cut_off_is_counted_as_that_and_not_called_malformed() {
    let mut trace = Trace::new();
    let read = message(Command::READ, 5, &read_response(&[0; 40]));
    let first = chained(Direction::ServerToClient, std::slice::from_ref(&read)).len();
    let body = chained(Direction::ServerToClient, &[read.clone(), read]);
    let missing = body.len() - first - 8;
    let hole = capture::Hole { offset: u32::try_from(first + 8).unwrap(), length: u32::try_from(missing).unwrap() };
    trace.dissector.handle(Event::Pdu(capture::Pdu {
        connection: 0,
        direction: Direction::ServerToClient,
        body: Bytes::from(body),
        holes: vec![hole],
        first: at(2),
        last: at(3),
        stream_end: 400,
        acked: None,
    }));
    let rows = trace.rows();
    assert_eq!((rows[0].malformed.as_deref(), rows[0].command), (None, Some(Command::READ)));
    assert_eq!((rows[1].malformed.as_deref(), rows[1].command), (Some("response: its header is not captured"), None));
    let counters = trace.dissector.counters();
    assert_eq!((counters.malformed_messages, counters.messages_without_header, counters.messages), (0, 1, 1));
}

#[test]
fn an_smb1_negotiate_cut_before_the_names_of_smb2_is_one_exchange_if_smb2_answers() {
    let mut smb1 = vec![0; 32];
    smb1.splice(..5, [0xff, b'S', b'M', b'B', 0x72]);
    smb1.extend(b"\0\0\0\x02NT LM 0.12\0\x02SM");
    let start = smb1.len();
    smb1.extend([0; 20]);
    let negotiate = capture::Pdu {
        connection: 0,
        direction: Direction::ClientToServer,
        body: Bytes::from(smb1.clone()),
        holes: vec![capture::Hole { offset: u32::try_from(start).unwrap(), length: 20 }],
        first: at(2),
        last: at(2),
        stream_end: 400,
        acked: None,
    };
    let mut trace = Trace::new();
    trace.dissector.handle(Event::Pdu(negotiate.clone()));
    trace.receive(&[message(Command::NEGOTIATE, 0, &negotiate_response(0x02ff, 8)).session(0)]);
    let rows = trace.rows();
    assert_eq!((rows.len(), rows[0].kind), (1, Kind::Exchange));
    assert_eq!(rows[0].detail.as_deref(), Some("SMB1 multi-protocol negotiate: NT LM 0.12, …: 2.???"));
    assert_eq!(trace.dissector.counters().smb1_pdus, 0);

    for answer in [Some(smb1), None] {
        let mut trace = Trace::new();
        let counted = 1 + u64::from(answer.is_some());
        trace.dissector.handle(Event::Pdu(negotiate.clone()));
        if let Some(answer) = answer {
            trace.pdu(Direction::ServerToClient, answer);
        }
        assert!(trace.finish().is_empty(), "nothing says that it is SMB2");
        assert_eq!(trace.dissector.counters().smb1_pdus, counted);
    }
}

#[test]
fn what_is_outstanding_is_the_first_that_is_still_to_come() {
    let mut trace = Trace::new();
    let ask = |id: u64, session: u64| message(Command::ECHO, id, &empty()).session(session);
    trace.send(&[ask(1, 5)]);
    trace.send(&[ask(2, 6)]);
    trace.send(&[ask(3, 5)]);
    trace.receive(&[ask(3, 5)]);
    let numbers = |trace: &Trace| [Some(0), Some(1), Some(2)].map(|session| trace.dissector.first_unfinished(session));
    // The connection is row 0; a session that does not exist waits for nothing.
    assert_eq!(numbers(&trace), [1, 2, 4]);
    assert_eq!(trace.rows().len(), 1);
    trace.receive(&[ask(1, 5)]);
    assert_eq!(numbers(&trace), [1, 2, 4], "it is complete, but was not taken yet");
    trace.rows();
    assert_eq!(numbers(&trace), [4, 2, 4]);
    trace.send(&[message(Command::OPLOCK_BREAK, 4, &empty()).session(0)]);
    assert_eq!(numbers(&trace), [4, 2, 4], "whose it is, its answer may tell");
}
