//! What packets are wrapped in.

use super::Record;

/// A way to capture or mirror Ethernet packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layer {
    Plain,
    Vlan,
    QinQ,
    Sll,
    Sll2,
    Null,
    Raw,
    Vxlan,
    /// On the port that Linux uses unless told otherwise.
    LinuxVxlan,
    Geneve,
    Gre,
    Erspan1,
    Erspan2,
    Erspan3,
    /// Ethernet with padding and a frame check sequence behind.
    Padded,
    /// With the length of zero that segmentation offload leaves.
    Offloaded,
    /// Over IPv6, with a hop-by-hop extension header.
    Ipv6,
    /// In IPv4 fragments, the last one first.
    Fragments,
    /// In IPv6 fragments, in order.
    Ipv6Fragments,
    /// In a tunnel whose packets are in fragments.
    FragmentedVxlan,
}

/// Payload of a fragment.
const FRAGMENT: usize = 400;

impl Layer {
    pub(crate) const ALL: [Self; 20] = [
        Self::Plain,
        Self::Vlan,
        Self::QinQ,
        Self::Sll,
        Self::Sll2,
        Self::Null,
        Self::Raw,
        Self::Vxlan,
        Self::LinuxVxlan,
        Self::Geneve,
        Self::Gre,
        Self::Erspan1,
        Self::Erspan2,
        Self::Erspan3,
        Self::Padded,
        Self::Offloaded,
        Self::Ipv6,
        Self::Fragments,
        Self::Ipv6Fragments,
        Self::FragmentedVxlan,
    ];

    /// LINKTYPE_ value of the capture.
    pub(crate) fn link_type(self) -> u16 {
        match self {
            Self::Null => 0,
            Self::Sll => 113,
            Self::Sll2 => 276,
            Self::Raw => 101,
            _ => 1,
        }
    }

    /// Whether a packet may become several.
    pub(crate) fn is_fragmenting(self) -> bool {
        matches!(self, Self::Fragments | Self::Ipv6Fragments | Self::FragmentedVxlan)
    }

    /// Bytes behind the packet.
    pub(crate) fn trailer(self) -> usize {
        if self == Self::Padded { 10 } else { 0 }
    }

    /// The packets that `record` becomes; those of the same record have the same `number`.
    pub(crate) fn around(self, record: &Record, number: usize) -> Vec<Record> {
        let plain = &record.data;
        let tagged;
        let frame = if record.tagged && self.keeps_tags() {
            tagged = [&plain[..12], &[0x81, 0, 0, 9], &plain[12..]].concat();
            &tagged
        } else {
            plain
        };
        let packet = &plain[14..];
        let identification = u16::try_from(number % 65_536).unwrap();
        let datas = match self {
            Self::Plain => vec![frame.clone()],
            Self::Vlan => vec![[&frame[..12], &[0x81, 0, 0, 5], &frame[12..]].concat()],
            Self::QinQ => vec![[&frame[..12], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6], &frame[12..]].concat()],
            Self::Sll => vec![[&[0; 14][..], &frame[12..]].concat()],
            Self::Sll2 => vec![[&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6][..], &[0; 8], packet].concat()],
            Self::Null => vec![[&[2, 0, 0, 0][..], packet].concat()],
            Self::Raw => vec![packet.to_vec()],
            Self::Vxlan => vec![udp(4789, &[8, 0, 0, 0, 0, 0, 7, 0], frame)],
            Self::LinuxVxlan => vec![udp(8472, &[8, 0, 0, 0, 0, 0, 7, 0], frame)],
            Self::Geneve => vec![udp(6081, &[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0], frame)],
            Self::Gre => vec![ip(47, &[0x20, 0, 8, 0, 0, 0, 0, 9], packet)],
            Self::Erspan1 => vec![ip(47, &[0, 0, 0x88, 0xbe], frame)],
            Self::Erspan2 => {
                vec![ip(47, &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0], frame)]
            }
            Self::Erspan3 => {
                let header = [&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20][..], &[0; 10], &[1], &[0; 8]].concat();
                vec![ip(47, &header, frame)]
            }
            Self::Padded => vec![[&frame[..], &[0xee; 10]].concat()],
            Self::Offloaded => {
                let mut data = frame.clone();
                let length = data.len() - packet.len() + 2;
                data[length..length + 2].fill(0);
                vec![data]
            }
            Self::Ipv6 => vec![ipv6(record, 0, &[6, 0, 1, 4, 0, 0, 0, 0], &packet[20..])],
            Self::Fragments => ipv4_fragments(frame, frame.len() - packet.len(), identification),
            Self::Ipv6Fragments => ipv6_fragments(record, identification),
            Self::FragmentedVxlan => ipv4_fragments(&udp(4789, &[8, 0, 0, 0, 0, 0, 7, 0], frame), 14, identification),
        };
        let wrap = |data: Vec<u8>| {
            let original = u32::try_from(data.len()).unwrap();
            Record { data, original, ..record.clone() }
        };
        datas.into_iter().map(wrap).collect()
    }

    fn keeps_tags(self) -> bool {
        !matches!(self, Self::Sll2 | Self::Null | Self::Raw | Self::Gre | Self::Ipv6 | Self::Ipv6Fragments)
    }
}

