//! IPv4 and IPv6: from an IP header to a TCP segment.

use crate::format::LinkType;
use crate::fragments::Fragment;
use crate::pdu::Timestamp;
use crate::segment::{TcpFlags, TcpSegment};
use crate::tunnel::{be16, in_gre, in_udp};
use etherparse::{IpNumber, LaxIpSlice, ip_number};
use std::net::{IpAddr, SocketAddr};

/// What an IP packet carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NetworkPayload<'a> {
    /// A TCP segment.
    Tcp(TcpSegment<'a>),
    /// A fragment of a packet.
    Fragment(Fragment<'a>),
    /// A packet in a tunnel, at this offset of the IP packet.
    Tunnel {
        /// What the inner packet starts with.
        link_type: LinkType,
        /// Where it starts.
        offset: usize,
    },
    /// A datagram that may be SMB over QUIC.
    Quic,
    /// SMB Direct.
    SmbDirect,
    /// Another protocol above IP.
    Other,
    /// A frame without an IP packet.
    NotIp,
    /// A link type that is not read.
    UnsupportedLink,
    /// Headers that are cut by the snaplen or do not fit their specification.
    Malformed,
}

/// Reads the IP packet at the start of `packet`, of which `original_length` bytes were on the wire, padding included.
pub(crate) fn payload(packet: &[u8], original_length: usize, frame: u64, time: Timestamp) -> NetworkPayload<'_> {
    if let Some(plain) = plain_tcp(packet, frame, time) {
        return plain;
    }
    let Ok((ip, _)) = LaxIpSlice::from_slice(packet) else { return NetworkPayload::Malformed };
    let (source, destination, length, identification) = match &ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            // With segmentation offload the length is zero: the packet was captured before it got one.
            let length = match usize::from(header.total_len()) {
                0 => original_length,
                length => length,
            };
            let identification = Some(header.identification()).filter(|identification| *identification != 0);
            (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()), length, identification)
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.header();
            let length = match usize::from(header.payload_length()) {
                0 => original_length,
                length => length.saturating_add(etherparse::Ipv6Header::LEN),
            };
            (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()), length, None)
        }
    };
    let carried = ip.payload();
    let ends = (source, destination);
    let envelope = Envelope { ends, identification, frame, time };
    let Some(start) = offset_in(packet, carried.payload) else { return NetworkPayload::Malformed };
    let Some(bytes) = packet.get(start..).and_then(|rest| rest.get(..carried.payload.len())) else {
        return NetworkPayload::Malformed;
    };
    let length = length.saturating_sub(start);
    if carried.fragmented || carried.ip_number == ip_number::IPV6_FRAGMENTATION_HEADER {
        return fragment(&ip, bytes, length, ends).map_or(NetworkPayload::Malformed, NetworkPayload::Fragment);
    }
    match transport(carried.ip_number, bytes, length, envelope) {
        NetworkPayload::Tunnel { link_type, offset } => {
            NetworkPayload::Tunnel { link_type, offset: offset.saturating_add(start) }
        }
        other => other,
    }
}

/// What an IPv4 packet carries if it is a whole one of TCP and says how long it is, as nearly all do.
fn plain_tcp(packet: &[u8], frame: u64, time: Timestamp) -> Option<NetworkPayload<'_>> {
    let header: &[u8; etherparse::Ipv4Header::MIN_LEN] = packet.first_chunk()?;
    let [first, _, upper, lower, _, _, _, _, _, protocol, _, _, a, b, c, d, e, f, g, h] = *header;
    let length = usize::from(first & 0xf).saturating_mul(4);
    let total = usize::from(u16::from_be_bytes([upper, lower]));
    let is_whole = be16(header, 6)? & 0x3fff == 0;
    let is_plain = first >> 4 == 4 && length >= header.len() && total >= length && is_whole;
    if !is_plain || IpNumber(protocol) != IpNumber::TCP {
        return None;
    }
    let bytes = packet.get(length..total.min(packet.len()))?;
    let ends = ([a, b, c, d].into(), [e, f, g, h].into());
    let identification = be16(header, 4).filter(|identification| *identification != 0);
    let envelope = Envelope { ends, identification, frame, time };
    Some(transport(IpNumber::TCP, bytes, total.saturating_sub(length), envelope))
}

