//! How connections begin and end, in and out of order, and what is between their messages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod packets;

use packets::{ACK, FIN, RST, Segment, Talk, assemble, ids, message, pdus};
use smbreplay_capture::{CloseKind, Counters, Direction, Event, Limits, PacketReader, Trace};
use std::io::Cursor;

fn run(segments: &[Segment]) -> (Vec<Event>, Counters) {
    let (events, assembler) = assemble(segments, Limits::default());
    (events, *assembler.counters())
}

#[test]
fn a_syn_that_comes_behind_the_first_messages_still_begins_their_connection() {
    let mut talk = Talk::new(1000, 5000);
    let [syn, syn_ack, ack] = <[Segment; 3]>::try_from(talk.handshake()).unwrap();
    let (first, second) = (talk.request(&message(false, 1, 100)), talk.request(&message(false, 2, 100)));
    let (events, counters) = run(&[ack, second, syn_ack, first, syn]);
    assert!(matches!(events[0], Event::Connect { handshake: true, .. }), "{:?}", events[0]);
    assert_eq!(ids(&events), [1, 2]);
    assert_eq!(pdus(&events).iter().map(|pdu| pdu.holes.len()).sum::<usize>(), 0);
    assert_eq!((counters.connections, counters.port_reuses, counters.retransmitted_segments), (1, 0, 0));
}

#[test]
fn the_first_messages_of_a_capture_that_begins_in_the_middle_may_be_out_of_order() {
    let mut talk = Talk::new(70_000, 90_000);
    let requests: Vec<_> = (1..4).map(|id| talk.request(&message(false, id, 100))).collect();
    let segments = [requests[2].clone(), requests[0].clone(), requests[1].clone()];
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 2, 3]);
    assert_eq!((counters.holes, counters.retransmitted_segments, counters.midstream_bytes), (0, 0, 0));
}

#[test]
fn closes_out_of_order_leave_no_hole_and_the_first_close_first() {
    let mut talk = Talk::new(1000, 5000);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    let client = talk.segment(true, talk.client_next, talk.server_next, FIN | ACK, &[]);
    let server = talk.segment(false, talk.server_next, talk.client_next + 1, FIN | ACK, &[]);
    let last = talk.segment(true, talk.client_next + 1, talk.server_next + 1, ACK, &[]);
    for order in [[&last, &server, &client], [&server, &last, &client]] {
        let (events, counters) = run(&[segments.clone(), order.map(Clone::clone).to_vec()].concat());
        assert!(matches!(events.last(), Some(Event::Close { by: Direction::ClientToServer, .. })), "{events:?}");
        assert_eq!((counters.holes, counters.hole_bytes), (0, 0));
    }
    let (_, counters) = run(&[segments, vec![server, last]].concat());
    assert_eq!(counters.holes, 0, "the number of a FIN that was not captured is no byte");
}

#[test]
fn a_connection_that_is_reset_and_made_again_is_two() {
    let mut first = Talk::new(1000, 5000);
    let mut segments = first.handshake();
    segments.push(first.request(&message(false, 1, 100)));
    segments.push(first.segment(false, first.server_next, 0, RST, &[]));
    let mut second = Talk::new(800_000, 900_000);
    segments.extend(second.handshake());
    segments.push(second.request(&message(false, 2, 100)));
    segments.push(second.response(&message(true, 2, 100)));
    let (events, counters) = run(&segments);
    let numbers: Vec<_> = pdus(&events).iter().map(|pdu| (pdu.connection, pdu.body[24])).collect();
    assert_eq!(numbers, [(0, 1), (1, 2), (1, 2)]);
    assert!(events.iter().any(|event| matches!(event, Event::Close { connection: 0, how: CloseKind::Rst, .. })));
    assert_eq!((counters.port_reuses, counters.holes), (1, 0));
}

#[test]
fn bytes_behind_a_message_are_passed_over_and_counted() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&[&message(false, 1, 100)[..], &[0xaa; 7]].concat()));
    segments.push(talk.request(&message(false, 2, 100)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 2]);
    assert_eq!((counters.unframed_bytes, counters.framing_lost, counters.framing_found), (7, 1, 1));
}