/// An Ethernet frame with an IPv4 packet of `protocol`; its length is 0 when it does not fit.
pub(crate) fn ip(protocol: u8, header: &[u8], inner: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + header.len() + inner.len()).unwrap_or(0).to_be_bytes();
    let mut packet = [&[0; 12][..], &[8, 0, 0x45, 0], &length, &[0, 1, 0, 0, 64, protocol, 0, 0]].concat();
    packet.extend([10, 9, 0, 1, 10, 9, 0, 2]);
    [&packet, header, inner].concat()
}

/// An Ethernet frame with a UDP datagram to `port`.
pub(crate) fn udp(port: u16, header: &[u8], inner: &[u8]) -> Vec<u8> {
    let port = port.to_be_bytes();
    ip(17, &[&[0xc0, 1, port[0], port[1], 0, 0, 0, 0], header].concat(), inner)
}

/// An Ethernet frame with an IPv6 packet between addresses made of the IPv4 ones.
fn ipv6(record: &Record, next: u8, extension: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(extension.len() + payload.len()).unwrap_or(0).to_be_bytes();
    let mut frame = [&record.data[..12], &[0x86, 0xdd, 0x60, 0, 0, 0], &length, &[next, 64]].concat();
    for address in [26, 30] {
        frame.extend([&[0x20, 1, 0x0d, 0xb8][..], &[0; 8], &record.data[address..address + 4]].concat());
    }
    [&frame, extension, payload].concat()
}

/// The IPv4 packet behind `link` bytes of `frame` in fragments, the last one first.
fn ipv4_fragments(frame: &[u8], link: usize, identification: u16) -> Vec<Vec<u8>> {
    let (link, packet) = frame.split_at(link);
    let (header, payload) = packet.split_at(20);
    let count = payload.len().div_ceil(FRAGMENT);
    let fragment = |(index, part): (usize, &[u8])| {
        let mut header = header.to_vec();
        header[2..4].copy_from_slice(&u16::try_from(20 + part.len()).unwrap().to_be_bytes());
        header[4..6].copy_from_slice(&identification.to_be_bytes());
        let more = if index + 1 < count { 0x2000 } else { 0 };
        header[6..8].copy_from_slice(&(more | u16::try_from(index * FRAGMENT / 8).unwrap()).to_be_bytes());
        [link, &header, part].concat()
    };
    payload.chunks(FRAGMENT).enumerate().map(fragment).rev().collect()
}

fn ipv6_fragments(record: &Record, identification: u16) -> Vec<Vec<u8>> {
    let payload = &record.data[34..];
    let count = payload.len().div_ceil(FRAGMENT);
    let fragment = |(index, part): (usize, &[u8])| {
        let more = u16::from(index + 1 < count);
        let offset = (u16::try_from(index * FRAGMENT).unwrap() | more).to_be_bytes();
        let identification = identification.to_be_bytes();
        let header = [&[6, 0], &offset[..], &[0, 0], &identification].concat();
        ipv6(record, 44, &header, part)
    };
    payload.chunks(FRAGMENT).enumerate().map(fragment).collect()
}
