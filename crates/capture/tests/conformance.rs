//! The conformance files of pcapng, each against what tshark 4.0.17 lists of it, in both byte orders.
//!
//! They are not part of the project: see `corpus`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod corpus;

use smbreplay_capture::{FileFacts, PacketReader};
use std::collections::BTreeMap;
use std::path::Path;

/// Nanoseconds; `None` for a Simple Packet Block. Length on the wire, captured length, link type.
type Row = (Option<i64>, u32, usize, u16);

/// The second of most packets, in nanoseconds.
const T: i64 = 1_340_954_905_000_000_000;

/// Folder and file, and its packets. tshark lists custom blocks as well; they are no packets.
const FILES: [(&str, &[Row]); 24] = [
    (
        "advanced/test100",
        &[
            (None, 314, 314, 1),
            (Some(T + 298858000), 342, 342, 1),
            (None, 314, 314, 1),
            (Some(T + 300858000), 342, 342, 1),
            (Some(T + 301858000), 168, 168, 0),
        ],
    ),
    (
        "advanced/test101",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 298858000), 342, 128, 1),
            (None, 314, 96, 1),
            (Some(T + 301858000), 168, 168, 0),
        ],
    ),
    (
        "advanced/test102",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 298858000), 342, 342, 1),
            (None, 314, 96, 1),
            (Some(T + 300858000), 342, 96, 1),
            (Some(T + 301858000), 168, 168, 0),
        ],
    ),
    (
        "basic/test001",
        &[(Some(0), 314, 314, 1), (Some(0), 342, 342, 1), (Some(0), 314, 314, 1), (Some(0), 342, 342, 1)],
    ),
    ("basic/test002", &[]),
    ("basic/test003", &[]),
    (
        "basic/test004",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 299858000), 342, 128, 1),
            (Some(T + 300858000), 314, 96, 1),
            (Some(T + 301858000), 342, 128, 1),
        ],
    ),
    (
        "basic/test005",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 299858000), 342, 128, 1),
            (Some(T + 300858000), 314, 96, 1),
            (Some(T + 301858000), 342, 128, 1),
        ],
    ),
    (
        "basic/test006",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 299858000), 168, 168, 0),
            (Some(T + 300858000), 342, 96, 1),
            (Some(T + 301858000), 314, 96, 1),
            (Some(T + 302858000), 342, 96, 1),
        ],
    ),
    ("basic/test007", &[(Some(T + 298858000), 314, 96, 1)]),
    (
        "basic/test008",
        &[
            (Some(1340954905298858), 314, 96, 1),
            (Some(1340954905299858), 342, 128, 1),
            (Some(1340954905300858), 314, 96, 1),
            (Some(1340954905301858), 342, 128, 1),
        ],
    ),
    ("basic/test009", &[(Some(T + 298858000), 314, 314, 1), (Some(T + 299858000), 342, 342, 1)]),
    ("basic/test010", &[(None, 314, 314, 1), (None, 342, 342, 1), (None, 314, 314, 1), (None, 342, 342, 1)]),
    (
        "basic/test011",
        &[
            (None, 314, 314, 1),
            (Some(T + 298858000), 342, 342, 1),
            (None, 314, 314, 1),
            (Some(T + 300858000), 342, 342, 1),
        ],
    ),
    ("basic/test012", &[(None, 314, 314, 1), (None, 342, 315, 1), (Some(0), 314, 314, 1), (Some(0), 342, 315, 1)]),
    ("basic/test013", &[]),
    ("basic/test014", &[]),
    ("basic/test015", &[]),
    (
        "basic/test016",
        &[
            (None, 314, 314, 1),
            (Some(T + 298858000), 342, 342, 1),
            (None, 314, 314, 1),
            (Some(T + 300858000), 342, 342, 1),
        ],
    ),
    ("basic/test017", &[]),
    (
        "basic/test018",
        &[
            (None, 314, 314, 1),
            (Some(T + 298858000), 342, 342, 1),
            (None, 314, 314, 1),
            (Some(T + 300858000), 342, 342, 1),
        ],
    ),
    ("difficult/test200", &[]),
    (
        "difficult/test201",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 298858000), 342, 128, 1),
            (None, 314, 128, 1),
            (Some(T + 301858000), 168, 168, 0),
        ],
    ),
    (
        "difficult/test202",
        &[
            (Some(T + 298858000), 314, 96, 1),
            (Some(T + 298858000), 342, 96, 1),
            (Some(T + 301858000), 168, 168, 0),
            (None, 314, 128, 1),
            (Some(T + 298858000), 342, 128, 1),
            (None, 314, 128, 1),
            (Some(T + 298858000), 342, 128, 1),
            (Some(T + 301858000), 168, 168, 0),
        ],
    ),
];

/// Blocks that are no packets, interfaces or sections: folder and file, Name Resolution Blocks, Decryption Secrets Blocks, others
/// (Interface Statistics and Custom Blocks, and unknown ones).
const PASSED: [(&str, u64, u64, u64); 11] = [
    ("advanced/test100", 5, 0, 0),
    ("advanced/test101", 0, 0, 6),
    ("advanced/test102", 3, 0, 9),
    ("basic/test013", 0, 0, 1),
    ("basic/test014", 0, 0, 3),
    ("basic/test015", 1, 0, 0),
    ("basic/test016", 3, 0, 0),
    ("basic/test017", 0, 0, 4),
    ("basic/test018", 0, 0, 4),
    ("difficult/test201", 0, 0, 4),
    ("difficult/test202", 5, 0, 7),
];

#[test]
fn every_packet_of_every_file_is_read_in_both_byte_orders() {
    let Some(corpus) = corpus::folder() else { return };
    let mut passed = BTreeMap::new();
    for (name, expected) in FILES {
        let read = |order: &str| read(&corpus.join(format!("pcapng-format/output_{order}/{name}.pcapng")));
        let ((rows, bytes, facts), (big_rows, big_bytes, big_facts)) = (read("le"), read("be"));
        assert_eq!(rows, expected, "{name}");
        assert_eq!((&rows, &facts, bytes), (&big_rows, &big_facts, big_bytes), "{name}");
        assert_eq!((facts.damaged_places, facts.packets_of_unknown_interface), (0, 0), "{name}");
        let without_time = expected.iter().filter(|(time, ..)| time.is_none()).count();
        assert_eq!(facts.packets_without_time, without_time as u64, "{name}");
        let other = (facts.name_resolutions, facts.decryption_secrets, facts.other_blocks);
        if other != (0, 0, 0) {
            passed.insert(name, other);
        }
    }
    assert_eq!(
        passed,
        PASSED.into_iter().map(|(name, names, secrets, other)| (name, (names, secrets, other))).collect()
    );
}

fn read(path: &Path) -> (Vec<Row>, Vec<Vec<u8>>, FileFacts) {
    let mut reader = PacketReader::open(path).unwrap();
    let (mut rows, mut bytes): (Vec<Row>, Vec<_>) = (Vec::new(), Vec::new());
    let mut without_time = 0;
    while let Some(packet) = reader.next_packet().unwrap() {
        rows.push((Some(packet.time.0), packet.original_length, packet.data.len(), packet.link_type.0));
        bytes.push(packet.data.to_vec());
        let count = reader.facts().packets_without_time;
        if count > without_time {
            let before = rows.len().checked_sub(2).and_then(|before| rows[before].0);
            let last = rows.last_mut().unwrap();
            assert!(before.is_none() || before == last.0, "a packet without a time has that of the one before");
            last.0 = None;
            without_time = count;
        }
    }
    (rows, bytes, reader.facts().clone())
}
