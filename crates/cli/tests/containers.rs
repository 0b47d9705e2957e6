//! The same packets in every container that is read are the same trace, row by row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use std::io::Write;
use support::{Home, office_records};

/// The field at `offset` of a little-endian pcap header.
fn field(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..][..4].try_into().unwrap())
}

/// The capture as a big-endian pcap file.
fn big_endian() -> Vec<u8> {
    let (header, records) = office_records();
    let mut file = [&0xa1b2_c3d4_u32.to_be_bytes()[..], &2_u16.to_be_bytes(), &4_u16.to_be_bytes(), &[0; 8]].concat();
    file.extend([field(&header, 16).to_be_bytes(), field(&header, 20).to_be_bytes()].concat());
    for record in records {
        file.extend([0, 4, 8, 12].map(|offset| field(&record, offset).to_be_bytes()).concat());
        file.extend(&record[16..]);
    }
    file
}

/// Packets as a pcapng file of one section and one interface with microseconds.
fn pcapng(header: &[u8], records: &[Vec<u8>]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = u32::try_from(body.len().next_multiple_of(4)).unwrap().checked_add(12).unwrap().to_le_bytes();
        let padding = vec![0; body.len().next_multiple_of(4).checked_sub(body.len()).unwrap()];
        [&kind.to_le_bytes()[..], &length, body, &padding, &length].concat()
    };
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let interface = [&header[20..22], &[0, 0], &header[16..20]].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    for record in records {
        let seconds = u64::from(field(record, 0)).checked_mul(1_000_000).unwrap();
        let time = seconds.checked_add(u64::from(field(record, 4))).unwrap();
        let (high, low) = (u32::try_from(time >> 32).unwrap(), u32::try_from(time & 0xffff_ffff).unwrap());
        let lengths = [field(record, 8), field(record, 12)];
        let fields = [0, high, low, lengths[0], lengths[1]].map(u32::to_le_bytes).concat();
        file.extend(block(6, &[&fields[..], &record[16..]].concat()));
    }
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Every row of every session, all that is stored of it but its bytes.
fn rows(home: &Home, trace: &str) -> Vec<Value> {
    let count = home.json(&["session", "--list", "--trace", trace])["total"].as_u64().unwrap();
    assert_eq!(count, 4);
    let rows = |number: u64| {
        let mut document = home.json(&["session", &number.to_string(), "--trace", trace]);
        document.as_object_mut().unwrap().remove("trace");
        document
    };
    (1..=count).map(rows).collect()
}

#[test]
fn every_container_gives_the_rows_of_the_plain_file() {
    let home = Home::new();
    let plain = std::fs::read(home.office("office.pcap")).unwrap();
    home.json(&["ingest", "office.pcap"]);
    let expected = rows(&home, "office.pcap");
    let (header, records) = office_records();
    let (one, other) = records.split_at(600);
    let containers = [
        ("big-endian.pcap", big_endian()),
        ("next.pcapng", pcapng(&header, &records)),
        ("office.pcap.gz", gzip(&plain)),
        ("office.pcap.zst", zstd(&plain)),
        ("next.pcapng.zst", zstd(&pcapng(&header, &records))),
        ("joined.pcap", [&header, &one.concat(), &header, &other.concat()].map(|part| part.as_slice()).concat()),
        ("joined.pcap.gz", [gzip(&[&header[..], &one.concat()].concat()), gzip(&pcapng(&header, other))].concat()),
    ];
    for (name, bytes) in containers {
        home.file(name, &bytes);
        let document = home.json(&["ingest", name]);
        assert_eq!(document["files"][0]["damaged_places"], 0, "{name}: {document}");
        assert!(rows(&home, name) == expected, "{name}");
    }
}

#[test]
fn a_folder_of_mixed_containers_is_one_trace_with_the_rows_of_the_plain_file() {
    let home = Home::new();
    home.office("office.pcap");
    home.json(&["ingest", "office.pcap"]);
    let (header, records) = office_records();
    let parts: Vec<&[Vec<u8>]> = records.chunks(400).collect();
    home.file("mixed/part1.pcap.zst", &zstd(&[&header[..], &parts[0].concat()].concat()));
    home.file("mixed/part2.pcapng", &pcapng(&header, parts[1]));
    home.file("mixed/part3.pcap.gz", &gzip(&[&header[..], &parts[2].concat()].concat()));
    assert_eq!(home.json(&["ingest", "mixed"])["files"].as_array().unwrap().len(), 3);
    assert!(rows(&home, "mixed/part") == rows(&home, "office.pcap"));
}

#[test]
fn compressed_data_that_end_early_are_read_as_far_as_they_go() {
    let home = Home::new();
    let plain = std::fs::read(home.office("office.pcap")).unwrap();
    let whole = gzip(&plain);
    home.file("cut.pcap.gz", &whole[..whole.len() / 2]);
    let cut = home.run(&["ingest", "cut.pcap.gz", "--format", "json"]);
    assert!(cut.stderr.contains("compressed data"), "{}", cut.stderr);
    let document: Value = serde_json::from_str(cut.succeeded()).unwrap();
    assert!(document["packets"].as_u64() > Some(100), "{document}");
    home.file("nothing.pcap.zst", &zstd(&plain)[..20]);
    home.run(&["ingest", "nothing.pcap.zst"]).refused(&["nothing.pcap.zst", "compressed data"]);
}
