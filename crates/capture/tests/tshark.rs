//! Every shared capture, PDU by PDU, against tshark's list of messages per frame.
//!
//! The captures are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod corpus;

use smbreplay_capture::{Direction, Event, Pdu, Trace};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// What a frame completes: the sender, and the ProtocolId of each message, as their first byte.
type Frame = (SocketAddr, Vec<u8>);

/// Frames that differ, and why that is right.
const ACCEPTED: [(&str, &[u64], &str); 1] = [(
    "smb2-peter-minus-p191.pcap",
    &[191],
    "a packet in the middle of this READ response was taken out: tshark gives the message up, here it has a hole",
)];

#[test]
fn each_frame_completes_the_messages_that_tshark_lists() {
    let Some(corpus) = corpus::folder() else { return };
    let mut compared = 0;
    let mut differences = Vec::new();
    for entry in fs::read_dir(corpus.join("expected")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let name = file.strip_suffix(".tshark.tsv").unwrap();
        // With keys, tshark lists what is inside the encrypted messages; there is another list without.
        if name.ends_with(".decrypted") {
            continue;
        }
        let accepted = ACCEPTED.iter().find(|(of, _, _)| *of == name).map_or(&[][..], |(_, frames, _)| *frames);
        let (expected, found) = (expected(&path), found(&corpus.join(name)));
        let frames: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
        for frame in frames {
            compared += 1;
            if expected.get(frame) != found.get(frame) && !accepted.contains(frame) {
                differences.push(format!(
                    "{name} frame {frame}: tshark {:?}, here {:?}",
                    expected.get(frame),
                    found.get(frame)
                ));
            }
        }
    }
    assert!(compared > 3000, "only {compared} frames");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn expected(path: &Path) -> BTreeMap<u64, Frame> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap();
    let (frame, source, port) = (place("frame.number"), place("ip.src"), place("tcp.srcport"));
    let protocol = place("smb2.protocol_id");
    let mut frames = BTreeMap::new();
    for line in lines {
        let source = SocketAddr::new(line[source].parse().unwrap(), line[port].parse().unwrap());
        let ids = line[protocol].split(';').map(|id| u8::from_str_radix(&id[2..4], 16).unwrap());
        // tshark expands compressed messages and lists what is inside behind them.
        let mut inside = false;
        let ids: Vec<_> = ids
            .filter(|id| {
                let keep = !(inside && *id == 0xfe);
                inside = *id == 0xfc;
                keep
            })
            .collect();
        frames.insert(line[frame].parse().unwrap(), (source, ids));
    }
    frames
}

fn found(path: &Path) -> BTreeMap<u64, Frame> {
    let mut trace = Trace::open(path).unwrap();
    let mut ends = BTreeMap::new();
    let mut frames: BTreeMap<u64, Frame> = BTreeMap::new();
    while let Some(event) = trace.next_event().unwrap() {
        match event {
            Event::Connect { connection, endpoints, .. } => {
                ends.insert(connection, endpoints);
            }
            // tshark's list is of SMB2.
            Event::Pdu(pdu) if pdu.body[0] != 0xff => {
                let ends = ends[&pdu.connection];
                let sender = match pdu.direction {
                    Direction::ClientToServer => ends.client,
                    Direction::ServerToClient => ends.server,
                };
                frames.entry(pdu.last.frame).or_insert((sender, Vec::new())).1.extend(messages(&pdu));
            }
            Event::Pdu(_) | Event::Close { .. } => {}
        }
    }
    frames
}

/// The ProtocolId of each message of a chain (NextCommand, MS-SMB2 2.2.1).
fn messages(pdu: &Pdu) -> Vec<u8> {
    let mut ids = vec![pdu.body[0]];
    let mut rest = &pdu.body[..];
    while rest[0] == 0xfe
        && let Some(next) = rest.get(20..24)
    {
        let next = u32::from_le_bytes(next.try_into().unwrap()) as usize;
        match rest.get(next..) {
            // A snaplen may have cut off what is chained.
            Some(chained) if next > 0 && chained.len() >= 4 && chained[..4] != [0; 4] => rest = chained,
            _ => break,
        }
        ids.push(rest[0]);
    }
    ids
}
