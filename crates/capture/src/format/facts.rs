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

/// Places remembered at which a file is damaged; all are counted.
const MAX_DAMAGES: usize = 16;

/// What kind of damage a file has at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DamageKind {
    /// The file ends there, inside a record.
    Cut,
    /// What is there cannot be a record; reading went on behind it where that was possible.
    Nonsense,
    /// The compressed data cannot be read beyond it.
    Compression,
}

/// A place where a file makes no sense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// What kind of damage it is.
    pub kind: DamageKind,
    /// Byte offset in the file, after decompression.
    pub offset: u64,
    /// What is wrong there.
    pub reason: String,
    /// Bytes from there to the next record, or to the end of the file: not read.
    pub skipped: u64,
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
    /// Decryption Secrets Blocks with keys of SMB sessions.
    pub embedded_keys: u64,
    /// Other Decryption Secrets Blocks: passed over, they hold secrets of other protocols.
    pub decryption_secrets: u64,
    /// Name Resolution Blocks: passed over.
    pub name_resolutions: u64,
    /// Blocks that are none of these, nor packets, interfaces or sections: skipped.
    pub other_blocks: u64,
    /// Bytes of the record in which the file ends.
    pub truncated_bytes: u64,
    /// Bytes from damaged places to the next record that was believed: skipped.
    pub skipped_bytes: u64,
    /// Capture files behind the first one in the same file (joined with `cat`).
    pub joined_files: u64,
    /// Places where the file is cut or damaged.
    pub damaged_places: u64,
    /// The first place where the file is cut or damaged.
    pub damage: Option<Damage>,
    /// The first sixteen of these places, the one of `damage` included.
    pub damages: Vec<Damage>,
}

impl FileFacts {
    pub(crate) fn new(format: FileFormat, compression: Compression) -> Self {
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
            embedded_keys: 0,
            decryption_secrets: 0,
            name_resolutions: 0,
            other_blocks: 0,
            truncated_bytes: 0,
            skipped_bytes: 0,
            joined_files: 0,
            damaged_places: 0,
            damage: None,
            damages: Vec::new(),
        }
    }

    /// Notes a place where the file is cut or damaged.
    pub(super) fn damaged(&mut self, damage: Damage) {
        self.damaged_places = self.damaged_places.saturating_add(1);
        if self.damage.is_none() {
            self.damage = Some(damage.clone());
        }
        if self.damages.len() < MAX_DAMAGES {
            self.damages.push(damage);
        }
    }

    /// Adds what is known of another file of the same trace. Format and compression stay those of the first.
    pub(crate) fn add(&mut self, other: &Self) {
        self.interfaces.extend(other.interfaces.iter().cloned());
        self.first_time = self.first_time.into_iter().chain(other.first_time).min();
        self.last_time = self.last_time.max(other.last_time);
        for (own, others) in [
            (&mut self.packets, other.packets),
            (&mut self.captured_bytes, other.captured_bytes),
            (&mut self.original_bytes, other.original_bytes),
            (&mut self.cut_packets, other.cut_packets),
            (&mut self.backward_times, other.backward_times),
            (&mut self.packets_without_time, other.packets_without_time),
            (&mut self.packets_of_unknown_interface, other.packets_of_unknown_interface),
            (&mut self.embedded_keys, other.embedded_keys),
            (&mut self.decryption_secrets, other.decryption_secrets),
            (&mut self.name_resolutions, other.name_resolutions),
            (&mut self.other_blocks, other.other_blocks),
            (&mut self.truncated_bytes, other.truncated_bytes),
            (&mut self.skipped_bytes, other.skipped_bytes),
            (&mut self.joined_files, other.joined_files),
        ] {
            *own = own.saturating_add(others);
        }
        let places = self.damaged_places.saturating_add(other.damaged_places);
        other.damages.iter().cloned().for_each(|damage| self.damaged(damage));
        self.damaged_places = places;
    }

    /// Link types of the interfaces, ascending, each once.
    pub fn link_types(&self) -> Vec<LinkType> {
        let mut types: Vec<_> = self.interfaces.iter().map(|interface| interface.link_type).collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}
