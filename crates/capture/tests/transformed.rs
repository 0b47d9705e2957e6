//! A recorded capture, transformed as captures from the field are: what survives equals the clean result, what was dropped is
//! counted to the byte, and nothing appears that the clean result lacks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

#[path = "transformed/losses.rs"]
mod losses;
mod recorded;

use losses::Losses;
use proptest::prelude::*;
use recorded::transformations::{Files, Layer, Recipe, TRANSLATED_PORTS, ip, recipes, udp};
use recorded::{Record, SERVER_PORT, office};
use smbreplay_capture::{Counters, Direction, Event, Trace};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

/// Client's port and whether it is the client that sends.
type Stream = (u16, bool);
/// Of a stream, by the offset behind them: PDUs and their missing ranges.
type Pdus = BTreeMap<u64, (Vec<u8>, Vec<(u32, u32)>)>;

static OFFICE: LazyLock<Vec<Record>> = LazyLock::new(office);
static CLEAN: LazyLock<BTreeMap<Stream, Pdus>> = LazyLock::new(|| {
    let (said, _) = read(&mut recorded::trace(recorded::pcap(&OFFICE)));
    assert!(said.len() == 6 && said.values().map(Pdus::len).sum::<usize>() > 400);
    assert!(said.values().flat_map(Pdus::values).all(|(_, holes)| holes.is_empty()));
    said
});

/// What a trace says. The offsets of connections that begin in the middle are those of the clean result.
fn read(trace: &mut Trace) -> (BTreeMap<Stream, Pdus>, Counters) {
    let (mut ports, mut said) = (BTreeMap::new(), BTreeMap::<_, Pdus>::new());
    while let Some(event) = trace.next_event().unwrap() {
        match event {
            Event::Connect { connection, endpoints, .. } => {
                assert_eq!(endpoints.server.port(), SERVER_PORT);
                let port = endpoints.client.port();
                ports.insert(connection, if port > 38_000 { port - TRANSLATED_PORTS } else { port });
            }
            Event::Pdu(pdu) => {
                let stream = (ports[&pdu.connection], pdu.direction == Direction::ClientToServer);
                let holes = pdu.holes.iter().map(|hole| (hole.offset, hole.length)).collect();
                let before = said.entry(stream).or_default().insert(pdu.stream_end, (pdu.body.to_vec(), holes));
                assert!(before.is_none(), "{stream:?} {} twice", pdu.stream_end);
            }
            Event::Close { .. } => {}
        }
    }
    (said, *trace.counters())
}

/// `found` at the offsets of `clean`.
fn aligned(found: &Pdus, clean: &Pdus) -> Pdus {
    let Some(first) = found.keys().next() else { return Pdus::new() };
    let fits = |shift: &u64| {
        found.iter().all(|(end, (body, _))| {
            end.checked_sub(*shift).and_then(|end| clean.get(&end)).is_some_and(|(other, _)| other.len() == body.len())
        })
    };
    let shifts: Vec<u64> = clean.keys().filter_map(|end| first.checked_sub(*end)).filter(fits).collect();
    let agreement = |shift: &u64| {
        let same = |end: &u64, (body, _): &(Vec<u8>, _)| {
            let other = &clean[&(end - shift)].0;
            body.iter().zip(other).filter(|(a, b)| a == b).count()
        };
        found.iter().map(|(end, pdu)| same(end, pdu)).sum::<usize>()
    };
    let shift = shifts.into_iter().max_by_key(agreement).expect("PDUs that no clean stream has");
    found.iter().map(|(end, pdu)| (end - shift, pdu.clone())).collect()
}

fn transformed(recipe: &Recipe) -> (BTreeMap<Stream, Pdus>, Counters, Losses) {
    let folder = tempfile::tempdir().unwrap();
    let packets = recipe.packets(&OFFICE);
    let paths = recipe.write(folder.path(), &packets);
    let (said, counters) = read(&mut Trace::open_set(&paths).unwrap());
    let said = said.into_iter().map(|(stream, pdus)| (stream, aligned(&pdus, &CLEAN[&stream]))).collect();
    (said, counters, Losses::of(&OFFICE, &packets, recipe))
}

