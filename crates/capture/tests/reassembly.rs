//! Connections made of hand-made segments: what order, loss, repetition and bounds do to the events.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod packets;

use packets::{ACK, CLIENT, FIN, RST, SERVER, Segment, Talk, address, assemble, ids, message, pdus};
use smbreplay_capture::{CloseKind, Counters, Direction, Event, Hole, Limits, Mark, Timestamp};

fn run(segments: &[Segment]) -> (Vec<Event>, Counters) {
    let (events, assembler) = assemble(segments, Limits::default());
    (events, *assembler.counters())
}

/// Without patience for captures that are out of order.
fn run_impatient(segments: &[Segment]) -> (Vec<Event>, Counters) {
    let (events, assembler) = assemble(segments, Limits { reorder_frames: 0, ..Limits::default() });
    (events, *assembler.counters())
}

fn mark(frame: u64, offset: u64) -> Mark {
    Mark { frame, time: Timestamp(frame as i64 * 1_000_000), seq: frame << 24 | offset }
}

fn split(segment: &Segment, at: usize) -> (Segment, Segment) {
    let mut front = segment.clone();
    let mut back = segment.clone();
    back.payload = front.payload.split_off(at);
    back.sequence = back.sequence.wrapping_add(at as u32);
    (front, back)
}

#[test]
fn a_connection_is_announced_with_its_handshake_then_its_pdus_then_its_close() {
    let mut talk = Talk::new(1000, 5000);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    segments.push(talk.response(&message(true, 1, 80)));
    segments.push(talk.segment(true, talk.client_next, talk.server_next, FIN | ACK, &[]));
    segments.push(talk.segment(false, talk.server_next, talk.client_next + 1, FIN | ACK, &[]));
    let (events, counters) = run(&segments);
    let [
        Event::Connect { connection: 0, endpoints, at, handshake: true, round_trip_ns },
        Event::Pdu(request),
        Event::Pdu(response),
        close,
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((endpoints.client, endpoints.server), (address(CLIENT), address(SERVER)));
    assert_eq!((*at, *round_trip_ns), (mark(1, 0), Some(2_000_000)));
    assert_eq!((request.direction, request.stream_end, request.acked), (Direction::ClientToServer, 104, Some(0)));
    assert_eq!((request.first, request.last), (mark(4, 0), mark(4, 103)));
    assert_eq!((response.direction, response.stream_end, response.acked), (Direction::ServerToClient, 84, Some(104)));
    assert_eq!(&request.body[..], &message(false, 1, 100)[4..]);
    let Event::Close { connection: 0, by: Direction::ClientToServer, how: CloseKind::Fin, at, acked: Some(84) } = close
    else {
        panic!("{close:?}");
    };
    assert_eq!(*at, mark(6, 0));
    assert_eq!((counters.pdus, counters.smb_connections, counters.holes), (2, 1, 0));
}

#[test]
fn segments_out_of_order_give_the_pdus_in_order_with_marks_of_their_own_frames() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let (front, back) = split(&talk.request(&[message(false, 1, 100), message(false, 2, 100)].concat()), 50);
    segments.extend([back, front]);
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 2]);
    let first = pdus(&events)[0];
    assert_eq!((first.first, first.last), (mark(5, 0), mark(5, 49)));
    let second = pdus(&events)[1];
    assert_eq!((second.first, second.last), (mark(4, 54), mark(4, 157)));
    assert_eq!((counters.out_of_order_segments, counters.holes), (1, 0));
}

#[test]
fn of_overlapping_copies_the_first_wins_and_the_difference_is_counted() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let whole = talk.request(&message(false, 7, 100));
    let (front, back) = split(&whole, 40);
    let mut other = whole.clone();
    other.payload[90..].fill(0xee);
    segments.extend([back, other, front, whole]);
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [7]);
    assert_eq!(pdus(&events)[0].body[86..], [7; 14]);
    assert_eq!((counters.overlapping_bytes, counters.conflicting_bytes), (64, 14));
    assert_eq!(counters.retransmitted_segments, 2);
}

#[test]
fn sequence_numbers_wrap() {
    let mut talk = Talk::new(u32::MAX - 50, u32::MAX - 10);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 200)));
    segments.push(talk.response(&message(true, 1, 200)));
    segments.push(talk.request(&message(false, 2, 200)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 1, 2]);
    let ends: Vec<_> = pdus(&events).iter().map(|pdu| (pdu.stream_end, pdu.acked)).collect();
    assert_eq!(ends, [(204, Some(0)), (204, Some(204)), (408, Some(204))]);
    assert_eq!(counters.implausible_acknowledgements, 0);
}

