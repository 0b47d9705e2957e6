//! Each target's body over the inputs that are kept, and over those of the project's own captures.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use smbreplay_fuzz::{TARGETS, Target, kept, seeds};
use std::panic::catch_unwind;

const OFFICE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/office.pcap");

/// Runs the body over the kept inputs and says which failed; then over the seeds.
fn holds(name: &str) {
    let target = Target::named(name).expect("a target");
    let kept = kept::inputs(target).unwrap();
    assert!(!kept.is_empty(), "there are inputs in {}", kept::corpus(target).display());
    for (path, input) in kept {
        assert!(catch_unwind(|| (target.body)(&input)).is_ok(), "{} {}", target.name, path.display());
    }
    let seeds = seeds::of_capture(target, &std::fs::read(OFFICE).unwrap());
    assert!(!seeds.is_empty(), "the office's capture gives inputs");
    seeds.iter().for_each(|seed| (target.body)(seed));
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            holds(stringify!($name));
        })*

        #[test]
        fn every_target_is_tested() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),*]);
        }
    };
}

targets! { container assembler framing message transform compressed_message lznt1 lz77 lz77_huffman auth kerberos dissector stored ingest filter pickle }