#[test]
fn lost_fragments_lose_their_packet_and_are_counted() {
    let recipe = Recipe { layer: Layer::Fragments, ..Recipe::nothing() };
    let (said, counters, _) = transformed(&recipe);
    assert!(said == *CLEAN);
    assert!(counters.reassembled_packets > 50 && counters.ip_fragments_lost == 0);

    let mut wrapped: Vec<_> = OFFICE.iter().enumerate().flat_map(|(at, it)| Layer::Fragments.around(it, at)).collect();
    let middle = |record: &Record| {
        let field = u16::from_be_bytes([record.data[20], record.data[21]]);
        field & 0x2000 != 0 && field & 0x1fff != 0
    };
    let place = wrapped.iter().position(middle).unwrap();
    wrapped.remove(place);
    let (said, counters) = read(&mut recorded::trace(recorded::pcap(&wrapped)));
    assert!(counters.ip_fragments_lost > 0 && counters.hole_bytes > 0);
    for (stream, pdus) in &said {
        assert!(pdus.keys().all(|end| CLEAN[stream].contains_key(end)));
    }
}

#[test]
fn fragments_that_the_snaplen_cut_leave_what_was_captured_of_them() {
    for layer in [Layer::Fragments, Layer::Ipv6Fragments, Layer::FragmentedVxlan] {
        let (said, counters, _) = transformed(&Recipe { layer, snaplen: 300, ..Recipe::nothing() });
        let pdus = |said: &BTreeMap<Stream, Pdus>| said.values().map(Pdus::len).sum::<usize>();
        assert_eq!(pdus(&said), pdus(&CLEAN), "{layer:?}");
        assert!(counters.ip_fragments_cut > 50 && counters.ip_fragments_lost == 0);
        assert_eq!(counters.hole_bytes, 0);
        let mut kept_behind = 0;
        for (stream, pdus) in &said {
            for (end, (body, holes)) in pdus {
                let mut expected = CLEAN[stream][end].0.clone();
                holes.iter().for_each(|(at, length)| expected[*at as usize..(at + length) as usize].fill(0));
                assert!(*body == expected);
                kept_behind += holes.len().saturating_sub(1);
            }
        }
        assert_eq!(kept_behind > 50, layer != Layer::FragmentedVxlan, "{kept_behind} parts behind a hole");
    }
}

#[test]
fn a_connection_seen_before_and_after_an_address_translation_is_one() {
    let (said, counters, _) = transformed(&Recipe { translated: true, ..Recipe::nothing() });
    assert!(said == *CLEAN);
    assert_eq!((counters.translated_connections, counters.smb_connections, counters.connections), (3, 3, 3));
    assert_eq!((counters.possibly_translated_connections, counters.retransmitted_segments, counters.holes), (0, 0, 0));
    // The copy of a SYN proves nothing yet.
    assert_eq!(counters.mirrored_segments, OFFICE.len() as u64 - 3);
    let (_, clean, _) = transformed(&Recipe::nothing());
    assert_eq!((clean.translated_connections, clean.mirrored_segments), (0, 0));
}

#[test]
fn a_translated_connection_is_recognised_without_its_handshake() {
    let packets: Vec<_> = OFFICE.iter().filter(|record| !record.is_syn()).cloned().collect();
    let recipe = Recipe { translated: true, ..Recipe::nothing() };
    let folder = tempfile::tempdir().unwrap();
    let paths = recipe.write(folder.path(), &recipe.packets(&packets));
    let (said, counters) = read(&mut Trace::open_set(&paths).unwrap());
    for (stream, pdus) in &said {
        assert!(aligned(pdus, &CLEAN[stream]) == CLEAN[stream]);
    }
    assert_eq!((said.len(), counters.translated_connections, counters.smb_connections), (6, 3, 3));
}

#[test]
fn a_translated_connection_is_recognised_when_one_side_lacks_the_syn_ack() {
    let mut packets = Recipe { translated: true, ..Recipe::nothing() }.packets(&OFFICE);
    packets.retain(|record| !(record.is_syn() && record.is_response() && record.client_port() > 38_000));
    let (said, counters) = read(&mut recorded::trace(recorded::pcap(&packets)));
    assert!(said == *CLEAN);
    assert_eq!((counters.translated_connections, counters.smb_connections), (3, 3));
}

#[test]
fn what_one_side_of_an_address_translation_lacks_the_other_side_has() {
    // Every other packet on one side, the others on the other side, of each direction and after the handshake.
    let mut seen = BTreeMap::new();
    let mut packets = Vec::new();
    for record in OFFICE.iter() {
        let count = seen.entry((record.client_port(), record.is_response())).or_insert(0);
        *count += 1;
        let both = record.is_syn();
        if both || *count % 2 == 0 {
            packets.push(record.clone());
        }
        if both || *count % 2 == 1 {
            packets.push(record.translated());
        }
    }
    let (said, counters) = read(&mut recorded::trace(recorded::pcap(&packets)));
    assert!(said == *CLEAN);
    assert_eq!((counters.translated_connections, counters.holes), (3, 0));
}

