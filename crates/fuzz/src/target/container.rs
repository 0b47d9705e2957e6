//! Capture files: pcap, pcapng, gzip and zstd, damaged or not.
//!
//! What is read does not depend on how the bytes come, is no more than there is, and every packet is counted.

use capture::{FileFacts, PacketReader};
use std::io::{Cursor, Read};

/// Decompressed bytes that are looked at: a small input can be a very large capture.
const MOST_BYTES: u64 = 1 << 20;

pub(super) fn body(input: &[u8]) {
    let whole = read(Box::new(Cursor::new(input.to_vec())), input.len());
    let piecemeal = read(Box::new(Pieces { bytes: input.to_vec(), at: 0 }), input.len());
    assert_eq!(whole, piecemeal, "the same bytes in small pieces are another capture");
}

/// What a reader told of a packet, its bytes as a checksum.
type Told = (i64, u16, u32, u32, usize, u64);

fn read(reader: Box<dyn Read + Send>, length: usize) -> Option<(Vec<Told>, Option<FileFacts>)> {
    let mut reader = PacketReader::from_reader(reader, "input").ok()?;
    let mut told = Vec::new();
    let mut captured = 0_u64;
    loop {
        let time = reader.next_time();
        let Ok(packet) = reader.next_packet() else { unreachable!("reading from memory does not fail") };
        let Some(packet) = packet else { break };
        assert_eq!(time.ok().flatten(), Some(packet.time), "the time that was announced");
        assert_eq!(packet.frame, told.len() as u64 + 1);
        captured += packet.data.len() as u64;
        let sum = packet.data.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
        told.push((
            packet.time.0,
            packet.link_type.0,
            packet.original_length,
            packet.interface,
            packet.data.len(),
            sum,
        ));
        let (frame, interface) = (packet.frame, packet.interface);
        let facts = reader.facts();
        assert_eq!((facts.packets, facts.captured_bytes), (frame, captured));
        assert!((interface as usize) < facts.interfaces.len(), "interface {interface} of {}", facts.interfaces.len());
        if captured > MOST_BYTES {
            return Some((told, None));
        }
    }
    let facts = reader.facts().clone();
    check(&facts, &reader, length as u64);
    Some((told, Some(facts)))
}

fn check(facts: &FileFacts, reader: &PacketReader, length: u64) {
    assert!(reader.progress().0 <= length, "{:?} of {length} bytes read", reader.progress());
    if facts.compression == capture::format::Compression::None {
        let accounted = facts.captured_bytes + facts.skipped_bytes + facts.truncated_bytes;
        assert!(accounted <= length, "{accounted} bytes accounted for, there are {length}");
    }
    assert_eq!(facts.damage.as_ref(), facts.damages.first());
    assert!(facts.damages.len() <= 16 && facts.damages.len() as u64 <= facts.damaged_places);
    assert_eq!(facts.damaged_places > 0, facts.damage.is_some());
    assert!(facts.first_time <= facts.last_time);
    assert!(facts.cut_packets <= facts.packets && facts.packets_without_time <= facts.packets);
    assert!(facts.backward_times < facts.packets.max(1));
    let places: Vec<u64> = facts.damages.iter().map(|damage| damage.offset).collect();
    assert!(places.is_sorted(), "damaged places in the order of the file: {places:?}");
}

/// Hands out bytes in pieces of one to some hundred bytes, as a pipe might.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.len().min(buffer.len()).min(1 + self.at % 251);
        buffer.iter_mut().zip(rest.iter().take(length)).for_each(|(to, from)| *to = *from);
        self.at += length;
        Ok(length)
    }
}
