//! A recorded capture, transformed as captures from the field are: what survives equals the clean result, what was dropped is
//! counted, and nothing appears that the clean result lacks.

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
use recorded::{Record, SERVER_PORT, office, pcap_of};
use smbreplay_capture::{Counters, Direction, Event, LinkType, Trace};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::sync::LazyLock;

/// Client's port, direction, end in its stream; body and missing ranges.
type Said = BTreeMap<(u16, bool, u64), (Vec<u8>, Vec<(u32, u32)>)>;

static OFFICE: LazyLock<Vec<Record>> = LazyLock::new(office);
static CLEAN: LazyLock<Said> = LazyLock::new(|| {
    let said = read(&mut recorded::trace(recorded::pcap(&OFFICE))).0;
    assert!(said.len() > 400 && said.values().all(|(_, holes)| holes.is_empty()));
    said
});

fn read(trace: &mut Trace) -> (Said, Counters) {
    let (mut ports, mut said) = (BTreeMap::new(), Said::new());
    while let Some(event) = trace.next_event().unwrap() {
        match event {
            Event::Connect { connection, endpoints, .. } => {
                assert_eq!(endpoints.server.port(), SERVER_PORT);
                ports.insert(connection, endpoints.client.port());
            }
            Event::Pdu(pdu) => {
                let key = (ports[&pdu.connection], pdu.direction == Direction::ClientToServer, pdu.stream_end);
                let holes = pdu.holes.iter().map(|hole| (hole.offset, hole.length)).collect();
                assert!(said.insert(key, (pdu.body.to_vec(), holes)).is_none(), "{key:?} twice");
            }
            Event::Close { .. } => {}
        }
    }
    (said, *trace.counters())
}

fn is_syn(record: &Record) -> bool {
    record.data[47] & 0x02 != 0
}

/// Each packet comes up to `delays` places later; the ones that open a connection stay.
fn reorder(records: &[Record], delays: &[usize]) -> Vec<Record> {
    let place = |(index, record): (usize, &Record)| {
        let delay = if is_syn(record) { 0 } else { delays[index % delays.len()] };
        (index + delay, record.clone())
    };
    let mut moved: Vec<_> = records.iter().enumerate().map(place).collect();
    moved.sort_by_key(|(place, _)| *place);
    moved.into_iter().map(|(_, record)| record).collect()
}

/// Some packets come twice, the second time with a tag.
fn duplicate(records: &[Record], twice: &[bool]) -> Vec<Record> {
    let copies = |(index, record): (usize, &Record)| {
        let mut copies = vec![record.clone()];
        if twice[index % twice.len()] {
            copies.push(Layer::Vlan.around(record));
        }
        copies
    };
    records.iter().enumerate().flat_map(copies).collect()
}

#[derive(Clone, Copy, Debug)]
enum Layer {
    Plain,
    Vlan,
    QinQ,
    Sll,
    Raw,
    Vxlan,
    Geneve,
    Gre,
    Erspan1,
    Erspan2,
    Erspan3,
    /// Ethernet with padding and a frame check sequence behind.
    Padded,
}

impl Layer {
    fn link_type(self) -> LinkType {
        match self {
            Self::Sll => LinkType::LINUX_SLL,
            Self::Raw => LinkType::RAW,
            _ => LinkType::ETHERNET,
        }
    }

    fn around(self, record: &Record) -> Record {
        let frame = &record.data;
        let data = match self {
            Self::Plain => frame.clone(),
            Self::Vlan => [&frame[..12], &[0x81, 0, 0, 5], &frame[12..]].concat(),
            Self::QinQ => [&frame[..12], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6], &frame[12..]].concat(),
            Self::Sll => [&[0; 14][..], &frame[12..]].concat(),
            Self::Raw => frame[14..].to_vec(),
            Self::Vxlan => udp(4789, &[8, 0, 0, 0, 0, 0, 7, 0], frame),
            Self::Geneve => udp(6081, &[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0], frame),
            Self::Gre => ip(47, &[0x20, 0, 8, 0, 0, 0, 0, 9], &frame[14..]),
            Self::Erspan1 => ip(47, &[0, 0, 0x88, 0xbe], frame),
            Self::Erspan2 => ip(47, &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0], frame),
            Self::Erspan3 => {
                let header = [&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20][..], &[0; 10], &[1], &[0; 8]].concat();
                ip(47, &header, frame)
            }
            Self::Padded => [&frame[..], &[0xee; 10]].concat(),
        };
        let original = record.original + u32::try_from(data.len()).unwrap() - u32::try_from(frame.len()).unwrap();
        Record { data, original, ..record.clone() }
    }
}

fn ip(protocol: u8, header: &[u8], inner: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + header.len() + inner.len()).unwrap_or(0).to_be_bytes();
    let mut packet = [&[0; 12][..], &[8, 0, 0x45, 0], &length, &[0, 1, 0, 0, 64, protocol, 0, 0]].concat();
    packet.extend([10, 9, 0, 1, 10, 9, 0, 2]);
    [&packet, header, inner].concat()
}

