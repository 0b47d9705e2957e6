//! What a capture file says of itself, and what reading it met.

use super::{Compression, LinkType};
use crate::pdu::Timestamp;

/// Format of a capture file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFormat {
    /// The classic format, any magic number.
    Pcap,
    /// The next-generation format.
    Pcapng,
}

/// A capture interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    /// Link type of its packets.
    pub link_type: LinkType,
    /// Bytes of a packet that are captured at most; 0 means no limit.
    pub snaplen: u32,
    /// Name, when the file gives one (pcapng if_name).
    pub name: Option<String>,
}

/// Where a file stopped making sense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// Byte offset in the file, after decompression.
    pub offset: u64,
    /// What is wrong there.
    pub reason: String,
}

/// Facts about a file as far as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileFacts {
    /// Format.
    pub format: FileFormat,
    /// Compression around it.
    pub compression: Compression,
    /// Interfaces in the order of their declaration over all sections; a pcap file has one.
    pub interfaces: Vec<Interface>,
    /// Packets read.
    pub packets: u64,
    /// Captured bytes of these packets.
    pub captured_bytes: u64,
    /// Bytes that these packets had on the wire.
    pub original_bytes: u64,
    /// Packets of which the capture holds less than was on the wire.
    pub cut_packets: u64,
    /// Earliest time of a packet.
    pub first_time: Option<Timestamp>,
    /// Latest time of a packet.
    pub last_time: Option<Timestamp>,
    /// Packets with an earlier time than the packet before.
    pub backward_times: u64,
    /// Packets without a time (pcapng Simple Packet Block): they get the time of the packet before.
    pub packets_without_time: u64,
    /// Packets of an interface that the file does not declare: skipped.
    pub packets_of_unknown_interface: u64,
    /// Decryption Secrets Blocks: passed over, they hold secrets of other protocols.
    pub decryption_secrets: u64,
    /// Name Resolution Blocks: passed over.
    pub name_resolutions: u64,
    /// Blocks that are none of these, nor packets, interfaces or sections: skipped.
    pub other_blocks: u64,
    /// Bytes of the record in which the file ends.
    pub truncated_bytes: u64,
    /// Bytes from the first damaged place to the end of the file: skipped.
    pub skipped_bytes: u64,
    /// Where the file is cut or damaged.
    pub damage: Option<Damage>,
}

impl FileFacts {
    pub(super) fn new(format: FileFormat, compression: Compression) -> Self {
        Self {
            format,
            compression,
            interfaces: Vec::new(),
            packets: 0,
            captured_bytes: 0,
            original_bytes: 0,
            cut_packets: 0,
            first_time: None,
            last_time: None,
            backward_times: 0,
            packets_without_time: 0,
            packets_of_unknown_interface: 0,
            decryption_secrets: 0,
            name_resolutions: 0,
            other_blocks: 0,
            truncated_bytes: 0,
            skipped_bytes: 0,
            damage: None,
        }
    }

    /// Link types of the interfaces, ascending, each once.
    pub fn link_types(&self) -> Vec<LinkType> {
        let mut types: Vec<_> = self.interfaces.iter().map(|interface| interface.link_type).collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}
