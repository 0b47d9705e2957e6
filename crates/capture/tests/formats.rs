//! Capture files of every kind, whole, cut and damaged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod corpus;

use smbreplay_capture::format::{Compression, FileFormat};
use smbreplay_capture::{FileFacts, LinkType, OpenError, PacketReader, Timestamp, Trace};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

/// Frame, nanoseconds, bytes, length on the wire, interface.
type Row = (u64, i64, Vec<u8>, u32, u32);

fn read(file: Vec<u8>) -> Result<(Vec<Row>, FileFacts), OpenError> {
    let mut reader = PacketReader::from_reader(Box::new(Cursor::new(file)), "test")?;
    let mut rows = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        rows.push((packet.frame, packet.time.0, packet.data.to_vec(), packet.original_length, packet.interface));
    }
    Ok((rows, reader.facts().clone()))
}

/// Writes integers in one byte order.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, value: u16) -> Vec<u8> {
        match self {
            Self::Little => value.to_le_bytes().to_vec(),
            Self::Big => value.to_be_bytes().to_vec(),
        }
    }

    fn u32(self, value: u32) -> Vec<u8> {
        match self {
            Self::Little => value.to_le_bytes().to_vec(),
            Self::Big => value.to_be_bytes().to_vec(),
        }
    }

    fn pcap(self, magic: u32, extra: usize) -> Vec<u8> {
        let mut file = [self.u32(magic), self.u16(2), self.u16(4), vec![0; 8], self.u32(100), self.u32(1)].concat();
        for (fraction, data) in [(5, &b"first"[..]), (900_000, b"second!")] {
            file.extend([self.u32(1_600_000_000), self.u32(fraction)].concat());
            file.extend([self.u32(data.len() as u32), self.u32(data.len() as u32 + 3), vec![0; extra]].concat());
            file.extend(data);
        }
        file
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let body = [body, &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
        let length = self.u32(body.len() as u32 + 12);
        [&self.u32(kind)[..], &length, &body, &length].concat()
    }

    fn section(self) -> Vec<u8> {
        self.block(0x0a0d_0d0a, &[self.u32(0x1a2b_3c4d), self.u16(1), self.u16(0), vec![0xff; 8]].concat())
    }

    fn interface(self, link_type: u16, snaplen: u32, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut body = [self.u16(link_type), vec![0; 2], self.u32(snaplen)].concat();
        for (code, value) in options {
            body.extend([self.u16(*code), self.u16(value.len() as u16), value.clone()].concat());
            body.resize(body.len().next_multiple_of(4), 0);
        }
        self.block(1, &body)
    }

    fn enhanced_packet(self, interface: u32, units: u64, data: &[u8]) -> Vec<u8> {
        let length = self.u32(data.len() as u32);
        let time = [self.u32((units >> 32) as u32), self.u32(units as u32)].concat();
        self.block(6, &[&self.u32(interface)[..], &time, &length, &length, data].concat())
    }
}

#[test]
fn pcap_is_read_in_both_byte_orders_and_all_units() {
    for order in [Order::Little, Order::Big] {
        for (magic, unit, extra) in [(0xa1b2_c3d4, 1000, 0), (0xa1b2_3c4d, 1, 0), (0xa1b2_cd34, 1000, 8)] {
            let (rows, facts) = read(order.pcap(magic, extra)).unwrap();
            let time = |fraction: i64| 1_600_000_000_000_000_000 + fraction * unit;
            assert_eq!(
                rows,
                [(1, time(5), b"first".to_vec(), 8, 0), (2, time(900_000), b"second!".to_vec(), 10, 0)],
                "{magic:x}"
            );
            assert_eq!((facts.format, facts.link_types()), (FileFormat::Pcap, vec![LinkType::ETHERNET]));
            assert_eq!((facts.packets, facts.captured_bytes, facts.original_bytes, facts.cut_packets), (2, 12, 18, 2));
            assert_eq!((facts.first_time, facts.last_time), (Some(Timestamp(time(5))), Some(Timestamp(time(900_000)))));
            assert_eq!(facts.damage, None);
        }
    }
}

