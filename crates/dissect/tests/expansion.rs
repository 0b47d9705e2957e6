//! Compressed messages, in clear and encrypted: the rows are those of the same messages as they were before.
//!
//! The captures are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

mod wire;

use capture::{Direction, Hole};
use smb2::Command;
use smb2::compression::{Algorithm, Scheme, compress};
use smb2::crypto::{Cipher, CipherKey};
use smbreplay_dissect::{Dissector, Kind, Operation, Secrets};
use std::path::PathBuf;
use wire::*;

const DATA: &[u8] = &[b'x'; 3000];

/// What a client sends and what the server answers: a WRITE and a READ of [`DATA`].
fn exchanges() -> [(Direction, Vec<u8>); 4] {
    let (to_server, to_client) = (Direction::ClientToServer, Direction::ServerToClient);
    let write = message(Command::WRITE, 5, &write_request(file_id(1), 0, DATA));
    let read = message(Command::READ, 6, &read_request(file_id(1), 0, 3000));
    [
        (to_server, chained(to_server, &[write])),
        (to_client, chained(to_client, &[message(Command::WRITE, 5, &write_response(3000))])),
        (to_server, chained(to_server, &[read])),
        (to_client, chained(to_client, &[message(Command::READ, 6, &read_response(DATA))])),
    ]
}

/// A message as it is sent by who compresses what has data.
fn compressed(message: &[u8], scheme: Scheme) -> Vec<u8> {
    match message.len() > DATA.len() {
        true => compress(message, 80, scheme).expect("the data get smaller"),
        false => message.to_vec(),
    }
}

fn in_short(rows: &[Operation]) -> Vec<String> {
    let said = |row: &Operation| {
        format!("{:?} {:?} {:?} {:?} {:?}", row.kind, row.command, row.status, row.request, row.response)
            + &format!("{:?} {:?}", row.payload_length, row.payload_hash)
    };
    rows.iter().map(said).collect()
}

#[test]
fn the_rows_of_compressed_messages_are_those_of_the_messages_in_clear() {
    let mut clear = Trace::new();
    exchanges().into_iter().for_each(|(direction, body)| clear.pdu(direction, body));
    let clear = clear.rows();
    assert!(clear.iter().all(|row| row.kind == Kind::Exchange && row.malformed.is_none() && !row.compressed));
    for algorithm in Algorithm::ALL {
        for chained in [false, true] {
            let mut trace = Trace::new();
            let scheme = Scheme { algorithm, chained, patterns: chained };
            exchanges().into_iter().for_each(|(direction, body)| trace.pdu(direction, compressed(&body, scheme)));
            let rows = trace.rows();
            assert_eq!(in_short(&rows), in_short(&clear), "{}", algorithm.name());
            assert!(rows.iter().all(|row| row.compressed && !row.encrypted));
            let counters = trace.dissector.counters();
            assert_eq!((counters.expanded_pdus, counters.compressed_pdus, counters.malformed_messages), (2, 0, 0));
        }
    }
}

#[test]
fn messages_compressed_and_then_encrypted_are_opened_and_expanded() {
    let key = |byte| CipherKey::from_slice(Cipher::Aes128Gcm, &[byte; 16]).unwrap();
    let mut secrets = Secrets::default();
    secrets.add_decryption_keys(&format!("0700000000000000={},{}", "11".repeat(16), "22".repeat(16))).unwrap();
    let (to_client, to_server) = (key(0x11), key(0x22));
    let mut trace = Trace::with_secrets(secrets);
    let scheme = Scheme { algorithm: Algorithm::Lz77, chained: false, patterns: false };
    for (nonce, (direction, body)) in (1..).zip(exchanges()) {
        let key = if direction == Direction::ClientToServer { &to_server } else { &to_client };
        trace.pdu(direction, key.encrypt(7, nonce, &compressed(&body, scheme)));
    }
    let rows = trace.rows();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.kind == Kind::Exchange && row.encrypted && row.compressed));
    assert_eq!(rows[0].request.as_deref(), Some(exchanges()[0].1.as_slice()));
    let counters = trace.dissector.counters();
    assert_eq!((counters.decrypted_pdus, counters.expanded_pdus), (4, 2));
}

#[test]
fn what_cannot_be_expanded_is_a_row_with_its_bytes_and_a_reason() {
    let write = &exchanges()[0].1;
    let scheme = Scheme { algorithm: Algorithm::Lz77, chained: false, patterns: false };
    let whole = compressed(write, scheme);
    let cut = whole[..whole.len() - 4].to_vec();
    let twice = compress(&[&whole[..], &[0; 500]].concat(), 0, scheme).unwrap();
    let mut trace = Trace::new();
    trace.pdu(Direction::ClientToServer, cut.clone());
    trace.pdu_with_holes(Direction::ClientToServer, whole.clone(), vec![Hole { offset: 20, length: 4 }]);
    trace.pdu(Direction::ClientToServer, twice);
    let rows = trace.rows();
    assert!(rows.iter().all(|row| row.compressed && row.kind == Kind::Request && row.command.is_none()));
    assert_eq!(rows[0].request.as_deref(), Some(cut.as_slice()));
    let reasons: Vec<_> = rows.iter().map(|row| row.malformed.clone().unwrap()).collect();
    assert!(reasons[0].starts_with("compressed: LZ77 data: "), "{reasons:?}");
    assert_eq!(reasons[1..], ["compressed, and not all of it is captured", "compressed more than once"]);
    let counters = trace.dissector.counters();
    assert_eq!((counters.compressed_pdus, counters.expanded_pdus, counters.messages), (3, 1, 0));
}

#[test]
fn the_read_responses_of_a_capture_are_expanded() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join("smb311-compressed.pcap");
    if !path.is_file() {
        eprintln!("NOT RUN: no {}; name the folder of the captures in SMBREPLAY_CORPUS", path.display());
        return;
    }
    let mut dissector = Dissector::new();
    let mut trace = capture::Trace::open(&path).unwrap();
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
    }
    dissector.finish();
    let rows: Vec<_> = std::iter::from_fn(|| dissector.poll()).filter(|row| row.kind == Kind::Response).collect();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        assert_eq!((row.command, row.response_length), (Some(Command::READ), Some(4176)));
        assert_eq!((row.payload_length, row.payload_hash), (Some(4096), rows[0].payload_hash));
        assert!(row.compressed && row.payload_hash.is_some() && row.malformed.is_none());
    }
}
