//! Tunnels that mirrored traffic arrives in: VXLAN (RFC 7348), GENEVE (RFC 8926), GRE (RFC 2784, 2890), ERSPAN I to III.

use crate::format::LinkType;

/// Tunnels in tunnels that are unwrapped.
pub(crate) const MAX_DEPTH: usize = 4;

/// The registered port, and the one that Linux uses unless told otherwise.
const VXLAN_PORTS: [u16; 2] = [4789, 8472];
const GENEVE_PORT: u16 = 6081;
const UDP_HEADER: usize = 8;
const VXLAN_HEADER: usize = 8;
const GENEVE_HEADER: usize = 8;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// Transparent Ethernet bridging.
const ETHERNET: u16 = 0x6558;
/// ERSPAN type I and II.
const ERSPAN_2: u16 = 0x88be;
/// ERSPAN type III.
const ERSPAN_3: u16 = 0x22eb;

/// What a tunnel carries: the type of the inner packet and where it starts in the payload of the outer one.
pub(crate) type Inner = (LinkType, usize);

/// The tunnel in a UDP datagram that starts with its header, if its port is a tunnel's.
pub(crate) fn in_udp(datagram: &[u8]) -> Option<Inner> {
    let payload = datagram.get(UDP_HEADER..)?;
    match be16(datagram, 2)? {
        // The flag says that there is a network identifier; nothing else is VXLAN.
        port if VXLAN_PORTS.contains(&port) && payload.first()? & 0x08 != 0 => {
            Some((LinkType::ETHERNET, UDP_HEADER + VXLAN_HEADER))
        }
        GENEVE_PORT => {
            let options = usize::from(payload.first()? & 0x3f).checked_mul(4)?;
            let start = (UDP_HEADER + GENEVE_HEADER).checked_add(options)?;
            (payload.first()? >> 6 == 0).then_some((carried(be16(payload, 2)?)?, start))
        }
        _ => None,
    }
}

/// The tunnel in a GRE packet.
pub(crate) fn in_gre(packet: &[u8]) -> Option<Inner> {
    let (flags, protocol) = (be16(packet, 0)?, be16(packet, 2)?);
    // Version 1 is PPTP; source routing (0x4000) is never seen.
    if flags & 0x4007 != 0 {
        return None;
    }
    let has = |flag: u16| if flags & flag == 0 { 0usize } else { 4 };
    let sequenced = has(0x1000);
    let start = 4usize.checked_add(has(0x8000))?.checked_add(has(0x2000))?.checked_add(sequenced)?;
    match protocol {
        // Type I has no header of its own, and no sequence number in GRE.
        ERSPAN_2 if sequenced == 0 => Some((LinkType::ETHERNET, start)),
        ERSPAN_2 => Some((LinkType::ETHERNET, start.checked_add(8)?)),
        ERSPAN_3 => {
            // The last bit of the header announces an optional subheader.
            let optional = packet.get(start.checked_add(11)?)? & 1;
            let header = if optional == 0 { 12usize } else { 20 };
            Some((LinkType::ETHERNET, start.checked_add(header)?))
        }
        other => Some((carried(other)?, start)),
    }
}

fn carried(protocol: u16) -> Option<LinkType> {
    match protocol {
        ETHERNET => Some(LinkType::ETHERNET),
        IPV4 => Some(LinkType::IPV4),
        IPV6 => Some(LinkType::IPV6),
        _ => None,
    }
}

/// The big-endian 16-bit integer at `offset`.
pub(crate) fn be16(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(offset..)?.first_chunk()?))
}
