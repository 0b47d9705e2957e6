//! A TCP connection: two streams, the order between them, and what it says to the outside.

use super::origin::mark;
use super::side::{Flow, Pair, Side};
use super::stream::{CloseMark, Stream};
use crate::counters::{Counters, count};
use crate::framing::{Framer, Outlet, direction};
use crate::limits::Limits;
use crate::pdu::{CloseKind, Direction, Endpoints, Event, Mark, Pdu, Timestamp};
use crate::segment::TcpSegment;
use std::collections::VecDeque;

/// Ports that SMB servers listen on: direct TCP, and the NetBIOS session service.
const SMB_PORTS: [u16; 2] = [445, 139];

/// Where what connections say is put together.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) events: VecDeque<Event>,
    /// Bytes of the bodies of PDUs that were ever among them.
    pub(super) bytes: u64,
    /// Connections announced so far.
    announced: u32,
    /// PDUs of one delivery, empty between deliveries.
    framed: Outlet,
}

/// One TCP connection.
#[derive(Debug)]
pub(super) struct Connection {
    flow: Flow,
    streams: Pair<Stream>,
    first: Mark,
    handshake: Handshake,
    /// The side that connected, once known.
    client: Option<Side>,
    /// Its number, once it was announced.
    number: Option<u32>,
    close_announced: bool,
    /// It carries another protocol.
    foreign: bool,
    /// Payload seen, until it is known to be SMB.
    payload_bytes: u64,
    last_frame: u64,
    /// The table will wake it.
    scheduled: bool,
}

/// What was seen of the connection's opening.
#[derive(Clone, Copy, Debug, Default)]
struct Handshake {
    syn: Option<Mark>,
    /// Sequence number that the client acknowledges to end the handshake.
    expected_ack: Option<u32>,
    round_trip_ns: Option<u64>,
}

impl Connection {
    /// The connection that `segment`, sent by `sender`, is the first of.
    pub(super) fn new(flow: Flow, sender: Side, segment: &TcpSegment<'_>) -> Self {
        let client = match (segment.flags.syn, segment.acknowledgement) {
            (true, None) => Some(sender),
            (true, Some(_)) => Some(sender.other()),
            (false, _) => client_by_port(flow),
        };
        Self {
            flow,
            streams: Pair { low: Stream::new(), high: Stream::new() },
            first: mark(segment.frame, segment.time, 0),
            handshake: Handshake::default(),
            client,
            number: None,
            close_announced: false,
            foreign: false,
            payload_bytes: 0,
            last_frame: segment.frame,
            scheduled: false,
        }
    }

    /// Whether its events have begun to come.
    pub(super) fn is_announced(&self) -> bool {
        self.number.is_some()
    }

    /// Its ends.
    pub(super) fn flow(&self) -> Flow {
        self.flow
    }

    /// Whether it has brought payload.
    pub(super) fn has_payload(&self) -> bool {
        self.payload_bytes > 0
    }

    pub(super) fn first_frame(&self) -> u64 {
        self.first.frame
    }

    pub(super) fn last_frame(&self) -> u64 {
        self.last_frame
    }

    /// Whether a SYN by `sender` with sequence number `sequence` begins another connection with the same ends.
    pub(super) fn is_other_than(&self, sender: Side, sequence: u32) -> bool {
        let start = sequence.wrapping_add(1);
        let stream = self.streams.of(sender);
        match stream.exact_start() {
            Some(known) => known != start,
            None => self.foreign || !stream.may_start_at(start),
        }
    }

    /// Whether segments come that belong to another connection with the same ends, whose SYN was not captured.
    pub(super) fn is_strange(&self) -> bool {
        self.streams.low.is_strange() || self.streams.high.is_strange()
    }

    /// Whether `segment`, sent by `sender`, is of another connection with the same ends, because this one was closed.
    pub(super) fn is_over_before(&self, sender: Side, segment: &TcpSegment<'_>) -> bool {
        self.streams.of(sender).is_over_before(segment)
    }