fn udp(port: u16, header: &[u8], inner: &[u8]) -> Vec<u8> {
    let port = port.to_be_bytes();
    ip(17, &[&[0xc0, 1, port[0], port[1], 0, 0, 0, 0], header].concat(), inner)
}

#[derive(Clone, Copy, Debug)]
enum Container {
    PcapLittle,
    PcapBig,
    PcapngLittle,
    PcapngBig,
    Gzip,
    Zstd,
}

impl Container {
    fn around(self, link_type: LinkType, records: &[Record]) -> Vec<u8> {
        let plain = || pcap_of(link_type, records, u32::to_le_bytes);
        match self {
            Self::PcapLittle => plain(),
            Self::PcapBig => pcap_of(link_type, records, u32::to_be_bytes),
            Self::PcapngLittle => pcapng(link_type, records, u32::to_le_bytes),
            Self::PcapngBig => pcapng(link_type, records, u32::to_be_bytes),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(&plain()).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => zstd::encode_all(&plain()[..], 1).unwrap(),
        }
    }
}

fn pcapng(link_type: LinkType, records: &[Record], order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let little = order(1)[0] == 1;
    let half = |value: u16| if little { u32::from(value) } else { u32::from(value) << 16 };
    let mut file = [0x0a0d_0d0a, 28, 0x1a2b_3c4d, half(1), u32::MAX, u32::MAX, 28].map(order).concat();
    file.extend([1, 20, half(link_type.0), 0, 20].map(order).concat());
    for record in records {
        let padded = record.data.len().next_multiple_of(4);
        let (high, low) = ((record.microseconds >> 32) as u32, record.microseconds as u32);
        let length = 32 + padded as u32;
        file.extend([6, length, 0, high, low, record.data.len() as u32, record.original].map(order).concat());
        file.extend(&record.data);
        file.resize(file.len() + padded - record.data.len(), 0);
        file.extend(order(length));
    }
    file
}

fn layer() -> impl Strategy<Value = Layer> {
    use Layer::*;
    prop::sample::select(vec![Plain, Vlan, QinQ, Sll, Raw, Vxlan, Geneve, Gre, Erspan1, Erspan2, Erspan3, Padded])
}

fn container() -> impl Strategy<Value = Container> {
    use Container::*;
    prop::sample::select(vec![PcapLittle, PcapBig, PcapngLittle, PcapngBig, Gzip, Zstd])
}

/// Reads `records` with `layer` around each of them from `files` files, cut at `snaplen`.
fn transformed(
    records: &[Record],
    layer: Layer,
    container: Container,
    files: usize,
    snaplen: usize,
) -> (Said, Counters) {
    let mut records: Vec<_> = records.iter().map(|record| layer.around(record)).collect();
    records.iter_mut().for_each(|record| record.data.truncate(snaplen));
    let folder = tempfile::tempdir().unwrap();
    let write = |(index, part): (usize, &[Record])| {
        let path = folder.path().join(index.to_string());
        fs::write(&path, container.around(layer.link_type(), part)).unwrap();
        path
    };
    let paths: Vec<_> = records.chunks(records.len().div_ceil(files)).enumerate().map(write).collect();
    read(&mut Trace::open_set(&paths).unwrap())
}

