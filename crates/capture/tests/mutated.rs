//! Captures with random changes: whatever is read of them, nothing panics, and nothing is larger than the file allows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod recorded;

use proptest::collection::vec;
use proptest::prelude::*;
use recorded::transformations::{Container, Layer, Record, office};
use smbreplay_capture::{Event, Limits, PacketReader, Trace};
use std::io::Cursor;
use std::sync::LazyLock;

static OFFICE: LazyLock<Vec<Record>> = LazyLock::new(|| office()[..300].to_vec());

/// A change at a place, as a fraction of the file.
#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Flip(u8),
    Remove(usize),
    Insert(Vec<u8>),
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        prop::sample::select(vec![0, 1, 0x7f, 0x80, 0xff]).prop_map(Change::Set),
        (0u8..8).prop_map(Change::Flip),
        (1usize..5000).prop_map(Change::Remove),
        vec(any::<u8>(), 1..60).prop_map(Change::Insert),
        (1usize..3000).prop_map(Change::Repeat),
    ]
}

fn changed(mut file: Vec<u8>, changes: &[(f64, Change)]) -> Vec<u8> {
    for (place, change) in changes {
        if file.is_empty() {
            break;
        }
        let at = ((file.len() as f64 * place) as usize).min(file.len() - 1);
        match change {
            Change::Set(value) => file[at] = *value,
            Change::Flip(bit) => file[at] ^= 1 << bit,
            Change::Remove(length) => drop(file.drain(at..(at + length).min(file.len()))),
            Change::Insert(bytes) => drop(file.splice(at..at, bytes.iter().copied())),
            Change::Repeat(length) => {
                let part = file[at..(at + length).min(file.len())].to_vec();
                drop(file.splice(at..at, part));
            }
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_is_survived(
        layer in prop::sample::select(Layer::ALL.to_vec()),
        container in prop::sample::select(Container::ALL.to_vec()),
        changes in vec((0.0f64..1.0, change()), 1..40),
        tight in any::<bool>(),
    ) {
        let wrapped: Vec<_> = OFFICE.iter().enumerate().flat_map(|(number, it)| layer.around(it, number)).collect();
        let file = changed(container.around(layer.link_type(), &wrapped), &changes);
        let length = file.len() as u64;
        let limits = if tight {
            Limits { out_of_order_bytes: 4000, buffered_bytes: 20_000, connections: 2, reorder_frames: 3 }
        } else {
            Limits::default()
        };
        let Ok(reader) = PacketReader::from_reader(Box::new(Cursor::new(file)), "changed") else { return Ok(()) };
        let mut trace = Trace::new(reader, limits);
        let mut holding = 0u64;
        while let Some(event) = trace.next_event().unwrap() {
            if let Event::Pdu(pdu) = event {
                prop_assert!(pdu.first.seq <= pdu.last.seq);
                let mut end = 0;
                for hole in &pdu.holes {
                    prop_assert!(hole.offset >= end && hole.length > 0);
                    end = hole.offset + hole.length;
                    prop_assert!(pdu.body[hole.offset as usize..end as usize].iter().all(|byte| *byte == 0));
                }
                prop_assert!(end as usize <= pdu.body.len());
                let missing: u64 = pdu.holes.iter().map(|hole| u64::from(hole.length)).sum();
                holding += pdu.body.len() as u64 - missing;
            }
        }
        prop_assert!(holding <= length, "{holding} bytes of messages out of {length}");
        let facts = trace.facts();
        prop_assert_eq!(trace.counters().packets, facts.packets);
        prop_assert!(facts.captured_bytes + facts.skipped_bytes + facts.truncated_bytes <= length);
        prop_assert!(facts.damages.len() <= 16 && facts.damages.len() as u64 <= facts.damaged_places);
    }
}