#[test]
fn pcapng_sections_have_their_own_byte_order_interfaces_and_units() {
    let (little, big) = (Order::Little, Order::Big);
    let file = [
        little.section(),
        little.interface(1, 0, &[(2, b"eth0".to_vec()), (9, vec![9])]),
        little.interface(113, 0, &[(9, vec![0x80 | 10]), (14, (-5i64).to_le_bytes().to_vec())]),
        little.block(0x0bad, b"unknown"),
        little.enhanced_packet(0, 7_000_000_001, b"a"),
        little.enhanced_packet(1, 10 * 1024 + 512, b"bb"),
        big.section(),
        big.interface(101, 4, &[]),
        big.block(3, &[&big.u32(6)[..], b"simp"].concat()),
        big.block(
            2,
            &[&big.u16(0)[..], &big.u16(0), &big.u32(0), &big.u32(9), &big.u32(3), &big.u32(30), b"old"].concat(),
        ),
        big.enhanced_packet(1, 0, b"no such interface"),
    ]
    .concat();
    let (rows, facts) = read(file).unwrap();
    assert_eq!(
        rows,
        [
            (1, 7_000_000_001, b"a".to_vec(), 1, 0),
            (2, 5_500_000_000, b"bb".to_vec(), 2, 1),
            (3, 5_500_000_000, b"simp".to_vec(), 6, 2),
            (4, 9000, b"old".to_vec(), 30, 2),
        ]
    );
    assert_eq!(facts.interfaces[0].name.as_deref(), Some("eth0"));
    assert_eq!(facts.link_types(), [LinkType::ETHERNET, LinkType::RAW, LinkType::LINUX_SLL]);
    assert_eq!((facts.other_blocks, facts.packets_without_time, facts.backward_times), (1, 1, 2));
    assert_eq!((facts.packets_of_unknown_interface, facts.damage), (1, None));
}

#[test]
fn gzip_around_a_capture_is_unwrapped_also_in_several_members() {
    let file = Order::Little.pcap(0xa1b2_c3d4, 0);
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let (rows, facts) = read([gzip(&file[..50]), gzip(&file[50..])].concat()).unwrap();
    assert_eq!((rows.len(), facts.compression, facts.damage), (2, Compression::Gzip, None));
    let whole = gzip(&file);
    let (rows, facts) = read(whole[..whole.len() - 9].to_vec()).unwrap();
    assert!(rows.len() <= 2 && facts.damage.unwrap().reason.starts_with("the compressed data are cut"));
}

#[test]
fn zstd_around_a_capture_is_unwrapped_also_in_several_frames() {
    let file = Order::Big.pcap(0xa1b2_3c4d, 0);
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    let (rows, facts) = read([zstd(&file[..50]), zstd(&file[50..])].concat()).unwrap();
    assert_eq!((rows.len(), facts.compression, facts.damage), (2, Compression::Zstd, None));
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4][..], &zstd(&file)].concat();
    assert_eq!(read(skippable).unwrap().0.len(), 2);
    let whole = [zstd(&file[..63]), zstd(&file[63..])].concat();
    let (rows, facts) = read(whole[..whole.len() - 9].to_vec()).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(facts.damage.unwrap().reason.starts_with("the compressed data are cut"));
}

#[test]
fn what_is_before_damage_in_a_gzip_file_is_read() {
    // The first 12 packets of the project's own capture, and a block of a type that does not exist.
    let damaged = "/../../fuzz/regressions/container/packets-before-damage-in-gzip";
    let (rows, facts) = read(fs::read([env!("CARGO_MANIFEST_DIR"), damaged].concat()).unwrap()).unwrap();
    assert!(rows.len() >= 6, "all but what the last half kilobyte gives: {}", rows.len());
    assert!(facts.damage.unwrap().reason.starts_with("the compressed data are cut or damaged"));
}

