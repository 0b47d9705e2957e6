//! The classic pcap format (draft-ietf-opsawg-pcap).

use super::byte_order::ByteOrder;
use super::source::Source;
use super::{Interface, LinkType, MAX_RECORD, Record, Step, starts_other_file};
use crate::pdu::Timestamp;
use std::io;

/// Length of the file header.
pub(super) const FILE_HEADER: usize = 24;

/// Longest packet that is believed without a look at what follows it.
const USUAL_PACKET: u32 = 1 << 18;
/// Shortest packet that is believed after damage: a frame of anything readable is no shorter.
const SHORTEST_FOUND: u32 = 20;
/// Records in a row that make a place after damage believable.
const CHAIN: usize = 3;
const DAY: i64 = 86_400;

/// A pcap file after its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    /// Nanoseconds in a unit of the second time field.
    unit: u32,
    record_header: usize,
    link_type: LinkType,
    /// Index into the interfaces of the whole file.
    interface: u32,
}

/// The fields of a record header.
#[derive(Clone, Copy, Debug)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}

impl Pcap {
    /// Reads the file header, whose magic number is at the start of `header`; `None` when it is no pcap header. The
    /// header must be [`FILE_HEADER`] bytes long for its interface, which gets number `index`, to be there.
    pub(super) fn open(header: &[u8], index: usize) -> Option<(Self, Option<Interface>)> {
        let (order, unit, record_header) = Self::magic(header)?;
        let link = order.u32(header, 20);
        // The upper half says how long frame check sequences are, for writers that know.
        let link_type = LinkType((link.unwrap_or(0) & 0xffff) as u16);
        let interface = order.u32(header, 16).filter(|_| link.is_some()).map(|snaplen| Interface {
            link_type,
            snaplen,
            name: None,
        });
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        Some((Self { order, unit, record_header, link_type, interface: number }, interface))
    }

    /// Whether `bytes` are a file header with the version that all files have.
    pub(super) fn starts_file(bytes: &[u8]) -> bool {
        Self::magic(bytes).is_some_and(|(order, _, _)| (order.u16(bytes, 4), order.u16(bytes, 6)) == (Some(2), Some(4)))
    }

    fn magic(header: &[u8]) -> Option<(ByteOrder, u32, usize)> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| match order.u32(header, 0)? {
            0xa1b2_c3d4 => Some((order, 1000, 16)),
            0xa1b2_3c4d => Some((order, 1, 16)),
            // Alexey Kuznetzov's variant has interface index, protocol and packet type behind the usual fields.
            0xa1b2_cd34 => Some((order, 1000, 24)),
            _ => None,
        })
    }

    /// The record at the read position; `previous` is the time of the packet before, in seconds.
    pub(super) fn next(&self, source: &mut Source, previous: Option<i64>) -> io::Result<Step> {
        let window = source.fill(FILE_HEADER)?;
        if window.is_empty() {
            return Ok(Step::End);
        }
        if starts_other_file(window) {
            return Ok(Step::OtherFile);
        }
        let Some(header) = self.header(window) else { return Ok(Step::Cut) };
        let captured = header.captured as usize;
        if captured > MAX_RECORD {
            return Ok(Step::Damaged("a record claims to be longer than 16 MiB"));
        }
        let length = self.record_header.saturating_add(captured);
        let window = source.fill(length.saturating_add(FILE_HEADER))?;
        let Some(rest) = window.get(length..) else { return Ok(Step::Cut) };
        let followed = match self.header(rest) {
            _ if starts_other_file(rest) => true,
            Some(next) => self.believable(next, Some(i64::from(header.seconds)), 1),
            None => rest.is_empty() || self.believable(header, previous, 1),
        };
        if !followed {
            if !self.believable(header, previous, 1) {
                return Ok(Step::Damaged("a record header with impossible values"));
            }
            if self.swallowed(source, length)? {
                return Ok(Step::Damaged("a record that reaches into the next ones"));
            }
        }
        Ok(Step::Packet(Record {
            start: self.record_header,
            captured,
            original: header.original,
            time: Some(self.time(header)),
            interface: self.interface,
            link_type: self.link_type,
            length,
        }))
    }

    /// Whether records follow each other from the start of `window`, which reaches to the end of the file or far enough.
    pub(super) fn resumes(&self, window: &[u8], previous: Option<i64>) -> bool {
        self.chain(window, previous, 0)
    }

    /// Whether records follow each other from the start of `window` to behind its first `beyond` bytes.
    fn chain(&self, window: &[u8], mut previous: Option<i64>, beyond: usize) -> bool {
        let mut at = 0usize;
        let mut hops = 0usize;
        while hops < CHAIN || at <= beyond {
            let rest = window.get(at..).unwrap_or_default();
            let Some(header) = self.header(rest) else { return hops > 0 };
            if hops > 0 && starts_other_file(rest) {
                return true;
            }
            if !self.believable(header, previous, SHORTEST_FOUND) {
                return false;
            }
            at = at.saturating_add(self.record_header).saturating_add(header.captured as usize);
            hops = hops.saturating_add(1);
            if at > window.len() {
                return hops > 1;
            }
            previous = Some(i64::from(header.seconds));
        }
        true
    }

    /// Whether records begin inside the record at the read position, of `length` bytes, and go on behind it: bytes of it
    /// were lost, or its length is wrong. A capture file that is copied in a packet ends with the packet.
    fn swallowed(&self, source: &mut Source, length: usize) -> io::Result<bool> {
        let Some(header) = self.header(source.window()) else { return Ok(false) };
        let time = Some(i64::from(header.seconds));
        let window = source.fill(length.saturating_add(super::REACH))?;
        let begins = |at: usize| {
            let Some(rest) = window.get(at..) else { return false };
            let beyond = length.saturating_sub(at);
            if !Self::starts_file(rest) {
                return self.chain(rest, time, beyond);
            }
            let records = rest.get(FILE_HEADER..).unwrap_or_default();
            Self::open(rest, 0).is_some_and(|(file, _)| file.chain(records, None, beyond.saturating_sub(FILE_HEADER)))
        };
        Ok((1..length).any(begins))
    }

    fn header(&self, bytes: &[u8]) -> Option<Header> {
        if bytes.len() < self.record_header {
            return None;
        }
        let field = |offset| self.order.u32(bytes, offset);
        Some(Header { seconds: field(0)?, fraction: field(4)?, captured: field(8)?, original: field(12)? })
    }

    /// Whether `header` is like those of all writers that keep to the format.
    fn believable(&self, header: Header, previous: Option<i64>, shortest: u32) -> bool {
        let near = |previous: i64| {
            let distance = i64::from(header.seconds).saturating_sub(previous);
            (-DAY..=DAY.saturating_mul(30)).contains(&distance)
        };
        (shortest..=USUAL_PACKET).contains(&header.captured)
            && header.captured <= header.original
            && header.original <= MAX_RECORD as u32
            && u64::from(header.fraction).saturating_mul(u64::from(self.unit)) < 1_000_000_000
            && previous.is_none_or(near)
    }

    fn time(&self, header: Header) -> Timestamp {
        let nanoseconds = i64::from(header.fraction).saturating_mul(i64::from(self.unit));
        Timestamp(i64::from(header.seconds).saturating_mul(1_000_000_000).saturating_add(nanoseconds))
    }
}
