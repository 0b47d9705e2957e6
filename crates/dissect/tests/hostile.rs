//! Broken input is data: rows with a reason, and nothing worse.

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
use capture::{Direction, Event, Mark, Pdu, Timestamp};
use smb2::Command;
use smbreplay_dissect::Kind;
use wire::*;

#[test]
fn a_message_with_a_broken_body_is_still_paired() {
    let mut trace = Trace::new();
    trace.send(&[message(Command::READ, 5, &[49, 0, 0])]);
    trace.receive(&[message(Command::READ, 5, &[17, 0])]);
    let rows = trace.rows();
    assert_eq!((rows[0].kind, rows[0].command), (Kind::Exchange, Some(Command::READ)));
    let reason = rows[0].malformed.as_deref().unwrap();
    assert!(
        reason.contains("request: SMB2 READ Request") && reason.contains("response: SMB2 READ Response"),
        "{reason}"
    );
    assert_eq!(trace.dissector.counters().malformed_messages, 2);
}

#[test]
fn a_chain_that_cannot_be_followed_keeps_what_can_be_read() {
    let mut body = chained(
        Direction::ClientToServer,
        &[
            message(Command::ECHO, 5, &empty()),
            message(Command::ECHO, 6, &empty()),
            message(Command::ECHO, 7, &empty()),
        ],
    );
    body[72 + 20] = 9;
    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, body.clone());
    trace.receive(&[message(Command::ECHO, 5, &empty()), message(Command::ECHO, 6, &empty())]);
    let rows = trace.rows();
    assert_eq!((rows.len(), rows[0].malformed.as_deref()), (2, None));
    assert!(rows[1].malformed.as_deref().unwrap().contains("NextCommand"), "{:?}", rows[1].malformed);
    assert_eq!(rows[1].request.as_deref(), Some(&body[72..]), "no byte is lost");

    let mut body =
        chained(Direction::ClientToServer, &[message(Command::ECHO, 5, &empty()), message(Command::ECHO, 6, &empty())]);
    body[72] = 0;
    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, body);
    let rows = trace.rows();
    assert_eq!((rows.len(), rows[0].command, rows[0].kind), (1, None, Kind::Request));
    assert!(rows[0].malformed.as_deref().unwrap().contains("ProtocolId"), "{:?}", rows[0].malformed);
}

#[test]
fn pdus_of_other_protocols_are_rows_with_a_reason() {
    let mut trace = Trace::new();
    trace.pdu(Direction::ServerToClient, b"\xfcSMB and what follows".to_vec());
    trace.pdu(Direction::ClientToServer, b"HTTP".to_vec());
    trace.pdu(Direction::ClientToServer, Vec::new());
    trace.pdu(Direction::ClientToServer, b"\xfdSMB".to_vec());
    let rows = trace.rows();
    assert_eq!(
        rows.iter().map(|row| row.kind).collect::<Vec<_>>(),
        [Kind::Response, Kind::Request, Kind::Request, Kind::Encrypted]
    );
    let reason = rows[0].malformed.as_deref().unwrap();
    assert!(reason.starts_with("compressed: uncompressed part needs "), "{reason}");
    assert!(rows[0].compressed && rows.iter().all(|row| row.malformed.is_some()));
    let counters = trace.dissector.counters();
    assert_eq!((counters.compressed_pdus, counters.unknown_protocol_pdus, counters.encrypted_pdus), (1, 2, 1));
}

#[test]
fn a_direction_that_contradicts_the_header_is_said() {
    let mut trace = Trace::new();
    let response = chained(Direction::ServerToClient, &[message(Command::ECHO, 5, &empty())]);
    trace.pdu(Direction::ClientToServer, response);
    assert!(trace.finish()[0].malformed.as_deref().unwrap().contains("SERVER_TO_REDIR"));
}

