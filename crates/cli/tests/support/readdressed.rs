//! Recordings of the loopback interface, as if each client had had a machine of its own.

use std::path::Path;

/// Ethernet, then IPv4 without options.
const IP: usize = 14;
const TCP: usize = IP + 20;
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Gives each client of the recording, which is one for each of its ports, an address of its own: 10.9.0.1, 10.9.0.2, …
pub(crate) fn give_each_client_an_address(capture: &Path, server_port: u16) {
    let mut bytes = std::fs::read(capture).unwrap();
    let mut clients: Vec<u16> = Vec::new();
    let mut at = FILE_HEADER;
    while let Some(length) = bytes.get(at + 8..at + 12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        at += RECORD_HEADER;
        let frame = &mut bytes[at..at + length];
        let port = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
        let (from, to) = (port(TCP), port(TCP + 2));
        let (client, address) = if to == server_port { (from, IP + 12) } else { (to, IP + 16) };
        let number = clients.iter().position(|known| *known == client).unwrap_or_else(|| {
            clients.push(client);
            clients.len() - 1
        });
        frame[address..address + 4].copy_from_slice(&[10, 9, 0, u8::try_from(number + 1).unwrap()]);
        at += length;
    }
    std::fs::write(capture, bytes).unwrap();
}