#[test]
fn bytes_that_the_receiver_acknowledged_and_nobody_captured_are_a_hole_in_their_pdu() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let (front, rest) = split(&talk.request(&message(false, 1, 300)), 100);
    let (_lost, back) = split(&rest, 60);
    segments.extend([front, back, talk.response(&message(true, 1, 80))]);
    for (events, counters) in [run(&segments), run_impatient(&segments)] {
        assert_eq!(ids(&events), [1, 1]);
        let request = pdus(&events)[0];
        assert_eq!(request.holes, [Hole { offset: 96, length: 60 }]);
        assert_eq!((request.body[95], request.body[96], request.body[155], request.body[156]), (1, 0, 0, 1));
        assert_eq!((request.first, request.last), (mark(4, 0), mark(5, 143)));
        assert_eq!((counters.holes, counters.hole_bytes, counters.pdus_with_holes), (1, 60, 1));
    }
}

#[test]
fn an_answer_that_was_captured_before_its_request_comes_after_it() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let request = talk.request(&message(false, 1, 100));
    let response = talk.response(&message(true, 1, 100));
    segments.extend([response, request]);
    let (events, counters) = run(&segments);
    let directions: Vec<_> = pdus(&events).iter().map(|pdu| pdu.direction).collect();
    assert_eq!(directions, [Direction::ClientToServer, Direction::ServerToClient]);
    assert_eq!(counters.holes, 0);
    let (events, counters) = run_impatient(&segments);
    assert_eq!(ids(&events), [1]);
    assert_eq!((counters.holes, counters.late_segments), (1, 1));
}

#[test]
fn patience_ends_after_so_many_frames_of_the_trace() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let _lost = talk.request(&message(false, 1, 100));
    segments.push(talk.response(&message(true, 1, 100)));
    let mut other = Talk::new(9, 9);
    other.ports.0 = 40000;
    segments.extend(other.handshake());
    for id in 0..20 {
        segments.push(other.request(&message(false, id, 64)));
    }
    let (events, _) = assemble(&segments, Limits { reorder_frames: 10, ..Limits::default() });
    let place =
        events.iter().position(|event| matches!(event, Event::Pdu(pdu) if pdu.direction == Direction::ServerToClient));
    let before = pdus(&events[..place.unwrap()]).len();
    assert_eq!(before, 7, "response in frame 4, other requests from frame 8 on, patience until frame 14");
}

#[test]
fn a_lost_transport_header_is_searched_at_the_next_segment() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    let (_lost, back) = split(&talk.request(&message(false, 2, 100)), 30);
    segments.push(back);
    segments.push(talk.request(&message(false, 3, 100)));
    segments.push(talk.response(&message(true, 3, 64)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 3, 3]);
    assert_eq!((counters.framing_lost, counters.framing_found, counters.unframed_bytes), (1, 1, 74));
    assert_eq!(pdus(&events)[1].stream_end, 312);
}

#[test]
fn after_a_gap_a_pdu_inside_a_segment_is_found_if_its_end_fits() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    let requests = [message(false, 2, 100), message(false, 3, 3000), message(false, 4, 70)].concat();
    let (_lost, back) = split(&talk.request(&requests), 30);
    let (back, end) = split(&back, 500);
    segments.extend([back, end, talk.response(&message(true, 1, 64))]);
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 3, 4, 1]);
    assert_eq!((pdus(&events)[1].first, pdus(&events)[1].last), (mark(5, 74), mark(6, 2577)));
    assert_eq!((counters.framing_found, counters.unframed_bytes), (1, 74));
}

#[test]
fn messages_inside_file_contents_are_not_invented_after_a_gap() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let mut write = message(false, 2, 5000);
    // A capture being copied: a message, and record headers between it and the next.
    for start in [1000, 1200, 1400] {
        write[start..start + 104].copy_from_slice(&message(false, 9, 100));
    }
    let (_lost, back) = split(&talk.request(&write), 30);
    let (back, end) = split(&back, 2000);
    segments.extend([back, end, talk.request(&message(false, 3, 100)), talk.response(&message(true, 3, 64))]);
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [3, 3]);
    assert_eq!(counters.unframed_bytes, 5004 - 30);
}