/// What is known of a TCP segment from around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    /// Source and destination.
    pub(crate) ends: (IpAddr, IpAddr),
    /// Identification of the IP packet, unless it has none.
    pub(crate) identification: Option<u16>,
    /// 1-based number of the frame.
    pub(crate) frame: u64,
    /// Time of the frame.
    pub(crate) time: Timestamp,
}

/// Reads what an IP packet carries: the captured `bytes` of `length`.
pub(crate) fn transport(protocol: IpNumber, bytes: &[u8], length: usize, envelope: Envelope) -> NetworkPayload<'_> {
    let tunnel = |inner: Option<(LinkType, usize)>| {
        inner.map_or(NetworkPayload::Other, |(link_type, offset)| NetworkPayload::Tunnel { link_type, offset })
    };
    let to_or_from = |port: u16| be16(bytes, 0) == Some(port) || be16(bytes, 2) == Some(port);
    match protocol {
        // A client may well use that port for its own end.
        IpNumber::TCP if to_or_from(SMB_DIRECT_TCP) && !to_or_from(445) && !to_or_from(139) => {
            NetworkPayload::SmbDirect
        }
        IpNumber::TCP => tcp(bytes, length, envelope).map_or(NetworkPayload::Malformed, NetworkPayload::Tcp),
        IpNumber::UDP => match in_udp(bytes) {
            None if to_or_from(QUIC) => NetworkPayload::Quic,
            None if be16(bytes, 2) == Some(ROCE) => NetworkPayload::SmbDirect,
            inner => tunnel(inner),
        },
        IpNumber::GRE => tunnel(in_gre(bytes)),
        IpNumber::IPV4 => tunnel(Some((LinkType::IPV4, 0))),
        IpNumber::IPV6 => tunnel(Some((LinkType::IPV6, 0))),
        _ => NetworkPayload::Other,
    }
}

/// The port of SMB over QUIC, and of everything else over QUIC.
const QUIC: u16 = 443;
/// The port of SMB Direct over iWARP.
const SMB_DIRECT_TCP: u16 = 5445;
/// The port of RoCE version 2.
const ROCE: u16 = 4791;

/// The fragment that `ip` is: the captured `bytes` of `length`.
fn fragment<'a>(ip: &LaxIpSlice<'_>, bytes: &'a [u8], length: usize, ends: (IpAddr, IpAddr)) -> Option<Fragment<'a>> {
    let (identification, protocol, offset, more) = match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let offset = usize::from(header.fragments_offset().value());
            (u32::from(header.identification()), header.protocol(), offset, header.more_fragments())
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                etherparse::Ipv6ExtensionSlice::Fragment(header) => Some(header),
                _ => None,
            })?;
            let offset = usize::from(header.fragment_offset().value());
            (header.identification(), header.next_header(), offset, header.more_fragments())
        }
    };
    Some(Fragment {
        key: (ends.0, ends.1, identification, protocol.0),
        offset: offset.checked_mul(8)?,
        last: !more,
        payload: bytes,
        length: length.max(bytes.len()),
    })
}

/// Where `part`, a slice of `whole`, starts in it.
fn offset_in(whole: &[u8], part: &[u8]) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)
}

