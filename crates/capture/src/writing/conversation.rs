//! A connection as TCP segments in IP packets, in order and each but once: what is missing is a gap.

use super::PcapngWriter;
use crate::pdu::{CloseKind, Direction, Endpoints, Hole, Timestamp};
use etherparse::{PacketBuilder, TcpOptionElement};
use smb2::transport;
use std::io;
use std::net::IpAddr;
use std::ops::Range;

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
#[derive(Debug)]
pub struct Conversation {
    endpoints: Endpoints,
    client: Side,
    server: Side,
}

/// One end of a connection.
#[derive(Debug)]
struct Side {
    /// Sequence number of its first byte.
    start: u32,
    /// Bytes of its stream so far, gaps included.
    sent: u64,
    /// Bytes of the other side's stream that it has acknowledged.
    acknowledged: u64,
}

/// A transport PDU to be carried.
#[derive(Clone, Copy, Debug)]
pub struct Carried<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// When: all of its packets have this time.
    pub time: Timestamp,
    /// What follows the transport header.
    pub body: &'a [u8],
    /// Missing ranges of the body, ascending: no packet has them.
    pub holes: &'a [Hole],
    /// What its sender acknowledges.
    pub acknowledged: Acknowledged,
    /// What there is to say about it, on its last packet.
    pub comments: &'a [String],
}

/// How much of the other side's stream a segment acknowledges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    /// All of it.
    Everything,
    /// Its bytes before this offset, or what was acknowledged before if that is more.
    UpTo(u64),
}

/// What a segment is, besides its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Syn,
    SynAck,
    Ack,
    /// The last segment of a PDU.
    Push,
    Close(CloseKind),
}

impl Conversation {
    /// The connection with this number, between these two, that nobody has opened yet.
    pub fn new(number: u32, endpoints: Endpoints) -> Self {
        // Other numbers on each: else clones look like one connection that was captured on both sides of a translation.
        let first = number.wrapping_add(1).wrapping_mul(SPREAD);
        let side = |start: u32| Side { start: start.wrapping_add(1), sent: 0, acknowledged: 0 };
        Self { endpoints, client: side(first), server: side(!first) }
    }

    /// Bytes of a direction's stream so far, gaps included.
    pub fn sent(&self, direction: Direction) -> u64 {
        self.side(direction).sent
    }

    /// The three packets that open it, the first two at `time`.
    ///
    /// # Errors
    /// When a packet cannot be written; so do all others.
    pub fn shake_hands(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        time: Timestamp,
        answered: Timestamp,
    ) -> io::Result<()> {
        let steps = [
            (Direction::ClientToServer, Control::Syn, time),
            (Direction::ServerToClient, Control::SynAck, time),
            (Direction::ClientToServer, Control::Ack, answered),
        ];
        for (direction, control, time) in steps {
            packets.packet(time, &self.segment(direction, control, &[])?, &[])?;
        }
        Ok(())
    }

