//! The classic pcap format (draft-ietf-opsawg-pcap).

use super::byte_order::ByteOrder;
use super::source::Source;
use super::{Interface, LinkType, MAX_RECORD, Record, Step};
use crate::pdu::Timestamp;
use std::io;

/// Length of the file header.
pub(super) const FILE_HEADER: usize = 24;

/// A pcap file after its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    /// Nanoseconds in a unit of the second time field.
    unit: i64,
    record_header: usize,
    link_type: LinkType,
}

impl Pcap {
    /// Reads the file header, whose magic number is at the start of `header`; `None` when it is no pcap header. The
    /// header must be [`FILE_HEADER`] bytes long for its interface to be there.
    pub(super) fn open(header: &[u8]) -> Option<(Self, Option<Interface>)> {
        let (order, unit, record_header) = Self::magic(header)?;
        let link = order.u32(header, 20);
        // The upper half says how long frame check sequences are, for writers that know.
        let link_type = LinkType((link.unwrap_or(0) & 0xffff) as u16);
        let interface = order.u32(header, 16).filter(|_| link.is_some()).map(|snaplen| Interface {
            link_type,
            snaplen,
            name: None,
        });
        Some((Self { order, unit, record_header, link_type }, interface))
    }

    fn magic(header: &[u8]) -> Option<(ByteOrder, i64, usize)> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| match order.u32(header, 0)? {
            0xa1b2_c3d4 => Some((order, 1000, 16)),
            0xa1b2_3c4d => Some((order, 1, 16)),
            // Alexey Kuznetzov's variant has interface index, protocol and packet type behind the usual fields.
            0xa1b2_cd34 => Some((order, 1000, 24)),
            _ => None,
        })
    }

    /// The record at the read position.
    pub(super) fn next(&self, source: &mut Source) -> io::Result<Step> {
        let header = source.fill(self.record_header)?;
        if header.is_empty() {
            return Ok(Step::End);
        }
        let field = |offset| self.order.u32(header, offset);
        let (Some(seconds), Some(fraction), Some(captured), Some(original), true) =
            (field(0), field(4), field(8), field(12), header.len() >= self.record_header)
        else {
            return Ok(Step::Cut);
        };
        let captured = captured as usize;
        if captured > MAX_RECORD {
            return Ok(Step::Damaged("a record claims to be longer than 16 MiB"));
        }
        let length = self.record_header.saturating_add(captured);
        if source.fill(length)?.len() < length {
            return Ok(Step::Cut);
        }
        let nanoseconds = i64::from(fraction).saturating_mul(self.unit);
        Ok(Step::Packet(Record {
            start: self.record_header,
            captured,
            original,
            time: Some(Timestamp(i64::from(seconds).saturating_mul(1_000_000_000).saturating_add(nanoseconds))),
            interface: 0,
            link_type: self.link_type,
            length,
        }))
    }
}
