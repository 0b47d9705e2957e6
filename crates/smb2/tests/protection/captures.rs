//! Real captures whose keys are known: `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

use crate::hex;
use smb2::crypto::{Cipher, CipherKey, DecryptError, KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm};
use smb2::{Command, Header};
use std::path::PathBuf;

/// The bytes of a capture; `None`, said aloud, when the corpus is not there.
fn capture(name: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let corpus = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = corpus.join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIPPED: no capture {}; set SMBREPLAY_CORPUS", path.display());
    }
    bytes
}

/// The transport PDUs that a pcap file holds in one piece, found by their own header: enough for these small captures.
fn pdus(pcap: &[u8]) -> impl Iterator<Item = &[u8]> {
    pcap.windows(8).enumerate().filter_map(|(at, bytes)| {
        let length = match *bytes {
            [0, a, b, c, 0xfd | 0xfe, b'S', b'M', b'B'] => u32::from_be_bytes([0, a, b, c]) as usize,
            _ => return None,
        };
        pcap.get(at + 4..at + 4 + length)
    })
}

/// Opens all encrypted PDUs with whichever of the two keys fits; how many each opened.
fn open_all(pcap: &[u8], keys: [&CipherKey; 2]) -> [usize; 2] {
    let mut opened = [0, 0];
    for pdu in pdus(pcap).filter(|pdu| pdu[0] == 0xfd) {
        let direction = keys
            .iter()
            .position(|key| match key.decrypt(pdu) {
                Ok(plain) => Header::parse(&plain).is_ok(),
                Err(DecryptError::Unauthentic { .. }) => false,
                Err(error) => panic!("{error}"),
            })
            .unwrap_or_else(|| panic!("an encrypted message of {} bytes fits neither key", pdu.len()));
        opened[direction] += 1;
    }
    opened
}

#[test]
fn the_session_key_of_a_3_0_capture_gives_the_keys_of_its_two_directions() {
    let session_key = hex::bytes("28f2847263c83dc00621f742dd3f2e7b");
    let keys =
        SessionKeys::derive(KeyDerivation::Smb30, SigningAlgorithm::AesCmac, Some(Cipher::Aes128Ccm), &session_key);
    let (to_server, to_client) = (keys.encryption.unwrap(), keys.decryption.unwrap());
    assert_eq!(to_server.expose(), hex::bytes("81f0762857c4b01cc3e12eff0d184362"));
    assert_eq!(to_client.expose(), hex::bytes("6c9062802e06b81b06eff6989d166228"));

    for name in ["smb3.pcap", "smb3-midstream.pcap"] {
        let Some(pcap) = capture(name) else { return };
        let [requests, responses] = open_all(&pcap, [&to_server, &to_client]);
        assert!(requests > 5 && requests == responses, "{name}: {requests} requests, {responses} responses");
    }
}

#[test]
fn the_handshake_of_a_3_1_1_capture_leads_to_the_keys_of_its_messages() {
    let Some(pcap) = capture("smb311.pcap") else { return };
    let mut preauth = PreauthHash::new();
    let mut last_response = None;
    for message in pdus(&pcap).filter(|pdu| pdu[0] == 0xfe) {
        let header = Header::parse(message).unwrap();
        let of_handshake = header.command == Command::NEGOTIATE || header.command == Command::SESSION_SETUP;
        let succeeded = header.command == Command::SESSION_SETUP && header.flags.is_response() && header.status == 0;
        if succeeded {
            last_response = Some(message);
        } else if of_handshake {
            preauth.update(message);
        }
    }
    let keys = SessionKeys::derive(
        KeyDerivation::Smb311 { preauth: &preauth },
        SigningAlgorithm::AesCmac,
        Some(Cipher::Aes128Ccm),
        &hex::bytes("b25a135fc3dc14269f20d7cbc8716b6b"),
    );
    assert!(keys.signing.verify(last_response.expect("a successful SESSION_SETUP")));
    let [requests, responses] = open_all(&pcap, [&keys.encryption.unwrap(), &keys.decryption.unwrap()]);
    assert!(requests > 5 && responses > 5, "{requests} requests, {responses} responses");
}