#[test]
fn no_damage_to_an_exchange_loses_a_row_or_stops_the_dissector() {
    let requests = chained(
        Direction::ClientToServer,
        &[
            message(Command::CREATE, 5, &create_request("dir\\file", 0xff, &lease(6, 7))),
            message(Command::READ, 6, &read_request([0xff; 16], 0, 4)).related(),
            message(Command::SET_INFO, 7, &rename_request([0xff; 16], "new")).related(),
            message(Command::CLOSE, 8, &close_request([0xff; 16])).related(),
        ],
    );
    let responses = chained(
        Direction::ServerToClient,
        &[
            message(Command::CREATE, 5, &create_response(file_id(5), 0xff, &lease(6, 3))),
            message(Command::READ, 6, &read_response(b"data")),
            message(Command::SET_INFO, 7, &[2, 0]),
            message(Command::CLOSE, 8, &close_response()),
        ],
    );
    for (damaged, intact, first) in [(&requests, &responses, true), (&responses, &requests, false)] {
        for at in 0..damaged.len() {
            for value in [0x00, 0x01, 0x7f, 0xff] {
                let mut damaged = damaged.clone();
                damaged[at] = value;
                let mut trace = Trace::new();
                let (request, response) = if first { (damaged, intact.clone()) } else { (intact.clone(), damaged) };
                trace.pdu(Direction::ClientToServer, request);
                trace.pdu(Direction::ServerToClient, response);
                let rows = trace.finish();
                let counters = trace.dissector.counters();
                let seen: usize = rows
                    .iter()
                    .flat_map(|row| [&row.request, &row.response, &row.interim])
                    .flatten()
                    .map(|bytes| bytes.len())
                    .sum();
                if counters.smb1_pdus == 0 {
                    assert_eq!(
                        seen,
                        requests.len() + responses.len(),
                        "byte {at} as {value:#x}: every byte is in a row"
                    );
                }
            }
        }
    }
}

#[test]
fn what_lies_in_a_hole_is_neither_read_as_zero_nor_called_malformed() {
    let body = chained(
        Direction::ClientToServer,
        &[message(Command::CREATE, 5, &create_request("dir\\file", 0, &[])), message(Command::ECHO, 6, &empty())],
    );
    let with_hole = |offset: usize, length: u32| {
        let offset = u32::try_from(offset).unwrap();
        let mut trace = Trace::new();
        trace.dissector.handle(capture::Event::Pdu(capture::Pdu {
            connection: 0,
            direction: Direction::ClientToServer,
            body: body.clone().into(),
            holes: vec![capture::Hole { offset, length }],
            first: at(2),
            last: at(2),
            stream_end: 500,
            acked: None,
        }));
        trace.finish()
    };
    let rows = with_hole(124, 2);
    assert_eq!((rows[0].command, rows[0].desired_access), (Some(Command::CREATE), Some(0x0012_0089)));
    assert_eq!((rows[0].path.as_deref(), rows[0].malformed.as_deref()), (None, None), "its name is not all there");
    assert_eq!(rows[0].request_holes, [capture::Hole { offset: 124, length: 2 }]);
    let rows = with_hole(24, 8);
    let row = rows.iter().find(|row| !row.request_holes.is_empty()).unwrap();
    assert_eq!((row.command, row.message_id), (None, None));
    assert_eq!(row.malformed.as_deref(), Some("request: its header is not captured"));
}

#[test]
fn times_are_those_of_the_frames_also_where_the_clock_stepped_back() {
    let mut trace = Trace::new();
    let (first, last) = (at(7), Mark { time: Timestamp(5), ..at(8) });
    let body = Bytes::from(chained(Direction::ClientToServer, &[message(Command::ECHO, 5, &empty())]));
    let (connection, direction, stream_end) = (0, Direction::ClientToServer, 72);
    let holes = Vec::new();
    let pdu = Pdu { connection, direction, body, holes, first, last, stream_end, acked: None };
    trace.dissector.handle(Event::Pdu(pdu));
    let row = trace.finish().pop().unwrap();
    assert_eq!((row.request_start_time, row.request_time), (Some(first.time), Some(Timestamp(5))));
    assert!(row.request_start_seq < row.request_seq);
}