#[test]
fn secrets_and_names_in_pcapng_are_passed_over_and_counted() {
    let order = Order::Little;
    let file = [
        order.section(),
        order.block(10, &[order.u32(0x544c_534b), order.u32(4), b"keys".to_vec()].concat()),
        order.interface(1, 0, &[]),
        order.block(4, &[0; 4]),
        order.enhanced_packet(0, 1, b"a"),
    ]
    .concat();
    let (rows, facts) = read(file).unwrap();
    assert_eq!((rows.len(), facts.decryption_secrets, facts.name_resolutions, facts.other_blocks), (1, 1, 1, 0));
}

#[test]
fn a_cut_file_is_read_up_to_the_cut() {
    let file = Order::Big.pcap(0xa1b2_c3d4, 0);
    let (rows, facts) = read(file[..file.len() - 4].to_vec()).unwrap();
    assert_eq!((rows.len(), facts.truncated_bytes), (1, 16 + 7 - 4));
    assert_eq!(facts.damage.unwrap().offset, 24 + 16 + 5);
    let pcapng = [
        Order::Little.section(),
        Order::Little.interface(1, 0, &[]),
        Order::Little.enhanced_packet(0, 1, b"whole"),
        Order::Little.enhanced_packet(0, 1, b"cut"),
    ]
    .concat();
    let (rows, facts) = read(pcapng[..pcapng.len() - 1].to_vec()).unwrap();
    assert_eq!((rows.len(), facts.truncated_bytes), (1, 35));
}

#[test]
fn a_damaged_record_ends_the_file_and_the_rest_is_counted() {
    let mut file = Order::Little.pcap(0xa1b2_c3d4, 0);
    let second = 24 + 16 + 5;
    file[second + 8..second + 12].fill(0xff);
    let (rows, facts) = read(file).unwrap();
    assert_eq!((rows.len(), facts.skipped_bytes, facts.truncated_bytes), (1, 23, 0));
    assert_eq!(facts.damage.unwrap().offset, second as u64);
}

#[test]
fn what_is_no_capture_is_refused_with_the_reason() {
    let error = |file: &[u8]| read(file.to_vec()).unwrap_err().to_string();
    assert_eq!(error(b""), "test is empty");
    assert_eq!(
        error(b"#!/bin/sh\n"),
        "test is not a capture: byte 0 starts with 23212f62 where pcap or pcapng has its magic number"
    );
    assert_eq!(
        error(b"PK"),
        "test is not a capture: byte 0 starts with 504b where pcap or pcapng has its magic number"
    );
    assert_eq!(
        error(&Order::Little.pcap(0xa1b2_c3d4, 0)[..10]),
        "test ends inside the capture's file header, after 10 bytes"
    );
    let broken = error(b"\x1f\x8bnot really gzip");
    assert!(broken.starts_with("test cannot be read: the compressed data are cut or damaged"), "{broken}");
    let missing = PacketReader::open(Path::new("/nonexistent/x.pcap")).err().unwrap().to_string();
    assert!(missing.starts_with("cannot read /nonexistent/x.pcap: "), "{missing}");
}

#[test]
fn every_cut_of_a_file_and_every_flipped_byte_ends_without_panic() {
    let pcapng = [
        Order::Little.section(),
        Order::Little.interface(1, 0, &[(9, vec![6])]),
        Order::Little.enhanced_packet(0, 1, b"whole"),
    ]
    .concat();
    for file in [pcapng, Order::Big.pcap(0xa1b2_c3d4, 0)] {
        for place in 0..file.len() {
            let _ = read(file[..place].to_vec());
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[place] = value;
                let _ = read(changed);
            }
        }
    }
}

#[test]
fn captures_made_to_do_harm_are_read_to_their_end() {
    let Some(corpus) = corpus::folder() else { return };
    let mut read = 0;
    for path in files(&corpus.join("negative")).iter().filter(|path| path.extension().is_some_and(|it| it != "zip")) {
        let mut trace = Trace::open(path).unwrap();
        while trace.next_event().unwrap().is_some() {}
        assert!(trace.facts().packets > 0, "{}", path.display());
        assert_eq!(trace.counters().packets, trace.facts().packets);
        read += 1;
    }
    assert!(read >= 10);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
