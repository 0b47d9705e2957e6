//! Recordings of the loopback interface, as if each client had had a machine of its own.

use std::path::Path;

/// Ethernet, then IPv4 without options.
const IP: usize = 14;
const TCP: usize = IP + 20;
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Gives each client of the recording, which is one for each of its ports, an address of its own: 10.9.0.1, 10.9.0.2, …
pub(crate) fn give_each_client_an_address(capture: &Path, server_port: u16) {
    let mut clients: Vec<u16> = Vec::new();
    for_each_frame(capture, |frame| {
        let port = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
        let (from, to) = (port(TCP), port(TCP + 2));
        let (client, address) = if to == server_port { (from, IP + 12) } else { (to, IP + 16) };
        let number = clients.iter().position(|known| *known == client).unwrap_or_else(|| {
            clients.push(client);
            clients.len() - 1
        });
        frame[address..address + 4].copy_from_slice(&[10, 9, 0, u8::try_from(number + 1).unwrap()]);
    });
}

/// Has one of these clients, from 1, use another share with a name of the same length.
#[allow(dead_code, reason = "not every test has several shares")]
pub(crate) fn give_client_a_share(capture: &Path, client: u8, from: &str, to: &str) {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (from, to) = (utf16(from), utf16(to));
    assert_eq!(from.len(), to.len());
    let mut renamed = 0;
    for_each_frame(capture, |frame| {
        let is_of_client = [IP + 12, IP + 16].iter().any(|at| frame[*at..*at + 4] == [10, 9, 0, client]);
        let place = frame.windows(from.len()).position(|window| window == from);
        if let Some(at) = place.filter(|_| is_of_client) {
            frame[at..at + to.len()].copy_from_slice(&to);
            renamed += 1;
        }
    });
    assert!(renamed > 0, "the client uses no such share");
}

fn for_each_frame(capture: &Path, mut change: impl FnMut(&mut [u8])) {
    let mut bytes = std::fs::read(capture).unwrap();
    let mut at = FILE_HEADER;
    while let Some(length) = bytes.get(at + 8..at + 12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        at += RECORD_HEADER;
        change(&mut bytes[at..at + length]);
        at += length;
    }
    std::fs::write(capture, bytes).unwrap();
}