/// An Ethernet frame with an IPv4 packet in fragments of at most `size` bytes of payload.
fn fragments(record: &Record, size: usize, identification: u16) -> Vec<Record> {
    let (ethernet, packet) = record.data.split_at(14);
    let (header, payload) = packet.split_at(20);
    let count = payload.len().div_ceil(size);
    let fragment = |(index, part): (usize, &[u8])| {
        let mut header = header.to_vec();
        header[2..4].copy_from_slice(&u16::try_from(20 + part.len()).unwrap().to_be_bytes());
        header[4..6].copy_from_slice(&identification.to_be_bytes());
        let more = if index + 1 < count { 0x2000 } else { 0 };
        header[6..8].copy_from_slice(&(more | u16::try_from(index * size / 8).unwrap()).to_be_bytes());
        let data = [ethernet, &header, part].concat();
        Record { original: u32::try_from(data.len()).unwrap(), data, ..record.clone() }
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

#[test]
fn fragments_of_ip_packets_are_put_together_in_any_order_and_lost_ones_are_counted() {
    let mut records = Vec::new();
    for (index, record) in OFFICE.iter().enumerate() {
        let mut parts = fragments(record, 400, u16::try_from(index).unwrap());
        parts.reverse();
        records.extend(parts);
    }
    assert!(records.len() > OFFICE.len() + 100);
    let (said, counters) = transformed(&records, Layer::Plain, Container::PcapLittle, 1, usize::MAX);
    assert!(said == *CLEAN, "{} of {}: {counters:?}", said.len(), CLEAN.len());
    assert!(counters.reassembled_packets > 50 && counters.ip_fragments_lost == 0);
    let tunnelled = transformed(&records, Layer::Erspan2, Container::PcapBig, 1, usize::MAX);
    assert!(tunnelled.0 == *CLEAN);

    let part = |record: &Record| u16::from_be_bytes([record.data[20], record.data[21]]) & 0x3fff;
    let place = records.iter().position(|record| part(record) & 0x1fff == 50 && part(record) & 0x2000 != 0).unwrap();
    records.remove(place);
    let (said, counters) = transformed(&records, Layer::Plain, Container::PcapLittle, 1, usize::MAX);
    assert!(counters.ip_fragments_lost > 0 && counters.hole_bytes > 0);
    assert!(said.keys().all(|key| CLEAN.contains_key(key)));
}

#[test]
fn a_connection_seen_before_and_after_an_address_translation_is_counted() {
    let translated = |record: &Record| {
        let mut translated = record.clone();
        let client = if record.data[36..38] == SERVER_PORT.to_be_bytes() { 26 } else { 30 };
        translated.data[client..client + 4].copy_from_slice(&[192, 168, 7, 7]);
        [record.clone(), translated]
    };
    let records: Vec<_> = OFFICE.iter().flat_map(translated).collect();
    let mut trace = recorded::trace(recorded::pcap(&records));
    while trace.next_event().unwrap().is_some() {}
    let counters = trace.counters();
    assert_eq!((counters.translated_connections, counters.smb_connections), (3, 6));
    let (_, clean) = transformed(&OFFICE, Layer::Plain, Container::PcapLittle, 1, usize::MAX);
    assert_eq!(clean.translated_connections, 0);
}

#[test]
fn quic_and_smb_direct_are_named_and_counted() {
    let quic = Record { microseconds: 1, data: udp(443, &[0xc3; 30], &[]), original: 72 };
    let roce = Record { data: udp(4791, &[0; 30], &[]), ..quic.clone() };
    let tcp = [&5445u16.to_be_bytes()[..], &[0xc0, 1], &[0; 8], &[0x50, 0x10], &[0; 6]].concat();
    let iwarp = Record { data: ip(6, &tcp, b"MPA"), ..quic.clone() };
    let (said, counters) = transformed(&[quic, roce, iwarp], Layer::Plain, Container::PcapLittle, 1, usize::MAX);
    assert!(said.is_empty());
    assert_eq!((counters.possible_quic_packets, counters.smb_direct_packets, counters.tcp_segments), (1, 2, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn disorder_copies_and_wrapping_change_nothing(
        delays in vec(0usize..8, 1..40),
        twice in vec(prop::bool::weighted(0.3), 1..20),
        layer in layer(),
        container in container(),
    ) {
        let records = duplicate(&reorder(&OFFICE, &delays), &twice);
        let (said, counters) = transformed(&records, layer, container, 1, usize::MAX);
        prop_assert!(said == *CLEAN, "{} PDUs", said.len());
        prop_assert_eq!((counters.pdus_with_holes, counters.conflicting_bytes, counters.unframed_bytes), (0, 0, 0));
    }

    #[test]
    fn splitting_and_wrapping_change_nothing(files in 1usize..20, layer in layer(), container in container()) {
        let (said, counters) = transformed(&OFFICE, layer, container, files, usize::MAX);
        prop_assert!(said == *CLEAN, "{} PDUs", said.len());
        prop_assert_eq!(counters.packets, OFFICE.len() as u64);
    }

    #[test]
    fn loss_is_counted_and_invents_nothing(
        lost in vec(prop::bool::weighted(0.05), 10..200),
        delays in vec(0usize..4, 1..20),
        snaplen in prop::option::of(120usize..400),
        layer in layer(),
        container in container(),
    ) {
        let kept = |(index, record): &(usize, &Record)| is_syn(record) || !lost[index % lost.len()];
        let records: Vec<_> = OFFICE.iter().enumerate().filter(kept).map(|(_, record)| record.clone()).collect();
        let (said, counters) =
            transformed(&reorder(&records, &delays), layer, container, 1, snaplen.unwrap_or(usize::MAX));
        let mut missing = 0;
        for (key, (body, holes)) in &said {
            let Some((clean, _)) = CLEAN.get(key) else { panic!("{key:?} is in no clean result") };
            prop_assert_eq!(body.len(), clean.len());
            let mut expected = clean.clone();
            for (offset, length) in holes {
                expected[*offset as usize..(offset + length) as usize].fill(0);
                missing += length;
            }
            prop_assert!(*body == expected, "{:?}", key);
        }
        if missing > 0 || said.len() < CLEAN.len() {
            let counted = counters.hole_bytes + counters.snaplen_cut_bytes;
            prop_assert!(counted > 0 && counted >= u64::from(missing), "{} of {}", counted, missing);
        } else {
            prop_assert!(said == *CLEAN);
        }
    }
}