#[test]
fn a_keep_alive_of_the_netbios_session_service_may_come_between_any_messages_on_139() {
    let mut talk = Talk::new(1, 1);
    talk.ports = (40000, 139);
    let mut segments = talk.handshake();
    let keep_alive = &b"\x85\0\0\0"[..];
    segments.push(talk.request(&[keep_alive, &message(false, 1, 100)[..], keep_alive].concat()));
    segments.push(talk.response(&[&message(true, 1, 100)[..], keep_alive, &message(true, 2, 90)[..]].concat()));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 1, 2]);
    assert_eq!((counters.netbios_keep_alives, counters.unframed_bytes), (3, 0));
}

#[test]
fn what_comes_in_order_is_not_said_to_be_out_of_order_where_the_capture_begins_in_the_middle() {
    let mut talk = Talk::new(70_000, 90_000);
    let mut segments = Vec::new();
    for id in 1..5 {
        segments.push(talk.request(&message(false, id, 100)));
        segments.push(talk.response(&message(true, id, 100)));
    }
    let (events, counters) = run(&segments);
    assert_eq!((ids(&events).len(), counters.out_of_order_segments), (8, 0));
    segments.swap(2, 4);
    assert_eq!(run(&segments).1.out_of_order_segments, 1);
}

#[test]
fn after_a_close_bytes_far_off_are_of_another_connection_also_without_its_syn() {
    for (by_client, flag) in [(true, RST), (false, RST), (true, FIN | ACK)] {
        for distance in [0x0100_0000, 0x3000_0000, 0x9000_0000, 0xd000_0000_u32] {
            let mut first = Talk::new(1000, 5000);
            let mut segments = first.handshake();
            segments.push(first.request(&message(false, 1, 100)));
            segments.push(first.response(&message(true, 1, 100)));
            let next = if by_client { first.client_next } else { first.server_next };
            segments.push(first.segment(by_client, next, first.server_next, flag, &[]));
            let mut second = Talk::new(distance, distance.wrapping_mul(3));
            for id in 2..4 {
                segments.push(second.request(&message(false, id, 100)));
                segments.push(second.response(&message(true, id, 100)));
            }
            let (events, counters) = run(&segments);
            let numbers: Vec<_> = pdus(&events).iter().map(|pdu| (pdu.connection, pdu.body[24])).collect();
            assert_eq!(numbers, [(0, 1), (0, 1), (1, 2), (1, 2), (1, 3), (1, 3)], "{flag} {distance:#x}");
            assert_eq!((counters.port_reuses, counters.hole_bytes, counters.retransmitted_segments), (1, 0, 0));
        }
    }
}

/// A pcap file of these packets, which begin with their IP header.
fn pcap(segments: &[Segment]) -> Vec<u8> {
    let header: [u32; 6] = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 1 << 18, 101];
    let mut file: Vec<u8> = header.into_iter().flat_map(u32::to_le_bytes).collect();
    for segment in segments {
        let bytes = segment.bytes();
        let length = u32::try_from(bytes.len()).unwrap();
        file.extend([1_700_000_000, 0, length, length].into_iter().flat_map(u32::to_le_bytes));
        file.extend(bytes);
    }
    file
}

#[test]
fn what_connections_leave_unfinished_at_the_end_comes_one_after_the_other() {
    const CONNECTIONS: u16 = 20;
    const LENGTH: usize = 2 << 20;
    let mut segments = Vec::new();
    for number in 0..CONNECTIONS {
        let mut talk = Talk::new(1000, 5000);
        talk.ports.0 += number;
        segments.extend(talk.handshake());
        segments.push(talk.request(&message(false, 1, LENGTH)[..1000]));
    }
    let reader = PacketReader::from_reader(Box::new(Cursor::new(pcap(&segments))), "test").unwrap();
    let mut trace = Trace::new(reader, Limits::default());
    let mut lengths = Vec::new();
    loop {
        let events = trace.next_events(1000, 1).unwrap();
        if events.is_empty() {
            break;
        }
        let events = Vec::from(events);
        let bodies: Vec<usize> = pdus(&events).iter().map(|pdu| pdu.body.len()).collect();
        assert!(bodies.len() <= 1, "{} bodies of {LENGTH} bytes at once", bodies.len());
        lengths.extend(bodies);
    }
    assert_eq!(lengths, [LENGTH; CONNECTIONS as usize]);
}