#[test]
fn a_capture_that_begins_in_the_middle_is_framed_from_the_next_header_on() {
    let mut talk = Talk::new(7000, 9000);
    let (_before, tail) = split(&talk.response(&message(true, 1, 500)), 200);
    let mut segments = vec![tail];
    segments.push(talk.request(&message(false, 2, 100)));
    segments.push(talk.response(&message(true, 2, 100)));
    let (events, counters) = run(&segments);
    assert!(matches!(&events[0], Event::Connect { handshake: false, round_trip_ns: None, at, endpoints, .. }
        if *at == mark(1, 0) && endpoints.server == address(SERVER)));
    assert_eq!(ids(&events), [2, 2]);
    let [request, response] = pdus(&events)[..] else { panic!() };
    let before = request.acked.unwrap() - 304;
    assert_eq!(response.acked, Some(request.stream_end));
    assert_eq!(response.stream_end, before + 408);
    assert_eq!((counters.midstream_connections, counters.midstream_bytes, counters.holes), (1, 304, 0));
}

#[test]
fn without_the_other_direction_there_is_no_acknowledged_offset() {
    let mut talk = Talk::new(7000, 9000);
    let mut segments = Vec::new();
    for id in 1..4 {
        segments.push(talk.request(&message(false, id, 100)));
        let _not_captured = talk.response(&message(true, id, 100));
    }
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 2, 3]);
    assert!(pdus(&events).iter().all(|pdu| pdu.acked.is_none()));
    assert_eq!((counters.holes, counters.implausible_acknowledgements), (0, 0));
}

#[test]
fn a_direction_that_falls_silent_does_not_hold_up_the_other() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    for id in 1..30 {
        let _not_captured = talk.request(&message(false, id, 100));
        segments.push(talk.response(&message(true, id, 100)));
    }
    let (events, assembler) = assemble(&segments, Limits { reorder_frames: 5, ..Limits::default() });
    assert_eq!(ids(&events).len(), 29);
    assert_eq!(assembler.counters().hole_bytes, 29 * 104);
}

#[test]
fn a_segment_with_the_length_zero_of_offloading_is_read_to_its_end() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let mut segment = talk.request(&message(false, 1, 200_000));
    segment.offloaded = true;
    segments.push(segment);
    let (events, counters) = run(&segments);
    assert_eq!((ids(&events), pdus(&events)[0].body.len()), (vec![1], 200_000));
    assert_eq!(counters.holes, 0);
}

#[test]
fn what_the_snaplen_cut_is_a_hole_of_known_length_and_framing_goes_on() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let cut = |mut segment: Segment| {
        segment.kept = Some(88.min(segment.payload.len()));
        segment
    };
    let (front, back) = split(&talk.request(&message(false, 1, 2000)), 1400);
    segments.extend([cut(front), cut(back)]);
    segments.push(cut(talk.response(&[message(true, 1, 78), message(true, 2, 70)].concat())));
    segments.push(cut(talk.request(&message(false, 3, 60 + 24))));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 1, 3]);
    assert_eq!(
        pdus(&events)[0].holes,
        [Hole { offset: 84, length: 1400 - 88 }, Hole { offset: 1396 + 88, length: 604 - 88 }]
    );
    assert_eq!(pdus(&events)[2].holes, []);
    assert_eq!((counters.snaplen_cut_segments, counters.pdus_without_protocol_id), (3, 1));
    assert_eq!(counters.holes, 0, "the capture lacks no packet");
}

#[test]
fn a_syn_with_another_number_begins_another_connection() {
    let mut first = Talk::new(1000, 5000);
    let mut segments = first.handshake();
    segments.push(segments[0].clone());
    segments.push(first.request(&message(false, 1, 100)));
    let mut second = Talk::new(900_000, 70);
    segments.extend(second.handshake());
    segments.push(second.request(&message(false, 2, 100)));
    let (events, counters) = run(&segments);
    let numbers: Vec<_> = pdus(&events).iter().map(|pdu| (pdu.connection, pdu.stream_end)).collect();
    assert_eq!(numbers, [(0, 104), (1, 104)]);
    assert_eq!((counters.connections, counters.port_reuses), (2, 1));
}

#[test]
fn a_close_comes_after_all_that_was_sent_before_it() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let request = talk.request(&message(false, 1, 100));
    let fin = talk.segment(true, talk.client_next, talk.server_next, FIN | ACK, &[]);
    segments.extend([fin, request]);
    let (events, _) = run(&segments);
    assert!(
        matches!(events[..], [Event::Connect { .. }, Event::Pdu(_), Event::Close { how: CloseKind::Fin, .. }]),
        "{events:?}"
    );
}

