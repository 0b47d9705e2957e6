//! Link layers: from a packet's first byte to its IP header.

use crate::format::LinkType;

/// What the link layer carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LinkPayload<'a> {
    /// An IP packet, its version in its first nibble, at this offset of the frame.
    Ip {
        /// From the IP header to the end of the captured frame; there may be padding behind the packet.
        packet: &'a [u8],
        /// Bytes of link header before.
        offset: usize,
    },
    /// Another protocol.
    Other,
    /// The captured frame is shorter than the link header.
    Short,
    /// A link type that is not read.
    Unsupported,
}

/// Takes the link header off `frame`.
pub(crate) fn payload(link_type: LinkType, frame: &[u8]) -> LinkPayload<'_> {
    let protocol = match link_type {
        LinkType::ETHERNET => ethernet(frame),
        LinkType::LINUX_SLL => linux_sll(frame),
        LinkType::LINUX_SLL2 => ether_type(frame, 0).map(|protocol| (protocol, 20)),
        LinkType::NULL => loopback(frame, u32::from_ne_bytes),
        LinkType::LOOP => loopback(frame, u32::from_be_bytes),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
            Some((version(frame), 0))
        }
        _ => return LinkPayload::Unsupported,
    };
    let Some((protocol, offset)) = protocol else { return LinkPayload::Short };
    match (protocol, frame.get(offset..)) {
        (_, None) => LinkPayload::Short,
        (IPV4 | IPV6, Some(packet)) => LinkPayload::Ip { packet, offset },
        (_, Some(_)) => LinkPayload::Other,
    }
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

fn ethernet(frame: &[u8]) -> Option<(u16, usize)> {
    tagged(frame, ether_type(frame, 12)?, 14)
}

/// Steps over IEEE 802.1Q and 802.1ad tags, of which there may be several.
fn tagged(frame: &[u8], mut protocol: u16, mut offset: usize) -> Option<(u16, usize)> {
    while matches!(protocol, 0x8100 | 0x88a8 | 0x9100) {
        protocol = ether_type(frame, offset.checked_add(2)?)?;
        offset = offset.checked_add(4)?;
    }
    Some((protocol, offset))
}

/// LINKTYPE_LINUX_SLL: the protocol is the last field of a 16-byte header; tags may follow.
fn linux_sll(frame: &[u8]) -> Option<(u16, usize)> {
    tagged(frame, ether_type(frame, 14)?, 16)
}

/// The address family of IPv6 differs between systems, and the reader does not know which byte order the writer had:
/// the version nibble decides, the family only excludes what is neither.
fn loopback(frame: &[u8], order: fn([u8; 4]) -> u32) -> Option<(u16, usize)> {
    let family = order(*frame.first_chunk()?);
    let family = if family > 0xffff { family.swap_bytes() } else { family };
    let protocol = match family {
        2 | 10 | 23 | 24 | 28 | 30 => version(frame.get(4..)?),
        _ => 0,
    };
    Some((protocol, 4))
}

/// The EtherType that belongs to the version nibble of an IP header.
fn version(packet: &[u8]) -> u16 {
    match packet.first().map(|first| first >> 4) {
        Some(4) => IPV4,
        Some(6) => IPV6,
        _ => 0,
    }
}

fn ether_type(frame: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*frame.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn offset(link_type: LinkType, header: &[u8]) -> LinkPayload<'static> {
        let frame: &'static [u8] = Vec::leak([header, &[0x45, 0, 0, 0]].concat());
        payload(link_type, frame)
    }

    #[track_caller]
    fn assert_ip(link_type: LinkType, header: &[u8]) {
        match offset(link_type, header) {
            LinkPayload::Ip { packet, offset } => assert_eq!((packet.len(), offset), (4, header.len())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ethernet_is_read_with_and_without_tags() {
        let addresses = [0u8; 12];
        assert_ip(LinkType::ETHERNET, &[&addresses[..], &[8, 0]].concat());
        assert_ip(LinkType::ETHERNET, &[&addresses[..], &[0x81, 0, 0, 5, 8, 0]].concat());
        assert_ip(LinkType::ETHERNET, &[&addresses[..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]].concat());
        assert_eq!(offset(LinkType::ETHERNET, &[&addresses[..], &[8, 6]].concat()), LinkPayload::Other);
        assert_eq!(payload(LinkType::ETHERNET, &addresses), LinkPayload::Short);
    }

    #[test]
    fn cooked_captures_are_read() {
        assert_ip(LinkType::LINUX_SLL, &[&[0u8; 14][..], &[8, 0]].concat());
        assert_ip(LinkType::LINUX_SLL2, &[&[8, 0][..], &[0; 18]].concat());
    }

    #[test]
    fn loopback_is_read_in_both_byte_orders() {
        assert_ip(LinkType::NULL, &[2, 0, 0, 0]);
        assert_ip(LinkType::NULL, &[0, 0, 0, 2]);
        assert_ip(LinkType::LOOP, &[0, 0, 0, 2]);
        assert_eq!(offset(LinkType::NULL, &[7, 0, 0, 0]), LinkPayload::Other);
    }

    #[test]
    fn raw_ip_is_read_and_unknown_link_types_are_named_so() {
        assert_ip(LinkType::RAW, &[]);
        assert_eq!(offset(LinkType(147), &[]), LinkPayload::Unsupported);
    }
}
