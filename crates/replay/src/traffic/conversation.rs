//! A live connection as TCP segments in IP packets, all of which arrive at once and in order.

use super::endpoints::Pair;
use super::pcapng::PcapngWriter;
use super::timeline::{Direction, Pdu};
use capture::Timestamp;
use etherparse::{PacketBuilder, TcpOptionElement};
use smb2::transport;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Most bytes of a segment: an IPv4 packet has at most 65,535, 40 of them for headers (RFC 791, RFC 9293).
const SEGMENT: usize = 65_495;
/// As many routers as packets may pass.
const HOPS: u8 = 64;
const WINDOW: u16 = u16::MAX;
/// Makes that a gigabyte (RFC 7323 2.3): nobody ever waits for an acknowledgment.
const WINDOW_SCALE: u8 = 14;

/// 2³² divided by the golden ratio: multiples of it lie far apart.
const SPREAD: u32 = 0x9e37_79b9;

/// A connection, and how far each side has sent.
pub(super) struct Conversation {
    client: Side,
    server: Side,
}

/// One end of a connection.
struct Side {
    address: SocketAddr,
    /// Sequence number of the byte that it sends next.
    next: u32,
}

/// What a segment is, besides its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Syn,
    SynAck,
    Ack,
    /// The last segment of a PDU.
    Push,
}

impl Conversation {
    /// The connection with this number, between these two, that nobody has opened yet.
    pub(super) fn new(number: u32, (client, server): Pair) -> Self {
        // Other numbers on each: else clones look like one connection that was captured on both sides of a translation.
        let first = number.wrapping_add(1).wrapping_mul(SPREAD);
        Self { client: Side { address: client, next: first }, server: Side { address: server, next: !first } }
    }

    /// The three packets that open it.
    pub(super) fn shake_hands(&mut self, packets: &mut PcapngWriter<'_>, time: Timestamp) -> io::Result<()> {
        let steps = [
            (Direction::Request, Control::Syn),
            (Direction::Response, Control::SynAck),
            (Direction::Request, Control::Ack),
        ];
        for (direction, control) in steps {
            packets.packet(time, &self.segment(direction, control, &[])?, &[])?;
            let (from, _) = self.ends(direction);
            // SYN takes a sequence number.
            from.next = from.next.wrapping_add(u32::from(control != Control::Ack));
        }
        Ok(())
    }

    /// The packets of a transport PDU; the last one has its remarks.
    pub(super) fn carry(&mut self, packets: &mut PcapngWriter<'_>, pdu: &Pdu) -> io::Result<()> {
        let too_long = || io::Error::other("a chain of messages is longer than its transport allows");
        let header = transport::frame(pdu.body.len()).ok_or_else(too_long)?;
        let bytes = [&header, pdu.body.as_slice()].concat();
        let mut segments = bytes.chunks(SEGMENT).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            let control = if is_last { Control::Push } else { Control::Ack };
            let packet = self.segment(pdu.direction, control, segment)?;
            packets.packet(pdu.time, &packet, if is_last { &pdu.remarks } else { &[] })?;
            let (from, _) = self.ends(pdu.direction);
            from.next = from.next.wrapping_add(u32::try_from(segment.len()).map_err(io::Error::other)?);
        }
        Ok(())
    }

    fn ends(&mut self, direction: Direction) -> (&mut Side, &mut Side) {
        match direction {
            Direction::Request => (&mut self.client, &mut self.server),
            Direction::Response | Direction::ResponseAtOnce => (&mut self.server, &mut self.client),
        }
    }

    fn segment(&mut self, direction: Direction, control: Control, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let (from, to) = self.ends(direction);
        let ip = match (from.address.ip(), to.address.ip()) {
            (IpAddr::V4(source), IpAddr::V4(target)) => PacketBuilder::ipv4(source.octets(), target.octets(), HOPS),
            (source, target) => PacketBuilder::ipv6(octets(source), octets(target), HOPS),
        };
        let mut tcp = ip.tcp(from.address.port(), to.address.port(), from.next, WINDOW);
        if control != Control::Syn {
            tcp = tcp.ack(to.next);
        }
        match control {
            Control::Syn | Control::SynAck => {
                let size = u16::try_from(SEGMENT).map_err(io::Error::other)?;
                let options = [TcpOptionElement::MaximumSegmentSize(size), TcpOptionElement::WindowScale(WINDOW_SCALE)];
                tcp = tcp.syn().options(&options).map_err(io::Error::other)?;
            }
            Control::Push => tcp = tcp.psh(),
            Control::Ack => {}
        }
        let mut packet = Vec::with_capacity(tcp.size(bytes.len()));
        tcp.write(&mut packet, bytes).map_err(io::Error::other)?;
        Ok(packet)
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