#[test]
fn a_reset_ends_a_pdu_that_was_on_its_way() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    let (front, _never) = split(&talk.response(&message(true, 1, 1000)), 300);
    segments.extend([front, talk.segment(true, talk.client_next, 0, RST, &[])]);
    let (events, counters) = run(&segments);
    let [
        ..,
        Event::Pdu(response),
        Event::Close { by: Direction::ClientToServer, how: CloseKind::Rst, acked: None, .. },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(response.holes, [Hole { offset: 296, length: 704 }]);
    assert_eq!((response.stream_end, counters.unfinished_pdus), (1004, 1));
}

#[test]
fn only_the_first_close_is_announced() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    segments.push(talk.segment(false, talk.server_next, talk.client_next, FIN | ACK, &[]));
    segments.push(talk.segment(true, talk.client_next, talk.server_next + 1, FIN | ACK, &[]));
    segments.push(talk.segment(true, talk.client_next + 1, 0, RST, &[]));
    let (events, counters) = run(&segments);
    let closes: Vec<_> = events.iter().filter(|event| matches!(event, Event::Close { .. })).collect();
    assert!(matches!(closes[..], [Event::Close { by: Direction::ServerToClient, .. }]), "{closes:?}");
    assert_eq!(counters.holes, 0);
}

#[test]
fn keep_alives_change_nothing() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    segments.push(talk.response(&message(true, 1, 100)));
    segments.push(talk.segment(true, talk.client_next - 1, talk.server_next, ACK, &[0]));
    segments.push(talk.segment(true, talk.client_next - 1, talk.server_next, ACK, &[]));
    segments.push(talk.request(b"\x85\0\0\0"));
    segments.push(talk.request(&message(false, 2, 100)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 1, 2]);
    assert_eq!((counters.keep_alives, counters.netbios_keep_alives, counters.unframed_bytes), (2, 1, 0));
}

#[test]
fn smb_is_recognised_on_any_port_and_other_protocols_say_nothing() {
    let mut smb = Talk::new(1, 1);
    smb.ports = (40000, 8445);
    let mut web = Talk::new(1, 1);
    web.ports = (40001, 80);
    let mut segments = [smb.handshake(), web.handshake()].concat();
    segments.push(web.request(b"GET / HTTP/1.1\r\n\r\n"));
    segments.push(smb.request(&message(false, 1, 100)));
    segments.push(web.response(&message(true, 1, 100)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1]);
    assert!(matches!(&events[0], Event::Connect { endpoints, .. } if endpoints.server.port() == 8445));
    assert_eq!((counters.connections, counters.smb_connections, counters.non_smb_bytes), (2, 1, 18 + 104));
}

#[test]
fn the_server_of_a_connection_on_another_port_is_the_one_that_responds() {
    let mut talk = Talk::new(700, 900);
    talk.ports = (8445, 40000);
    let segments = [talk.response(&message(true, 1, 100)), talk.request(&message(false, 2, 100))];
    let (events, _) = run(&segments);
    assert!(matches!(&events[0], Event::Connect { endpoints, .. } if endpoints.server.port() == 40000));
    assert_eq!(pdus(&events)[0].direction, Direction::ServerToClient);
}

#[test]
fn a_netbios_session_is_opened_before_the_first_message() {
    let mut talk = Talk::new(1, 1);
    talk.ports = (40000, 139);
    let mut segments = talk.handshake();
    segments.push(talk.request(&[&b"\x81\0\0\x44"[..], &[b'C'; 68]].concat()));
    segments.push(talk.response(b"\x82\0\0\0"));
    segments.push(talk.request(&message(false, 1, 100)));
    segments.push(talk.response(&message(true, 1, 100)));
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 1]);
    assert_eq!((counters.netbios_session_messages, counters.unframed_bytes), (2, 0));
}

#[test]
fn a_header_may_be_split_into_bytes() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    for byte in message(false, 1, 70) {
        segments.push(talk.request(&[byte]));
    }
    let (events, _) = run(&segments);
    assert_eq!(ids(&events), [1]);
    assert_eq!((pdus(&events)[0].first, pdus(&events)[0].last), (mark(4, 0), mark(4 + 73, 0)));
}

