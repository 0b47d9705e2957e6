//! Fragments of IP packets whose others were not captured.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod packets;

use packets::{Segment, Talk, ids, message, pdus};
use smbreplay_capture::{Assembler, Counters, Event, Limits, LinkType, Packet, Timestamp};

const IDENTIFICATION: [u8; 2] = [3, 9];

/// `segment` in two fragments.
fn fragments(segment: &Segment) -> [Vec<u8>; 2] {
    let packet = segment.bytes();
    let cut = 80;
    [(0, &packet[20..20 + cut], 0x20), (cut, &packet[20 + cut..], 0)].map(|(at, part, more)| {
        let mut fragment = packet[..20].to_vec();
        fragment[2..4].copy_from_slice(&u16::try_from(20 + part.len()).unwrap().to_be_bytes());
        fragment[4..6].copy_from_slice(&IDENTIFICATION);
        fragment[6..8].copy_from_slice(&[more, u8::try_from(at / 8).unwrap()]);
        [&fragment[..], part].concat()
    })
}

/// What comes out of packets with their times in seconds.
fn run(packets: &[(i64, Vec<u8>)]) -> (Vec<Event>, Counters) {
    let mut assembler = Assembler::new(Limits::default());
    let mut events = Vec::new();
    for (index, (seconds, data)) in packets.iter().enumerate() {
        assembler.handle_packet(&Packet {
            frame: index as u64 + 1,
            time: Timestamp(seconds * 1_000_000_000),
            link_type: LinkType::RAW,
            data,
            original_length: u32::try_from(data.len()).unwrap(),
            interface: 0,
        });
        events.extend(std::iter::from_fn(|| assembler.poll_event()));
    }
    assembler.finish();
    events.extend(std::iter::from_fn(|| assembler.poll_event()));
    (events, *assembler.counters())
}

#[test]
fn fragments_of_two_packets_with_one_identification_are_not_put_together() {
    let mut talk = Talk::new(1000, 5000);
    let mut packets: Vec<_> = talk.handshake().iter().map(|segment| (0, segment.bytes())).collect();
    let [lost_end, _] = fragments(&talk.request(&message(false, 1, 150)));
    let [beginning, end] = fragments(&talk.request(&message(false, 2, 150)));
    packets.push((0, lost_end));
    // Soon after, the bytes tell; in another order, only the time does.
    for parts in [[(1, beginning.clone()), (1, end.clone())], [(60, end), (60, beginning)]] {
        let (events, counters) = run(&[packets.clone(), parts.to_vec()].concat());
        assert_eq!(ids(&events), [2]);
        let [pdu] = pdus(&events)[..] else { unreachable!("one message is whole") };
        assert_eq!(pdu.body[..], message(false, 2, 150)[4..]);
        assert_eq!((counters.ip_fragments_lost, counters.reassembled_packets), (1, 1));
    }
}
