//! Messages that Windows compressed: `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

use smb2::compression::{CompressionHeader, expand};
use smb2::message::ReadResponse;
use smb2::{Command, Header};
use std::path::PathBuf;

#[test]
fn the_read_responses_of_the_capture_expand_to_the_same_data_by_all_three_algorithms() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let corpus = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = corpus.join("smb311-compressed.pcap");
    let Ok(pcap) = std::fs::read(&path) else {
        eprintln!("SKIPPED: no capture {}; set SMBREPLAY_CORPUS", path.display());
        return;
    };
    let pdus = pcap.windows(8).enumerate().filter_map(|(at, bytes)| match *bytes {
        [0, a, b, c, 0xfc, b'S', b'M', b'B'] => pcap.get(at + 4..at + 4 + u32::from_be_bytes([0, a, b, c]) as usize),
        _ => None,
    });
    let (algorithms, messages): (Vec<u16>, Vec<Vec<u8>>) =
        pdus.map(|pdu| (CompressionHeader::parse(pdu).unwrap().compression_algorithm(), expand(pdu).unwrap())).unzip();
    assert_eq!(algorithms, [2, 3, 1]);
    for message in &messages {
        assert_eq!((message.len(), Header::parse(message).unwrap().command), (4176, Command::READ));
        let data = ReadResponse::parse(message).unwrap().data().unwrap();
        assert_eq!((data.len(), data), (4096, &messages[0][80..]));
    }
}