    /// Memory held beyond the connection itself, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.streams.low.cost().saturating_add(self.streams.high.cost())
    }

    /// The frame since which the connection has been waiting for acknowledged bytes, if it does and was not scheduled.
    pub(super) fn schedule(&mut self, limits: &Limits) -> Option<u64> {
        if self.scheduled {
            return None;
        }
        let (low, high) = (
            self.streams.low.waiting_since(limits.reorder_frames),
            self.streams.high.waiting_since(limits.reorder_frames),
        );
        let since = low.into_iter().chain(high).min();
        self.scheduled = since.is_some();
        since
    }

    /// Notes that what the connection was scheduled for happens.
    pub(super) fn unschedule(&mut self) {
        self.scheduled = false;
    }

    /// Takes a segment that `sender` sent.
    pub(super) fn handle(
        &mut self,
        sender: Side,
        segment: &TcpSegment<'_>,
        limits: &Limits,
        outbox: &mut Outbox,
        c: &mut Counters,
    ) {
        self.last_frame = segment.frame;
        if self.foreign {
            count(&mut c.non_smb_bytes, segment.payload.len() as u64);
            return;
        }
        if self.number.is_none() {
            self.payload_bytes = self.payload_bytes.saturating_add(segment.payload.len() as u64);
        }
        if segment.flags.syn {
            self.open(sender, segment);
        }
        self.round_trip(sender, segment);
        let (own, _) = self.streams.split(sender);
        own.heard(segment.sequence, segment.frame, limits.reorder_frames);
        let (receiver, _) = self.streams.split(sender.other());
        let acked = segment.acknowledgement.and_then(|ack| receiver.acknowledge(ack, segment.frame, c));
        let gate = receiver.gate();
        if !segment.payload.is_empty() || segment.missing > 0 {
            self.start_framing(sender);
        }
        let (own, _) = self.streams.split(sender);
        own.receive(segment, acked, gate, &mut outbox.framed, c);
        let how = match (segment.flags.rst, segment.flags.fin) {
            (true, _) => Some(CloseKind::Rst),
            (false, true) => Some(CloseKind::Fin),
            (false, false) => None,
        };
        if let Some(how) = how {
            own.closed(segment, how, mark(segment.frame, segment.time, 0), acked);
            if how == CloseKind::Rst {
                self.streams.of_mut(sender.other()).reset();
            }
        }
        self.announce(sender, outbox, c);
        self.advance(segment.frame, limits, outbox, c);
        while self.streams.of(sender).kept_back() > limits.out_of_order_bytes {
            count(&mut c.memory_bound_reached, 1);
            if !self.force(sender, segment.frame, limits, outbox, c) {
                break;
            }
        }
        self.look_for_smb(c);
    }

    /// Delivers what can be delivered at frame `now`.
    pub(super) fn advance(&mut self, now: u64, limits: &Limits, outbox: &mut Outbox, c: &mut Counters) {
        while !(self.streams.low.is_quiet() && self.streams.high.is_quiet()) {
            for side in [Side::Low, Side::High] {
                let (stream, _) = self.streams.split(side);
                stream.mature(now, limits.reorder_frames);
                if stream.give_up_matured(&mut outbox.framed, c) {
                    self.announce(side, outbox, c);
                }
            }
            let Some(side) = self.deliverable() else { return };
            self.deliver(side, outbox, c);
        }
    }

    /// Delivers everything that is kept back, whatever is missing before it.
    pub(super) fn flush(&mut self, now: u64, limits: &Limits, outbox: &mut Outbox, c: &mut Counters) {
        while let Some(side) = self.first_kept() {
            if !self.force(side, now, limits, outbox, c) {
                break;
            }
        }
    }

    /// Hands out unfinished PDUs, to give their memory back.
    pub(super) fn cut(&mut self, outbox: &mut Outbox, c: &mut Counters) {
        for side in [Side::Low, Side::High] {
            if let Some(framer) = self.streams.of_mut(side).framer() {
                framer.cut(&mut outbox.framed, c);
                self.announce(side, outbox, c);
            }
        }
    }

    /// Ends the connection with its trace, or because another one takes its place.
    pub(super) fn finish(&mut self, now: u64, limits: &Limits, outbox: &mut Outbox, c: &mut Counters) {
        if self.foreign {
            return;
        }
        self.flush(now, limits, outbox, c);
        for side in [Side::Low, Side::High] {
            self.streams.of_mut(side).finish(&mut outbox.framed, c);
            self.announce(side, outbox, c);
        }
        if self.number.is_none() {
            count(&mut c.non_smb_bytes, self.payload_bytes);
        }
    }

    /// Learns from a SYN or SYN-ACK where the streams start.
    fn open(&mut self, sender: Side, segment: &TcpSegment<'_>) {
        let start = segment.sequence.wrapping_add(1);
        if self.number.is_none() {
            self.client = Some(if segment.acknowledgement.is_none() { sender } else { sender.other() });
        }
        self.streams.of_mut(sender).start_at(start);
        match segment.acknowledgement {
            Some(ack) => {
                self.streams.of_mut(sender.other()).start_at(ack);
                self.handshake.expected_ack = Some(start);
            }
            None => self.handshake.syn = self.handshake.syn.or(Some(mark(segment.frame, segment.time, 0))),
        }
    }

    fn round_trip(&mut self, sender: Side, segment: &TcpSegment<'_>) {
        let Some(syn) = self.handshake.syn else { return };
        if !segment.flags.syn
            && self.handshake.round_trip_ns.is_none()
            && self.client == Some(sender)
            && segment.acknowledgement.is_some()
            && segment.acknowledgement == self.handshake.expected_ack
        {
            self.handshake.round_trip_ns = elapsed(syn.time, segment.time);
            self.handshake.expected_ack = None;
        }
    }

    fn start_framing(&mut self, sender: Side) {
        let expected = self.number.is_some() || client_by_port(self.flow).is_some();
        let direction = self.client.map(|client| direction_of(sender, client));
        let stream = self.streams.of_mut(sender);
        if !stream.has_framer() {
            stream.set_framer(Framer::new(stream.starts_exactly(), expected, direction));
        }
    }

    /// The side whose head can be delivered; of two, the one that came first.
    fn deliverable(&self) -> Option<Side> {
        let head = |side: Side| {
            let head = self.streams.of(side).head()?;
            (head.acked <= self.streams.of(side.other()).gate()).then_some((head.frame, side))
        };
        match (head(Side::Low), head(Side::High)) {
            (Some(low), Some(high)) => Some(if low.0 <= high.0 { low.1 } else { high.1 }),
            (low, high) => low.or(high).map(|(_, side)| side),
        }
    }

    fn first_kept(&self) -> Option<Side> {
        let kept = |side: Side| self.streams.of(side).first_kept().map(|frame| (frame, side));
        match (kept(Side::Low), kept(Side::High)) {
            (Some(low), Some(high)) => Some(if low.0 <= high.0 { low.1 } else { high.1 }),
            (low, high) => low.or(high).map(|(_, side)| side),
        }
    }

    /// Gets past what keeps `side` back; says whether there was anything.
    fn force(&mut self, side: Side, now: u64, limits: &Limits, outbox: &mut Outbox, c: &mut Counters) -> bool {
        match self.streams.of(side).head() {
            Some(head) => self.streams.of_mut(side.other()).pretend(head.acked),
            None if self.streams.of_mut(side).settle() => {}
            None => {
                if !self.streams.of_mut(side).give_up_gap(&mut outbox.framed, c) {
                    return false;
                }
                self.announce(side, outbox, c);
            }
        }
        self.advance(now, limits, outbox, c);
        true
    }

    fn deliver(&mut self, side: Side, outbox: &mut Outbox, c: &mut Counters) {
        let close = self.streams.of_mut(side).deliver_head(&mut outbox.framed, c);
        self.announce(side, outbox, c);
        let Some(close) = close else { return };
        if close.how == CloseKind::Rst
            && let Some(framer) = self.streams.of_mut(side.other()).framer()
        {
            framer.cut(&mut outbox.framed, c);
            self.announce(side.other(), outbox, c);
        }
        self.announce_close(side, close, outbox);
    }

    /// Says what was framed of `side`'s stream, and before the first PDU that there is a connection.
    fn announce(&mut self, side: Side, outbox: &mut Outbox, c: &mut Counters) {
        let Some(first) = outbox.framed.first() else { return };
        let client = self.client.unwrap_or_else(|| client_by_message(self.flow, side, &first.body));
        let number = match self.number {
            Some(number) => number,
            None => self.introduce(client, outbox, c),
        };
        let direction = direction_of(side, client);
        let Outbox { events, framed, bytes, .. } = outbox;
        events.extend(framed.drain().map(|framed| {
            *bytes = bytes.wrapping_add(framed.body.len() as u64);
            Event::Pdu(Pdu {
                connection: number,
                direction,
                body: framed.body,
                holes: framed.holes,
                first: framed.first,
                last: framed.last,
                stream_end: framed.stream_end,
                acked: framed.acked,
            })
        }));
    }

    fn introduce(&mut self, client: Side, outbox: &mut Outbox, c: &mut Counters) -> u32 {
        let number = outbox.announced;
        outbox.announced = number.saturating_add(1);
        self.number = Some(number);
        self.client = Some(client);
        for side in [Side::Low, Side::High] {
            if let Some(framer) = self.streams.of_mut(side).framer() {
                framer.expect(direction_of(side, client));
            }
        }
        let handshake = self.streams.of(client).starts_exactly();
        count(&mut c.smb_connections, 1);
        count(&mut c.midstream_connections, u64::from(!handshake));
        outbox.events.push_back(Event::Connect {
            connection: number,
            endpoints: Endpoints { client: self.flow.of(client), server: self.flow.of(client.other()) },
            at: self.handshake.syn.unwrap_or(self.first),
            handshake,
            round_trip_ns: self.handshake.round_trip_ns,
        });
        number
    }

    fn announce_close(&mut self, side: Side, close: CloseMark, outbox: &mut Outbox) {
        let (Some(connection), Some(client), false) = (self.number, self.client, self.close_announced) else { return };
        self.close_announced = true;
        outbox.events.push_back(Event::Close {
            connection,
            by: direction_of(side, client),
            how: close.how,
            at: close.at,
            acked: close.acked,
        });
    }

    /// Forgets everything about a connection whose first bytes show another protocol.
    fn look_for_smb(&mut self, c: &mut Counters) {
        if self.number.is_some() {
            return;
        }
        let foreign = |stream: &mut Stream| stream.framer().is_some_and(|framer| framer.is_foreign());
        if foreign(&mut self.streams.low) || foreign(&mut self.streams.high) {
            self.foreign = true;
            self.streams = Pair { low: Stream::new(), high: Stream::new() };
            count(&mut c.non_smb_bytes, self.payload_bytes);
        }
    }
}

fn direction_of(sender: Side, client: Side) -> Direction {
    if sender == client { Direction::ClientToServer } else { Direction::ServerToClient }
}

/// The client, when exactly one side has a port that SMB servers listen on.
fn client_by_port(flow: Flow) -> Option<Side> {
    match (SMB_PORTS.contains(&flow.port(Side::Low)), SMB_PORTS.contains(&flow.port(Side::High))) {
        (true, false) => Some(Side::High),
        (false, true) => Some(Side::Low),
        _ => None,
    }
}

/// The client, by the first message: a response is sent by the server. When that is encrypted, the higher port is taken for
/// the client's.
fn client_by_message(flow: Flow, sender: Side, body: &[u8]) -> Side {
    match direction(body) {
        Some(Direction::ClientToServer) => sender,
        Some(Direction::ServerToClient) => sender.other(),
        None if flow.port(Side::Low) >= flow.port(Side::High) => Side::Low,
        None => Side::High,
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Option<u64> {
    u64::try_from(to.0.checked_sub(from.0)?).ok()
}
