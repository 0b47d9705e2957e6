//! Packets and connections captured twice: by mirror ports, on both sides of an address translation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod packets;

use packets::{Segment, Talk, assemble, ids, message};
use smbreplay_capture::{Assembler, Counters, Event, Limits, LinkType, Packet, Timestamp};

fn run(segments: &[Segment]) -> (Vec<Event>, Counters) {
    let (events, assembler) = assemble(segments, Limits::default());
    (events, *assembler.counters())
}

/// `segment` in an IPv4 packet with this identification, sent at this time.
fn packet(segment: &Segment, identification: u16) -> Vec<u8> {
    let mut bytes = segment.bytes();
    bytes[4..6].copy_from_slice(&identification.to_be_bytes());
    bytes
}

fn run_packets(packets: &[Vec<u8>], microseconds_apart: i64) -> (Vec<Event>, Counters) {
    let mut assembler = Assembler::new(Limits::default());
    let mut events = Vec::new();
    for (index, data) in packets.iter().enumerate() {
        let packet = Packet {
            frame: index as u64 + 1,
            time: Timestamp(index as i64 * microseconds_apart * 1000),
            link_type: LinkType::RAW,
            data,
            original_length: data.len() as u32,
            interface: 0,
        };
        assembler.handle_packet(&packet);
        events.extend(std::iter::from_fn(|| assembler.poll_event()));
    }
    assembler.finish();
    events.extend(std::iter::from_fn(|| assembler.poll_event()));
    (events, *assembler.counters())
}

#[test]
fn a_packet_captured_twice_is_told_from_one_sent_twice() {
    let mut talk = Talk::new(1_000_000, 5_000_000);
    let [syn, syn_ack, ack] = <[Segment; 3]>::try_from(talk.handshake()).unwrap();
    let request = talk.request(&message(false, 1, 100));
    let mut routed = packet(&request, 8);
    routed[8] -= 1;
    let packets = [
        packet(&syn, 5),
        packet(&syn_ack, 6),
        packet(&ack, 7),
        packet(&request, 8),
        routed,
        packet(&request, 9),
        packet(&request, 9),
    ];
    let (events, counters) = run_packets(&packets, 100);
    assert_eq!(ids(&events), [1]);
    assert_eq!((counters.mirrored_segments, counters.retransmitted_segments), (2, 1));
}

#[test]
fn without_identification_only_what_comes_at_once_is_a_copy() {
    let mut talk = Talk::new(1_000_000, 5_000_000);
    let mut packets: Vec<_> = talk.handshake().iter().map(|segment| packet(segment, 0)).collect();
    let request = packet(&talk.request(&message(false, 1, 100)), 0);
    packets.extend([request.clone(), request]);
    let (_, counters) = run_packets(&packets, 100);
    assert_eq!((counters.mirrored_segments, counters.retransmitted_segments), (1, 0));
    let (_, counters) = run_packets(&packets, 200_000);
    assert_eq!((counters.mirrored_segments, counters.retransmitted_segments), (0, 1));
}

#[test]
fn connections_with_the_numbers_of_a_generator_are_not_taken_for_one() {
    let mut segments = Vec::new();
    for port in 0..3 {
        let mut talk = Talk::new(1, 1);
        talk.ports.0 = 40_000 + port;
        segments.extend(talk.handshake());
        segments.push(talk.request(&message(false, 7, 100)));
    }
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [7, 7, 7]);
    assert_eq!((counters.translated_connections, counters.possibly_translated_connections), (0, 2));
}

#[test]
fn a_port_behind_an_address_translation_is_used_again() {
    let mut segments = Vec::new();
    for (id, start) in [(1, 1_000_000), (2, 9_000_000)] {
        let mut talk = Talk::new(start, start + 77);
        let sent = [talk.handshake(), vec![talk.request(&message(false, id, 100))]].concat();
        for segment in sent {
            let mut translated = segment.clone();
            translated.ports.0 = 61_000;
            segments.extend([segment, translated]);
        }
    }
    let (events, counters) = run(&segments);
    assert_eq!(ids(&events), [1, 2]);
    assert_eq!((counters.smb_connections, counters.translated_connections), (2, 1));
}

#[test]
fn floods_of_connections_handshakes_and_gaps_stay_within_their_bounds() {
    let limits = Limits { connections: 50, buffered_bytes: 100_000, out_of_order_bytes: 5_000, reorder_frames: 8 };
    let mut segments = Vec::new();
    for port in 0..3000u16 {
        let mut talk = Talk::new(100_000 + u32::from(port) * 7919, 200_000 + u32::from(port) * 104_729);
        talk.ports.0 = 10_000 + port;
        segments.extend(talk.handshake());
        let _lost = talk.request(&[0; 900]);
        segments.push(talk.request(&message(false, 1, 800)));
        let mut translated = segments.last().unwrap().clone();
        translated.ports.0 = 30_000 + port;
        segments.push(translated);
    }
    let (_, assembler) = assemble(&segments, limits);
    let counters = assembler.counters();
    assert!(counters.connections_evicted >= 2900, "{counters:?}");
    assert_eq!(counters.translated_connections, 3000);
}
