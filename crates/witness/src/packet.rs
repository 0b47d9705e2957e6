//! Ethernet, IPv4, IPv6 and TCP headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const TCP: u8 = 6;

/// A TCP segment.
pub(crate) struct Segment<'a> {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) sequence: u32,
    pub(crate) syn: bool,
    pub(crate) ack: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    pub(crate) payload: &'a [u8],
}

/// The TCP segment in an Ethernet frame; `None` for anything else.
pub(crate) fn tcp(frame: &[u8]) -> Option<Segment<'_>> {
    let payload = frame.get(14..)?;
    match u16_at(frame, 12)? {
        0x0800 => ipv4(payload),
        0x86dd => ipv6(payload),
        _ => None,
    }
}

fn ipv4(packet: &[u8]) -> Option<Segment<'_>> {
    let header_length = usize::from(packet.first()? & 0x0f).saturating_mul(4);
    if *packet.get(9)? != TCP {
        return None;
    }
    let source: [u8; 4] = packet.get(12..16)?.try_into().ok()?;
    let destination: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
    // Segmentation offload leaves the total length zero: the frame then ends with the packet.
    let end = match usize::from(u16_at(packet, 2)?) {
        0 => packet.len(),
        total => total,
    };
    segment(packet.get(header_length..end)?, Ipv4Addr::from(source).into(), Ipv4Addr::from(destination).into())
}

fn ipv6(packet: &[u8]) -> Option<Segment<'_>> {
    if *packet.get(6)? != TCP {
        return None;
    }
    let source: [u8; 16] = packet.get(8..24)?.try_into().ok()?;
    let destination: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
    let end = match usize::from(u16_at(packet, 4)?) {
        0 => packet.len(),
        length => length.saturating_add(40),
    };
    segment(packet.get(40..end)?, Ipv6Addr::from(source).into(), Ipv6Addr::from(destination).into())
}

fn segment(bytes: &[u8], source: IpAddr, destination: IpAddr) -> Option<Segment<'_>> {
    let header_length = usize::from(bytes.get(12)? >> 4).saturating_mul(4);
    let flags = *bytes.get(13)?;
    Some(Segment {
        source: SocketAddr::new(source, u16_at(bytes, 0)?),
        destination: SocketAddr::new(destination, u16_at(bytes, 2)?),
        sequence: u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?),
        fin: flags & 0x01 != 0,
        syn: flags & 0x02 != 0,
        rst: flags & 0x04 != 0,
        ack: flags & 0x10 != 0,
        payload: bytes.get(header_length..)?,
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}