/// Reads the TCP header at the start of `bytes`, the captured part of `length` bytes. Options may be cut off: nothing in
/// them is needed.
fn tcp(bytes: &[u8], length: usize, envelope: Envelope) -> Option<TcpSegment<'_>> {
    let Envelope { ends: (source, destination), identification, frame, time } = envelope;
    let u16_at = |offset: usize| Some(u16::from_be_bytes(*bytes.get(offset..)?.first_chunk()?));
    let u32_at = |offset: usize| Some(u32::from_be_bytes(*bytes.get(offset..)?.first_chunk()?));
    let header = usize::from(bytes.get(12)? >> 4).checked_mul(4).filter(|header| *header >= 20)?;
    let flags = *bytes.get(13)?;
    let payload = bytes.get(header..).unwrap_or_default();
    let missing = length.saturating_sub(header).saturating_sub(payload.len());
    Some(TcpSegment {
        frame,
        time,
        source: SocketAddr::new(source, u16_at(0)?),
        destination: SocketAddr::new(destination, u16_at(2)?),
        sequence: u32_at(4)?,
        acknowledgement: if flags & 0x10 == 0 { None } else { Some(u32_at(8)?) },
        window: u16_at(14)?,
        flags: TcpFlags { fin: flags & 0x01 != 0, syn: flags & 0x02 != 0, rst: flags & 0x04 != 0 },
        at: 0,
        payload,
        identification,
        mirrored: false,
        missing: u32::try_from(missing).unwrap_or(u32::MAX),
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "tests"
    )]
    use super::*;

    fn ipv4(total_length: u16, tcp: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        packet[2..4].copy_from_slice(&total_length.to_be_bytes());
        packet.extend_from_slice(tcp);
        packet
    }

    fn tcp_bytes(payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xc0, 0, 1, 0xbd, 0, 0, 0, 9, 0, 0, 0, 7, 0x50, 0x18, 1, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(payload);
        bytes
    }

    #[track_caller]
    fn segment(packet: &[u8], original: usize) -> TcpSegment<'_> {
        match payload(packet, original, 1, Timestamp(0)) {
            NetworkPayload::Tcp(segment) => segment,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn padding_behind_the_packet_is_not_payload() {
        let packet = [ipv4(43, &tcp_bytes(b"abc")), vec![0; 3]].concat();
        let segment = segment(&packet, packet.len());
        assert_eq!((segment.payload, segment.missing), (&b"abc"[..], 0));
        assert_eq!(segment.source, "10.0.0.1:49152".parse().unwrap());
        assert_eq!(segment.destination, "10.0.0.2:445".parse().unwrap());
        assert_eq!((segment.sequence, segment.acknowledgement), (9, Some(7)));
    }

    #[test]
    fn a_packet_with_options_is_read_and_a_length_below_that_of_its_header_is_not_believed() {
        let with_options = |options: usize| {
            let mut packet = ipv4(60 + 3, &[&vec![1; options][..], &tcp_bytes(b"abc")].concat());
            packet[0] = 0x4a;
            packet
        };
        assert_eq!(segment(&with_options(20), 63).payload, b"abc");
        let mut short = with_options(20);
        short[3] = 39;
        assert_eq!(segment(&short, 63).payload, b"abc");
        short[0] = 0x44;
        assert!(matches!(payload(&short, 63, 1, Timestamp(0)), NetworkPayload::Malformed));
    }

    #[test]
    fn a_packet_without_length_reaches_to_the_end_of_the_frame() {
        let packet = ipv4(0, &tcp_bytes(&[1; 5000]));
        let segment = segment(&packet, packet.len());
        assert_eq!((segment.payload.len(), segment.missing), (5000, 0));
    }

    #[test]
    fn what_the_snaplen_cut_is_known_by_length() {
        let packet = ipv4(40 + 1000, &tcp_bytes(&[1; 88]));
        assert_eq!(segment(&packet, 1040).missing, 912);
        let offloaded = ipv4(0, &tcp_bytes(&[1; 88]));
        assert_eq!(segment(&offloaded, 5040).missing, 4912);
        let header_only = ipv4(40 + 1000, &tcp_bytes(&[])[..16]);
        assert_eq!((segment(&header_only, 1040).payload.len(), segment(&header_only, 1040).missing), (0, 1000));
    }

    #[test]
    fn ipv6_extension_headers_are_stepped_over() {
        let tcp = tcp_bytes(b"xyz");
        let mut packet = vec![0x60, 0, 0, 0, 0, (8 + tcp.len()) as u8, 0, 64];
        packet.extend_from_slice(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        packet.extend_from_slice(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        packet.extend_from_slice(&[6, 0, 1, 4, 0, 0, 0, 0]);
        packet.extend_from_slice(&tcp);
        let segment = segment(&packet, packet.len());
        assert_eq!((segment.payload, segment.missing), (&b"xyz"[..], 0));
        assert_eq!(segment.destination, "[fe80::2]:445".parse().unwrap());
    }

    #[test]
    fn fragments_and_other_protocols_are_told_apart() {
        let mut fragment = ipv4(60, &tcp_bytes(&[0; 20]));
        fragment[6] = 0x20;
        assert!(matches!(payload(&fragment, 60, 1, Timestamp(0)), NetworkPayload::Fragment(_)));
        let mut udp = ipv4(60, &tcp_bytes(&[0; 20]));
        udp[9] = 17;
        assert!(matches!(payload(&udp, 60, 1, Timestamp(0)), NetworkPayload::Other));
        assert!(matches!(payload(&[0x4f, 0], 2, 1, Timestamp(0)), NetworkPayload::Malformed));
    }
}
