//! Link layers, tunnels, IP, fragments and TCP reassembly: packets in, events out.
//!
//! Each packet is counted once, events are in order, and no PDU has bytes that no packet had. A record is a packet:
//! `tag` is its link type, `flags` say how many bytes the snaplen cut, `number` the milliseconds since the one before.

use super::events::Events;
use crate::record::read_records;
use capture::{Assembler, Counters, Limits, LinkType, Packet, Timestamp};

/// What the tag of a record stands for.
pub(crate) const LINK_TYPES: [LinkType; 9] = [
    LinkType::ETHERNET,
    LinkType::RAW,
    LinkType::NULL,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::LINUX_SLL2,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType(105),
];

/// Option: memory and patience are short.
const TIGHT: u8 = 1;

pub(super) fn body(input: &[u8]) {
    let (options, records) = read_records(input);
    let limits = if options & TIGHT != 0 {
        Limits { out_of_order_bytes: 4000, buffered_bytes: 20_000, connections: 2, reorder_frames: 3 }
    } else {
        Limits::default()
    };
    let mut assembler = Assembler::new(limits);
    let mut events = Events::default();
    let (mut bytes, mut time) = (0, 0_i64);
    for (frame, record) in (1..).zip(&records) {
        time += i64::from(record.number) * 1_000_000;
        bytes += record.bytes.len() as u64;
        let link_type = LINK_TYPES.get(usize::from(record.tag) % LINK_TYPES.len()).copied().unwrap_or(LinkType::RAW);
        assembler.handle_packet(&Packet {
            frame,
            time: Timestamp(time),
            link_type,
            data: &record.bytes,
            original_length: u32::try_from(record.bytes.len()).unwrap_or(u32::MAX) + u32::from(record.flags) * 16,
            interface: 0,
        });
        while let Some(event) = assembler.poll_event() {
            events.see(&event);
        }
    }
    assembler.finish();
    while let Some(event) = assembler.poll_event() {
        events.see(&event);
    }
    let counters = assembler.counters();
    every_packet_is_counted(counters, records.len() as u64);
    events.finish(counters, bytes);
}

fn every_packet_is_counted(c: &Counters, packets: u64) {
    assert_eq!(c.packets, packets);
    let of_a_kind = c.unsupported_link_packets
        + c.non_ip_packets
        + c.non_tcp_packets
        + c.possible_quic_packets
        + c.smb_direct_packets
        + c.malformed_packets
        + c.tcp_segments;
    if c.ip_fragments == 0 {
        assert_eq!(of_a_kind, packets, "{c:?}");
    } else {
        assert!(of_a_kind + c.ip_fragments >= packets, "{c:?}");
        assert!(c.ip_fragments_lost + c.ip_fragments_repeated <= c.ip_fragments, "{c:?}");
    }
    let segments = [c.snaplen_cut_segments, c.mirrored_segments, c.retransmitted_segments, c.out_of_order_segments];
    assert!(segments.iter().all(|some| *some <= c.tcp_segments), "{c:?}");
    assert!(c.mirrored_segments > 0 || c.conflicting_bytes <= c.overlapping_bytes, "{c:?}");
}