#[test]
fn quic_and_smb_direct_are_named_and_counted() {
    let quic = Record { microseconds: 1, data: udp(443, &[0xc3; 30], &[]), original: 72, tagged: false };
    let roce = Record { data: udp(4791, &[0; 30], &[]), ..quic.clone() };
    let tcp = [&5445u16.to_be_bytes()[..], &[0xc0, 1], &[0; 8], &[0x50, 0x10], &[0; 6]].concat();
    let iwarp = Record { data: ip(6, &tcp, b"MPA"), ..quic.clone() };
    let (said, counters) = read(&mut recorded::trace(recorded::pcap(&[quic, roce, iwarp])));
    assert!(said.is_empty());
    assert_eq!((counters.possible_quic_packets, counters.smb_direct_packets, counters.tcp_segments), (1, 2, 0));
}

#[test]
fn compressed_files_say_the_same() {
    let plain = recorded::pcap(&OFFICE);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&plain).unwrap();
    for file in [encoder.finish().unwrap(), zstd::encode_all(&plain[..], 1).unwrap()] {
        assert!(read(&mut recorded::trace(file)).0 == *CLEAN);
    }
}

#[test]
fn every_layer_in_two_directions_says_the_same() {
    for layer in Layer::ALL {
        let recipe = Recipe { layer, files: Files::Directions, segment: 1448, ..Recipe::nothing() };
        let (said, counters, _) = transformed(&recipe);
        assert!(said == *CLEAN, "{layer:?}: {counters:?}");
        assert_eq!((counters.holes, counters.malformed_packets, counters.non_ip_packets), (0, 0, 0), "{layer:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn disorder_copies_and_wrapping_change_nothing(recipe in recipes(false)) {
        let (said, counters, losses) = transformed(&recipe);
        prop_assert!(said == *CLEAN, "{counters:?}");
        let holes = (counters.holes, counters.hole_bytes, counters.snaplen_hole_bytes, counters.pdus_with_holes);
        prop_assert_eq!(holes, (0, 0, 0, 0));
        let unread = (counters.conflicting_bytes, counters.unframed_bytes, counters.midstream_bytes, counters.late_segments);
        prop_assert_eq!(unread, (0, 0, 0, 0));
        prop_assert_eq!(counters.smb_connections, 3);
        if !recipe.layer.is_fragmenting() {
            prop_assert_eq!(counters.retransmitted_segments, 0);
            if !recipe.translated {
                prop_assert_eq!(counters.mirrored_segments, losses.copies);
            }
        }
    }

    #[test]
    fn every_lost_byte_is_counted_and_nothing_is_invented(recipe in recipes(true)) {
        let (said, counters, losses) = transformed(&recipe);
        let (mut read, mut in_holes) = (0u64, 0u64);
        for (stream, pdus) in &said {
            for (end, (body, holes)) in pdus {
                let mut expected = CLEAN[stream][end].0.clone();
                for (offset, length) in holes {
                    expected[*offset as usize..(offset + length) as usize].fill(0);
                    in_holes += u64::from(*length);
                }
                prop_assert!(*body == expected, "{stream:?} {end}");
                read += body.len() as u64 + 4;
            }
        }
        if recipe.is_lossless() {
            prop_assert!(said == *CLEAN);
        }
        if losses.are_exact && counters.non_smb_bytes == 0 {
            let lost = losses.lost..=losses.lost + losses.fins;
            prop_assert!(lost.contains(&counters.hole_bytes), "{lost:?}: {counters:?}");
            let unread = counters.unframed_bytes + counters.midstream_bytes + counters.bytes_without_protocol_id;
            let captured = read - in_holes + unread;
            prop_assert_eq!(captured + counters.snaplen_hole_bytes, losses.captured + losses.cut, "{:?}", counters);
            // The tag of a copy leaves less of the packet, and the first copy may have been delivered before the fuller one.
            if recipe.snaplen == usize::MAX || !recipe.twice.contains(&true) {
                prop_assert_eq!(counters.snaplen_hole_bytes, losses.cut, "{:?}", counters);
            }
        }
    }
}
