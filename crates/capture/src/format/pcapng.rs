//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks.

use super::byte_order::ByteOrder;
use super::pcap::Pcap;
use super::resolution::Resolution;
use super::source::Source;
use super::{EmbeddedKeys, FileFacts, Interface, LinkType, MAX_RECORD, Record, Step};
use std::io;

/// Block type of the Section Header Block, the same in both byte orders.
pub(super) const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// Interfaces remembered of a file; a file with more is made to exhaust memory.
const MAX_INTERFACES: usize = 1 << 16;

/// Blocks with keys remembered until they are taken, of which each has some megabytes at most.
pub(super) const MAX_EMBEDDED: usize = 8;

/// Block type of the Name Resolution Block.
const NAME_RESOLUTION: u32 = 4;
/// Block type of the Decryption Secrets Block.
const DECRYPTION_SECRETS: u32 = 10;

const BLOCK_HEADER: usize = 8;
/// The total length, again, behind the body.
const BLOCK_TRAILER: usize = 4;

/// Longest block that is believed after damage.
const USUAL_BLOCK: usize = 1 << 18;
/// Blocks in a row that make a place after damage believable.
const CHAIN: usize = 3;

/// Whether `bytes` begin with a Section Header Block.
pub(super) fn starts_section(bytes: &[u8]) -> bool {
    bytes.starts_with(&SECTION_HEADER) && bytes.get(BLOCK_HEADER..).and_then(byte_order).is_some()
}

