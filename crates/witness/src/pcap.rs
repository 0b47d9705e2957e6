//! Classic pcap files, as tcpdump writes them.

use crate::recording::RecordingError;
use std::path::Path;

/// LINKTYPE_ETHERNET.
const ETHERNET: u32 = 1;
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

/// One captured packet.
pub(crate) struct Packet<'a> {
    /// 1-based number in the file.
    pub(crate) number: u64,
    /// From the Ethernet header on.
    pub(crate) bytes: &'a [u8],
    /// Whether the snapshot length cut it.
    pub(crate) cut: bool,
}

/// All packets of a pcap file in its order.
pub(crate) fn packets<'a>(path: &Path, file: &'a [u8]) -> Result<Vec<Packet<'a>>, RecordingError> {
    let unreadable = |reason| RecordingError::Unreadable { path: path.to_owned(), reason };
    let big_endian = match file.get(..4) {
        Some([0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1]) => false,
        Some([0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d]) => true,
        _ => return Err(unreadable("it is not a classic pcap file")),
    };
    let number_at = |at: usize| -> Option<u32> {
        let bytes = file.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    if number_at(20).map(|link| link & 0x0fff_ffff) != Some(ETHERNET) {
        return Err(unreadable("its link layer is not Ethernet"));
    }

    let mut packets = Vec::new();
    let mut at = FILE_HEADER;
    let mut number = 0_u64;
    while at < file.len() {
        number = number.saturating_add(1);
        let packet = || -> Option<(Packet<'a>, usize)> {
            let kept = number_at(at.checked_add(8)?)?;
            let original = number_at(at.checked_add(12)?)?;
            let start = at.checked_add(PACKET_HEADER)?;
            let end = start.checked_add(kept as usize)?;
            let bytes = file.get(start..end)?;
            Some((Packet { number, bytes, cut: kept < original }, end))
        };
        let Some((packet, end)) = packet() else {
            return Err(RecordingError::Truncated { path: path.to_owned(), packet: number });
        };
        packets.push(packet);
        at = end;
    }
    Ok(packets)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn file(big_endian: bool) -> Vec<u8> {
        let word = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let mut file = Vec::new();
        for value in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1] {
            file.extend_from_slice(&word(value));
        }
        for (kept, original) in [(3_u32, 3_u32), (2, 9)] {
            for value in [1, 2, kept, original] {
                file.extend_from_slice(&word(value));
            }
            file.extend(std::iter::repeat_n(7, kept as usize));
        }
        file
    }

    #[test]
    fn packets_are_read_in_both_byte_orders() {
        for big_endian in [false, true] {
            let file = file(big_endian);
            let packets = packets(Path::new("x"), &file).unwrap();
            let seen: Vec<_> = packets.iter().map(|packet| (packet.number, packet.bytes.len(), packet.cut)).collect();
            assert_eq!(seen, [(1, 3, false), (2, 2, true)]);
        }
    }

    #[test]
    fn a_file_that_ends_in_a_packet_is_refused() {
        let file = file(false);
        let result = packets(Path::new("x"), &file[..file.len() - 1]);
        assert!(matches!(result, Err(RecordingError::Truncated { packet: 2, .. })));
    }

    #[test]
    fn another_link_layer_or_format_is_refused() {
        let mut other = file(false);
        other[20] = 113;
        assert!(matches!(packets(Path::new("x"), &other), Err(RecordingError::Unreadable { .. })));
        assert!(matches!(packets(Path::new("x"), b"\x0a\x0d\x0d\x0a"), Err(RecordingError::Unreadable { .. })));
    }
}
