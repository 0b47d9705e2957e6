//! The files that packets are kept in.

use super::Record;
use std::path::{Path, PathBuf};

/// A capture file format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Container {
    PcapLittle,
    PcapBig,
    PcapngLittle,
    PcapngBig,
}

impl Container {
    pub(crate) const ALL: [Self; 4] = [Self::PcapLittle, Self::PcapBig, Self::PcapngLittle, Self::PcapngBig];

    /// A file with `records`.
    pub(crate) fn around(self, link_type: u16, records: &[Record]) -> Vec<u8> {
        match self {
            Self::PcapLittle => pcap_of(link_type, records, u32::to_le_bytes),
            Self::PcapBig => pcap_of(link_type, records, u32::to_be_bytes),
            Self::PcapngLittle => pcapng_of(link_type, records, u32::to_le_bytes),
            Self::PcapngBig => pcapng_of(link_type, records, u32::to_be_bytes),
        }
    }

    /// Writes a file for each of `parts` to `folder`.
    pub(crate) fn write(self, folder: &Path, link_type: u16, parts: &[Vec<Record>]) -> Vec<PathBuf> {
        let write = |(index, part): (usize, &Vec<Record>)| {
            let path = folder.join(format!("part.pcap{index}"));
            std::fs::write(&path, self.around(link_type, part)).unwrap();
            path
        };
        parts.iter().enumerate().map(write).collect()
    }
}

/// A pcap file in the byte order of `order`.
pub(crate) fn pcap_of(link_type: u16, records: &[Record], order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let version = if order(1)[0] == 1 { 0x0004_0002 } else { 0x0002_0004 };
    let mut file = [0xa1b2_c3d4, version, 0, 0, 262_144, u32::from(link_type)].map(order).concat();
    for Record { microseconds, data, original, .. } in records {
        let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
        file.extend([seconds as u32, rest as u32, data.len() as u32, *original].map(order).concat());
        file.extend(data);
    }
    file
}

/// A pcapng file in the byte order of `order`.
pub(crate) fn pcapng_of(link_type: u16, records: &[Record], order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let little = order(1)[0] == 1;
    let half = |value: u16| if little { u32::from(value) } else { u32::from(value) << 16 };
    let mut file = [0x0a0d_0d0a, 28, 0x1a2b_3c4d, half(1), u32::MAX, u32::MAX, 28].map(order).concat();
    file.extend([1, 20, half(link_type), 0, 20].map(order).concat());
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