#[test]
fn the_bound_on_bytes_kept_back_declares_the_hole() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let _lost = talk.request(&message(false, 0, 1000));
    for id in 1..20 {
        segments.push(talk.request(&message(false, id, 1000)));
    }
    let (events, assembler) = assemble(&segments, Limits { out_of_order_bytes: 5000, ..Limits::default() });
    assert_eq!(ids(&events), (1..20).collect::<Vec<_>>());
    let counters = assembler.counters();
    assert_eq!((counters.holes, counters.hole_bytes, counters.memory_bound_reached), (1, 1004, 1));
}

#[test]
fn the_bound_on_memory_cuts_a_pdu_and_keeps_the_framing() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    let (front, back) = split(&talk.request(&message(false, 1, 60_000)), 30_000);
    segments.extend([front, back, talk.request(&message(false, 2, 100))]);
    let (events, assembler) = assemble(&segments, Limits { buffered_bytes: 20_000, ..Limits::default() });
    assert_eq!(ids(&events), [1, 2]);
    assert_eq!(pdus(&events)[0].holes, [Hole { offset: 29_996, length: 30_004 }]);
    assert_eq!(assembler.counters().memory_bound_reached, 1);
}

#[test]
fn connections_silent_for_longest_make_room() {
    let mut segments = Vec::new();
    for port in 0..10 {
        let mut talk = Talk::new(1, 1);
        talk.ports.0 = 40000 + port;
        segments.extend(talk.handshake());
        let (front, _) = split(&talk.request(&message(false, port as u8, 100)), 60);
        segments.push(front);
    }
    let (events, assembler) = assemble(&segments, Limits { connections: 4, ..Limits::default() });
    assert_eq!(ids(&events), (0..10).collect::<Vec<_>>());
    assert!(assembler.counters().connections_evicted >= 6);
}

#[test]
fn an_acknowledgement_far_beyond_everything_is_not_believed() {
    let mut talk = Talk::new(1, 1);
    let mut segments = talk.handshake();
    segments.push(talk.request(&message(false, 1, 100)));
    segments.push(talk.segment(false, talk.server_next, 0x3000_0000, ACK, &[]));
    segments.push(talk.response(&message(true, 1, 100)));
    segments.push(talk.request(&message(false, 2, 100)));
    let (events, counters) = run_impatient(&segments);
    assert_eq!(ids(&events), [1, 1, 2]);
    assert_eq!((counters.implausible_acknowledgements, counters.holes), (1, 0));
}

#[test]
fn the_bound_on_memory_takes_from_the_connections_silent_for_longest() {
    let mut segments = Vec::new();
    let mut talks = Vec::new();
    for port in 0..3 {
        let mut talk = Talk::new(1, 1);
        talk.ports.0 = 40000 + port;
        segments.extend(talk.handshake());
        let (front, back) = split(&talk.request(&message(false, port as u8, 30_000)), 15_000);
        segments.push(front);
        talks.push(back);
    }
    segments.extend(talks.pop());
    let (events, _) = assemble(&segments, Limits { buffered_bytes: 80_000, ..Limits::default() });
    let holes: Vec<_> = pdus(&events).iter().map(|pdu| (pdu.body[24], pdu.holes.len())).collect();
    assert_eq!(holes, [(0, 1), (1, 1), (2, 0)]);
}

#[test]
fn another_connection_between_the_same_ports_is_noticed_without_its_syn() {
    let mut first = Talk::new(3_000_000_000, 1);
    let mut segments = first.handshake();
    segments.push(first.request(&message(false, 1, 100)));
    let mut second = Talk::new(1_000_000_000, 700);
    for id in 2..9 {
        segments.push(second.request(&message(false, id, 100)));
    }
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 6, 7, 8]);
    assert_eq!((counters.connections, counters.port_reuses, counters.retransmitted_segments), (2, 1, 4));
}

#[test]
fn a_pdu_of_its_protocol_id_alone_is_whole_however_it_is_cut() {
    let body = [&[0, 0, 0, 4][..], b"\xfeSMB"].concat();
    for at in 1..body.len() {
        let mut talk = Talk::new(1000, 5000);
        let mut segments = talk.handshake();
        segments.push(talk.request(&message(false, 1, 100)));
        segments.push(talk.segment(true, talk.client_next, talk.server_next, ACK, &body[..at]));
        talk.client_next += at as u32;
        segments.push(talk.segment(true, talk.client_next, talk.server_next, ACK, &body[at..]));
        let (events, counters) = run(&segments);
        assert_eq!(pdus(&events).last().map(|pdu| pdu.body.len()), Some(4), "cut at {at}");
        assert_eq!((counters.pdus, counters.unfinished_pdus), (2, 0), "cut at {at}");
    }
}