    /// The packets of a transport PDU.
    ///
    /// # Errors
    /// When a packet cannot be written, or the PDU is longer than its transport allows.
    pub fn carry(&mut self, packets: &mut PcapngWriter<'_>, pdu: &Carried<'_>) -> io::Result<()> {
        let too_long = || io::Error::other("a chain of messages is longer than its transport allows");
        let header = transport::frame(pdu.body.len()).ok_or_else(too_long)?;
        let bytes = [&header, pdu.body].concat();
        let end = self.side(pdu.direction).sent.saturating_add(u64::try_from(bytes.len()).map_err(io::Error::other)?);
        self.acknowledge(pdu.direction, pdu.acknowledged);
        let begin = self.side(pdu.direction).sent;
        let captured = captured(bytes.len(), header.len(), pdu.holes);
        let mut segments = captured.into_iter().flat_map(segments).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            let control = if is_last { Control::Push } else { Control::Ack };
            let offset = u64::try_from(segment.start).map_err(io::Error::other)?;
            self.side_mut(pdu.direction).sent = begin.saturating_add(offset);
            let packet = self.segment(pdu.direction, control, bytes.get(segment).unwrap_or_default())?;
            packets.packet(pdu.time, &packet, if is_last { pdu.comments } else { &[] })?;
        }
        self.side_mut(pdu.direction).sent = end;
        Ok(())
    }

    /// Leaves a gap of so many bytes in a direction's stream.
    pub fn lose(&mut self, direction: Direction, length: u64) {
        let side = self.side_mut(direction);
        side.sent = side.sent.saturating_add(length);
    }

    /// The packet by which a side closes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        by: Direction,
        how: CloseKind,
        time: Timestamp,
        acknowledged: Acknowledged,
    ) -> io::Result<()> {
        self.acknowledge(by, acknowledged);
        packets.packet(time, &self.segment(by, Control::Close(how), &[])?, &[])
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::ClientToServer => &self.client,
            Direction::ServerToClient => &self.server,
        }
    }

    fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ClientToServer => &mut self.client,
            Direction::ServerToClient => &mut self.server,
        }
    }

    fn acknowledge(&mut self, by: Direction, acknowledged: Acknowledged) {
        let sent = self.side(by.reverse()).sent;
        let side = self.side_mut(by);
        side.acknowledged = match acknowledged {
            Acknowledged::Everything => sent,
            Acknowledged::UpTo(offset) => side.acknowledged.max(offset.min(sent)),
        };
    }

    fn segment(&self, direction: Direction, control: Control, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let (from, to) = (self.side(direction), self.side(direction.reverse()));
        let Endpoints { client, server } = self.endpoints;
        let (source, target) = match direction {
            Direction::ClientToServer => (client, server),
            Direction::ServerToClient => (server, client),
        };
        let ip = match (source.ip(), target.ip()) {
            (IpAddr::V4(source), IpAddr::V4(target)) => PacketBuilder::ipv4(source.octets(), target.octets(), HOPS),
            (source, target) => PacketBuilder::ipv6(octets(source), octets(target), HOPS),
        };
        let opens = matches!(control, Control::Syn | Control::SynAck);
        // SYN takes the sequence number before the first byte's.
        let sequence = if opens { from.start.wrapping_sub(1) } else { number(from.start, from.sent) };
        let mut tcp = ip.tcp(source.port(), target.port(), sequence, WINDOW);
        if control != Control::Syn {
            tcp = tcp.ack(number(to.start, from.acknowledged));
        }
        match control {
            Control::Syn | Control::SynAck => {
                let size = u16::try_from(SEGMENT).map_err(io::Error::other)?;
                let options = [TcpOptionElement::MaximumSegmentSize(size), TcpOptionElement::WindowScale(WINDOW_SCALE)];
                tcp = tcp.syn().options(&options).map_err(io::Error::other)?;
            }
            Control::Push => tcp = tcp.psh(),
            Control::Close(CloseKind::Fin) => tcp = tcp.fin(),
            Control::Close(CloseKind::Rst) => tcp = tcp.rst(),
            Control::Ack => {}
        }
        let mut packet = Vec::with_capacity(tcp.size(bytes.len()));
        tcp.write(&mut packet, bytes).map_err(io::Error::other)?;
        Ok(packet)
    }
}

/// The sequence number of the byte at `offset` of a stream.
fn number(start: u32, offset: u64) -> u32 {
    start.wrapping_add((offset & u64::from(u32::MAX)) as u32)
}

/// The ranges of `length` bytes outside `holes`, which are counted from `header` on.
fn captured(length: usize, header: usize, holes: &[Hole]) -> Vec<Range<usize>> {
    let mut found = Vec::with_capacity(holes.len().saturating_add(1));
    let mut begin = 0;
    for hole in holes {
        let start = header.saturating_add(hole.offset as usize).min(length);
        found.push(begin..start);
        begin = start.saturating_add(hole.length as usize).min(length);
    }
    found.push(begin..length);
    found.retain(|range| !range.is_empty());
    found
}

/// A range in as few segments as it takes.
fn segments(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    range.clone().step_by(SEGMENT).map(move |start| start..start.saturating_add(SEGMENT).min(range.end))
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_left_out_and_long_ranges_cut_into_segments() {
        let holes = [Hole { offset: 10, length: 5 }, Hole { offset: 20, length: 100 }];
        assert_eq!(captured(50, 4, &holes), [0..14, 19..24]);
        assert_eq!(captured(50, 4, &[Hole { offset: 0, length: 3 }]), [0..4, 7..50]);
        assert_eq!(segments(5..(SEGMENT + 6)).collect::<Vec<_>>(), [5..(SEGMENT + 5), (SEGMENT + 5)..(SEGMENT + 6)]);
    }
}
