//! Capture files: pcap and pcapng, plain, gzip or zstd, read as a stream of packets in bounded memory.

mod byte_order;
mod compression;
mod embedded_keys;
mod error;
mod facts;
mod link_type;
mod pcap;
mod pcapng;
mod reader;
mod resolution;
mod source;

pub use compression::Compression;
pub use embedded_keys::{EmbeddedKeys, SECRETS_TYPE};
pub use error::{OpenError, ReadError};
pub use facts::{Damage, DamageKind, FileFacts, FileFormat, Interface};
pub use link_type::LinkType;
pub use reader::{Packet, PacketReader};

use crate::pdu::Timestamp;

/// Longest record or block that is believed, in bytes. No capture tool writes packets above 256 KiB; blocks of pcapng
/// that are not packets may be larger.
const MAX_RECORD: usize = 1 << 24;

/// Bytes behind a place that are looked at to tell whether records begin there.
const REACH: usize = 1 << 20;

/// Whether `bytes`, where a record should begin, begin another capture file: captures are joined with `cat`.
fn starts_other_file(bytes: &[u8]) -> bool {
    // Asked for each record, most of which begin with none of the first bytes of a magic number.
    match bytes.first() {
        Some(0xd4 | 0x4d | 0x34 | 0xa1) => pcap::Pcap::starts_file(bytes),
        Some(0x0a) => pcapng::starts_section(bytes),
        _ => false,
    }
}

/// A packet record as its format tells it; `data` lies in the source's window.
#[derive(Clone, Copy, Debug)]
struct Record {
    /// Offset of the packet's bytes in the window.
    start: usize,
    /// Captured bytes.
    captured: usize,
    /// Bytes on the wire.
    original: u32,
    /// `None` for records without one (pcapng Simple Packet Block).
    time: Option<Timestamp>,
    /// Index into the interfaces of the file.
    interface: u32,
    link_type: LinkType,
    /// Length of the whole record, to consume before the next one.
    length: usize,
}

/// What a format found at the read position.
#[derive(Debug)]
enum Step {
    /// A packet.
    Packet(Record),
    /// No byte is left.
    End,
    /// The header of another capture file.
    OtherFile,
    /// The file ends inside a record.
    Cut,
    /// The bytes at the read position are no record.
    Damaged(&'static str),
}