fn byte_order(magic: &[u8]) -> Option<ByteOrder> {
    match magic {
        [0x4d, 0x3c, 0x2b, 0x1a, ..] => Some(ByteOrder::Little),
        [0x1a, 0x2b, 0x3c, 0x4d, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// A pcapng file.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    /// Interfaces of the current section.
    interfaces: Vec<SectionInterface>,
    /// Keys of SMB sessions that nobody has taken yet.
    embedded: Vec<EmbeddedKeys>,
}

#[derive(Clone, Copy, Debug)]
struct SectionInterface {
    link_type: LinkType,
    snaplen: u32,
    resolution: Resolution,
    /// Index into the interfaces of the whole file.
    index: u32,
}

impl Pcapng {
    /// A file whose first block is a Section Header Block, which is still to be read.
    pub(super) fn new() -> Self {
        Self { order: ByteOrder::Little, interfaces: Vec::new(), embedded: Vec::new() }
    }

    /// The keys found since they were last taken.
    pub(super) fn take_embedded_keys(&mut self) -> Vec<EmbeddedKeys> {
        std::mem::take(&mut self.embedded)
    }

    /// The next packet; blocks before it are read and consumed.
    pub(super) fn next(&mut self, source: &mut Source, facts: &mut FileFacts) -> io::Result<Step> {
        loop {
            let header = source.fill(BLOCK_HEADER + 4)?;
            if header.is_empty() {
                return Ok(Step::End);
            }
            if header.starts_with(&SECTION_HEADER) {
                let Some(magic) = header.get(BLOCK_HEADER..BLOCK_HEADER + 4) else { return Ok(Step::Cut) };
                let Some(order) = byte_order(magic) else {
                    return Ok(Step::Damaged("a section header without byte-order magic"));
                };
                self.order = order;
                self.interfaces.clear();
            }
            if Pcap::starts_file(header) {
                return Ok(Step::OtherFile);
            }
            let (Some(kind), Some(length)) = (self.order.u32(header, 0), self.order.u32(header, 4)) else {
                return Ok(Step::Cut);
            };
            let length = length as usize;
            if length < BLOCK_HEADER + BLOCK_TRAILER || !length.is_multiple_of(4) {
                return Ok(Step::Damaged("a block with an impossible length"));
            }
            if length > MAX_RECORD {
                return Ok(Step::Damaged("a block claims to be longer than 16 MiB"));
            }
            let Some(block) = source.fill(length)?.get(..length) else { return Ok(Step::Cut) };
            let trailer = length.saturating_sub(BLOCK_TRAILER);
            if self.order.u32(block, trailer) != self.order.u32(block, 4) {
                return Ok(Step::Damaged("a block whose two lengths differ"));
            }
            let body = block.get(BLOCK_HEADER..trailer).unwrap_or_default();
            match self.block(kind, body, length, facts) {
                Block::Packet(record) => return Ok(Step::Packet(record)),
                Block::Passed => source.consume(length),
                Block::Damaged(reason) => return Ok(Step::Damaged(reason)),
            }
        }
    }

    /// Whether blocks follow each other from the start of `window`, which reaches to the end of the file or far enough.
    pub(super) fn resumes(&self, window: &[u8]) -> bool {
        let (mut rest, mut order) = (window, self.order);
        for hop in 0..CHAIN {
            if rest.len() < BLOCK_HEADER + BLOCK_TRAILER {
                return hop > 0;
            }
            if starts_section(rest)
                && let Some(other) = rest.get(BLOCK_HEADER..).and_then(byte_order)
            {
                order = other;
            }
            let (Some(kind), Some(length)) = (order.u32(rest, 0), order.u32(rest, 4)) else { return hop > 0 };
            let length = length as usize;
            let known = matches!(kind, 1..=6 | 9 | 10 | 0x0bad | 0x4000_0bad | 0x0a0d_0d0a);
            if !known || length < BLOCK_HEADER + BLOCK_TRAILER || !length.is_multiple_of(4) || length > USUAL_BLOCK {
                return false;
            }
            let Some(block) = rest.get(..length) else { return hop > 0 };
            if order.u32(block, length.saturating_sub(BLOCK_TRAILER)) != order.u32(block, 4) {
                return false;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        true
    }

    fn block(&mut self, kind: u32, body: &[u8], length: usize, facts: &mut FileFacts) -> Block {
        match kind {
            // Section Header Block
            0x0a0d_0d0a => Block::Passed,
            // Interface Description Block
            1 => self.interface(body, facts),
            // Packet Block (obsolete)
            2 => {
                let id = self.order.u16(body, 0).map(u32::from);
                self.packet(id, body, length, facts)
            }
            // Simple Packet Block
            3 => self.simple_packet(body, length, facts),
            // Enhanced Packet Block
            6 => self.packet(self.order.u32(body, 0), body, length, facts),
            DECRYPTION_SECRETS => self.secrets(body, facts),
            _ => {
                let counter = match kind {
                    NAME_RESOLUTION => &mut facts.name_resolutions,
                    _ => &mut facts.other_blocks,
                };
                *counter = counter.saturating_add(1);
                Block::Passed
            }
        }
    }

    fn secrets(&mut self, body: &[u8], facts: &mut FileFacts) -> Block {
        let secrets = self.order.u32(body, 4).and_then(|length| body.get(8..)?.get(..length as usize));
        let keys = self.order.u32(body, 0).zip(secrets).and_then(|(kind, secrets)| EmbeddedKeys::parse(kind, secrets));
        let counter = match keys.filter(|_| self.embedded.len() < MAX_EMBEDDED) {
            Some(keys) => {
                self.embedded.push(keys);
                &mut facts.embedded_keys
            }
            None => &mut facts.decryption_secrets,
        };
        *counter = counter.saturating_add(1);
        Block::Passed
    }

    fn interface(&mut self, body: &[u8], facts: &mut FileFacts) -> Block {
        let (Some(link_type), Some(snaplen)) = (self.order.u16(body, 0), self.order.u32(body, 4)) else {
            return Block::Damaged("an interface description that is too short");
        };
        if facts.interfaces.len() >= MAX_INTERFACES {
            return Block::Passed;
        }
        let mut interface = Interface { link_type: LinkType(link_type), snaplen, name: None };
        let mut resolution = Resolution::MICROSECONDS;
        for (code, value) in (Options { order: self.order, rest: body.get(8..).unwrap_or_default() }) {
            match (code, value) {
                // if_name
                (2, name) => interface.name = Some(String::from_utf8_lossy(name).into_owned()),
                // if_tsresol
                (9, &[tsresol, ..]) => resolution = resolution.with_tsresol(tsresol),
                // if_tsoffset
                (14, value) => {
                    resolution = self.order.i64(value, 0).map_or(resolution, |offset| resolution.with_tsoffset(offset));
                }
                _ => {}
            }
        }
        let index = u32::try_from(facts.interfaces.len()).unwrap_or(u32::MAX);
        self.interfaces.push(SectionInterface { link_type: interface.link_type, snaplen, resolution, index });
        facts.interfaces.push(interface);
        Block::Passed
    }

    /// An Enhanced Packet Block or an obsolete Packet Block: after the interface they agree.
    fn packet(&self, id: Option<u32>, body: &[u8], length: usize, facts: &mut FileFacts) -> Block {
        let field = |offset| self.order.u32(body, offset);
        let (Some(id), Some(high), Some(low), Some(captured), Some(original)) =
            (id, field(4), field(8), field(12), field(16))
        else {
            return Block::Damaged("a packet block that is too short");
        };
        let captured = captured as usize;
        if body.len().saturating_sub(20) < captured {
            return Block::Damaged("a packet that is longer than its block");
        }
        let Some(interface) = self.interfaces.get(id as usize) else { return unknown_interface(facts) };
        let units = u64::from(high) << 32 | u64::from(low);
        Block::Packet(Record {
            start: BLOCK_HEADER + 20,
            captured,
            original,
            time: Some(interface.resolution.time(units)),
            interface: interface.index,
            link_type: interface.link_type,
            length,
        })
    }

    /// A Simple Packet Block belongs to the section's first interface and is cut at its snaplen.
    fn simple_packet(&self, body: &[u8], length: usize, facts: &mut FileFacts) -> Block {
        let Some(original) = self.order.u32(body, 0) else {
            return Block::Damaged("a packet block that is too short");
        };
        let Some(interface) = self.interfaces.first() else { return unknown_interface(facts) };
        let limit = if interface.snaplen == 0 { usize::MAX } else { interface.snaplen as usize };
        Block::Packet(Record {
            start: BLOCK_HEADER + 4,
            captured: body.len().saturating_sub(4).min(original as usize).min(limit),
            original,
            time: None,
            interface: interface.index,
            link_type: interface.link_type,
            length,
        })
    }
}

fn unknown_interface(facts: &mut FileFacts) -> Block {
    facts.packets_of_unknown_interface = facts.packets_of_unknown_interface.saturating_add(1);
    Block::Passed
}

enum Block {
    Packet(Record),
    Passed,
    Damaged(&'static str),
}

/// The options at the end of a block: code, length, value padded to four bytes.
struct Options<'a> {
    order: ByteOrder,
    rest: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16(self.rest, 0).filter(|code| *code != 0)?;
        let length = usize::from(self.order.u16(self.rest, 2)?);
        let value = self.rest.get(4..)?.get(..length)?;
        self.rest = self.rest.get(4..)?.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}
