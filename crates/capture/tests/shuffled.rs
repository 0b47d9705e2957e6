//! A conversation cut into segments, reordered and repeated, says the same as in order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod packets;

use packets::{Segment, Talk, assemble, message, pdus};
use proptest::collection::vec;
use proptest::prelude::*;
use smbreplay_capture::{Direction, Event, Limits};

/// One message of the conversation: who sends it, how long it is, and the sizes of its segments.
type Turn = (bool, usize, Vec<usize>);

fn turn() -> impl Strategy<Value = Turn> {
    (any::<bool>(), 64usize..3000, vec(1usize..1500, 1..4))
}

fn segments(turns: &[Turn], start: (u32, u32)) -> Vec<Segment> {
    let mut talk = Talk::new(start.0, start.1);
    let mut all = talk.handshake();
    for (number, (from_client, length, sizes)) in turns.iter().enumerate() {
        let bytes = message(!from_client, number as u8, *length);
        let mut rest = &bytes[..];
        let mut sizes = sizes.iter().cycle();
        while !rest.is_empty() {
            let (part, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            all.push(if *from_client { talk.request(part) } else { talk.response(part) });
            rest = later;
        }
    }
    all
}

/// Moves every segment behind the handshake to at most `window` places later, and repeats some.
fn disorder(segments: &[Segment], delays: &[usize], repeats: &[bool]) -> Vec<Segment> {
    let mut placed: Vec<(usize, &Segment)> = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let delay = if index < 3 { 0 } else { delays[index % delays.len()] };
        placed.push((index + delay, segment));
        if index >= 3 && repeats[index % repeats.len()] {
            placed.push((index + delay + 3, segment));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, segment)| segment.clone()).collect()
}

/// What a PDU says, without the frames it came in.
fn said(events: &[Event], of: Direction) -> Vec<(Vec<u8>, u64, Option<u64>, usize)> {
    pdus(events)
        .into_iter()
        .filter(|pdu| pdu.direction == of)
        .map(|pdu| (pdu.body.to_vec(), pdu.stream_end, pdu.acked, pdu.holes.len()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn disorder_within_a_window_changes_nothing(
        turns in vec(turn(), 1..20),
        start in any::<(u32, u32)>(),
        delays in vec(0usize..12, 1..40),
        repeats in vec(any::<bool>(), 1..9),
    ) {
        let clean = segments(&turns, start);
        let (expected, _) = assemble(&clean, Limits::default());
        let (found, assembler) = assemble(&disorder(&clean, &delays, &repeats), Limits::default());
        prop_assert_eq!(pdus(&expected).len(), turns.len());
        for direction in [Direction::ClientToServer, Direction::ServerToClient] {
            prop_assert_eq!(said(&found, direction), said(&expected, direction));
        }
        let counters = assembler.counters();
        prop_assert_eq!((counters.holes, counters.conflicting_bytes, counters.unframed_bytes), (0, 0, 0));
    }

    #[test]
    fn an_answer_comes_after_what_it_acknowledges(
        turns in vec(turn(), 1..20),
        delays in vec(0usize..12, 1..40),
    ) {
        let (found, _) = assemble(&disorder(&segments(&turns, (1, 1)), &delays, &[false]), Limits::default());
        let mut delivered = [0u64; 2];
        for pdu in pdus(&found) {
            let own = usize::from(pdu.direction == Direction::ServerToClient);
            prop_assert!(pdu.acked.unwrap() <= delivered[1 - own]);
            delivered[own] = pdu.stream_end;
        }
    }

    #[test]
    fn lost_segments_lose_no_message_that_is_whole_and_invent_none(
        turns in vec(turn(), 1..20),
        lost in vec(prop::bool::weighted(0.1), 10..60),
    ) {
        let clean = segments(&turns, (1, 1));
        let kept: Vec<_> =
            clean.iter().enumerate().filter(|(index, _)| *index < 3 || !lost[index % lost.len()]).map(|(_, it)| it.clone()).collect();
        let (expected, _) = assemble(&clean, Limits::default());
        let (found, _) = assemble(&kept, Limits::default());
        for direction in [Direction::ClientToServer, Direction::ServerToClient] {
            let (expected, found) = (said(&expected, direction), said(&found, direction));
            for (body, end, _, holes) in &found {
                let original = expected.iter().find(|(_, other, _, _)| other == end);
                let Some((original, _, _, _)) = original else { panic!("a message ends at {end} that was not sent") };
                prop_assert_eq!(original.len(), body.len());
                prop_assert!(*holes > 0 || original == body);
            }
        }
    }

    #[test]
    fn any_payload_is_survived(
        payloads in vec((any::<bool>(), vec(any::<u8>(), 0..80), any::<i16>()), 1..60),
        shown in any::<bool>(),
    ) {
        let mut talk = Talk::new(1, 1);
        let mut all = talk.handshake();
        if shown {
            all.push(talk.request(&message(false, 1, 64)));
        }
        for (from_client, payload, jump) in payloads {
            let mut segment = if from_client { talk.request(&payload) } else { talk.response(&payload) };
            segment.sequence = segment.sequence.wrapping_add_signed(i32::from(jump) / 64);
            segment.acknowledgement = segment.acknowledgement.wrapping_add_signed(i32::from(jump) / 8);
            all.push(segment);
        }
        let (events, _) = assemble(&all, Limits { reorder_frames: 4, out_of_order_bytes: 600, ..Limits::default() });
        for pdu in pdus(&events) {
            prop_assert!(pdu.first.seq <= pdu.last.seq);
            for hole in &pdu.holes {
                prop_assert!(pdu.body[hole.offset as usize..(hole.offset + hole.length) as usize].iter().all(|byte| *byte == 0));
            }
        }
    }
}
