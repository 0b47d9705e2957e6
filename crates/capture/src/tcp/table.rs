//! All connections of a trace.

use super::connection::{Connection, Outbox};
use super::mirror::{Likeness, Mirror, Seen, Sender};
use super::side::{Flow, Side, flow};
use super::translation::{Handshake, Translations};
use crate::counters::{Counters, count};
use crate::limits::Limits;
use crate::pdu::Event;
use crate::segment::TcpSegment;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::VecDeque;

/// The connections of a trace, by their ends.
#[derive(Debug)]
pub(crate) struct Table {
    connections: FxHashMap<Flow, Box<Connection>>,
    /// Connections that were replaced or evicted and still have to say what they kept.
    retired: VecDeque<Box<Connection>>,
    mirror: Mirror,
    translations: Translations,
    delivery: Delivery,
    now: u64,
    finished: bool,
}

/// Where connections deliver to, and what they hold.
#[derive(Debug)]
struct Delivery {
    limits: Limits,
    outbox: Outbox,
    /// Frames at which connections stop waiting for acknowledged bytes, ascending.
    deadlines: VecDeque<(u64, Flow)>,
    /// Memory that connections hold.
    cost: usize,
}

impl Delivery {
    /// Lets `connection` do what `act` says, and keeps account of what it holds and waits for.
    fn account(&mut self, connection: &mut Connection, act: impl FnOnce(&mut Connection, &mut Outbox, &Limits)) {
        let before = connection.cost();
        act(connection, &mut self.outbox, &self.limits);
        self.cost = self.cost.saturating_sub(before).saturating_add(connection.cost());
        if let Some(since) = connection.schedule(&self.limits) {
            self.deadlines.push_back((since.saturating_add(self.limits.reorder_frames), connection.flow()));
        }
    }
}

impl Table {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            connections: FxHashMap::default(),
            retired: VecDeque::new(),
            mirror: Mirror::default(),
            translations: Translations::new(limits.connections),
            delivery: Delivery { limits, outbox: Outbox::default(), deadlines: VecDeque::new(), cost: 0 },
            now: 0,
            finished: false,
        }
    }

    /// Takes a segment.
    pub(crate) fn handle(&mut self, segment: &TcpSegment<'_>, c: &mut Counters) {
        let captured_as = flow(segment.source, segment.destination);
        let likeness = Likeness::of(segment);
        let like = self.mirror.latest(&likeness).copied();
        let Self { connections, mirror, translations, delivery, .. } = self;
        let (flow, sender) = captured_as;
        let alike = like.is_some() || segment.flags.syn || !translations.is_empty();
        // Most segments are like no other, and belong to a connection that is under way.
        match connections.get_mut(&flow).filter(|known| known.has_payload() && !is_other(known, sender, segment)) {
            Some(known) if !alike => {
                mirror.remember(segment, &likeness, captured_as, flow);
                delivery.account(known, |known, outbox, limits| known.handle(sender, segment, limits, outbox, c));
            }
            _ => self.handle_closely(segment, &likeness, like, captured_as, c),
        }
        if self.delivery.cost > self.delivery.limits.buffered_bytes {
            self.relieve(c);
        }
    }

    /// Takes a segment of which it has to be found out what it belongs to: it begins a connection, or is like an earlier one.
    fn handle_closely(
        &mut self,
        segment: &TcpSegment<'_>,
        likeness: &Likeness,
        like: Option<Seen>,
        captured_as: Sender,
        c: &mut Counters,
    ) {
        let (flow, sender) = self.belongs_to(segment, like, captured_as, c);
        let mirrored = like.is_some_and(|like| like.is_copied_by(segment, (flow, sender), captured_as.0));
        self.mirror.remember(segment, likeness, (flow, sender), captured_as.0);
        count(&mut c.mirrored_segments, u64::from(mirrored));
        let segment = &TcpSegment { mirrored, ..*segment };
        if self.connections.get(&flow).is_none_or(|known| is_other(known, sender, segment)) {
            self.begin(flow, sender, segment, c);
        }
        let Self { connections, delivery, .. } = self;
        let Some(known) = connections.get_mut(&flow) else { return };
        delivery.account(known, |known, outbox, limits| known.handle(sender, segment, limits, outbox, c));
    }

    /// Begins a connection, in the place of another one with the same ends if there is one.
    fn begin(&mut self, flow: Flow, sender: Side, segment: &TcpSegment<'_>, c: &mut Counters) {
        if self.connections.contains_key(&flow) {
            count(&mut c.port_reuses, 1);
            self.retire(flow);
        }
        self.make_room(c);
        count(&mut c.connections, 1);
        self.connections.insert(flow, Box::new(Connection::new(flow, sender, segment)));
    }

    /// Lets the trace reach frame `now`: connections that have waited long enough go on.
    pub(crate) fn reach(&mut self, now: u64, c: &mut Counters) {
        self.now = now;
        let Self { connections, delivery, .. } = self;
        while let Some((_, flow)) = delivery.deadlines.pop_front_if(|(deadline, _)| *deadline <= now) {
            let Some(known) = connections.get_mut(&flow) else { continue };
            known.unschedule();
            // The queue stays nearly ascending: this one waited behind frames that are all at least as old.
            delivery.account(known, |known, outbox, limits| known.advance(now, limits, outbox, c));
        }
    }

    /// Ends the trace: everything kept will come out of [`Table::poll`].
    pub(crate) fn finish(&mut self) {
        self.finished = true;
        let mut left: Vec<_> = self.connections.drain().map(|(_, connection)| connection).collect();
        left.sort_unstable_by_key(|connection| connection.last_frame());
        self.retired.extend(left);
    }

    /// The next event.
    pub(crate) fn poll(&mut self, c: &mut Counters) -> Option<Event> {
        loop {
            if let Some(event) = self.delivery.outbox.events.pop_front() {
                return Some(event);
            }
            if !self.finish_retired(c) {
                return None;
            }
        }
    }

    /// The events that wait. Those of connections that are over come with [`Table::finish_retired`].
    pub(crate) fn events(&mut self) -> &mut VecDeque<Event> {
        &mut self.delivery.outbox.events
    }

    /// Bytes of the bodies of all PDUs so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.delivery.outbox.bytes
    }

    /// Lets a connection that is over say what it kept; says whether there was one.
    pub(crate) fn finish_retired(&mut self, c: &mut Counters) -> bool {
        let Some(mut connection) = self.retired.pop_front() else { return false };
        connection.finish(self.now, &self.delivery.limits, &mut self.delivery.outbox, c);
        true
    }

    /// The direction that a segment belongs to which was captured as one of `captured_as`: often that, and that of another
    /// connection if this one is its copy behind an address translation.
    fn belongs_to(
        &mut self,
        segment: &TcpSegment<'_>,
        like: Option<Seen>,
        captured_as: Sender,
        c: &mut Counters,
    ) -> Sender {
        let mut sender = self.translations.resolve(captured_as);
        let opens = segment.flags.syn && segment.acknowledgement.is_none();
        if sender != captured_as && opens {
            let known = self.connections.get(&sender.0);
            if known.is_none_or(|known| known.is_other_than(sender.1, segment.sequence)) {
                self.translations.part(captured_as.0);
                sender = captured_as;
            }
        }
        let same = match segment.acknowledgement {
            Some(acknowledged) if segment.flags.syn => {
                match self.translations.handshake(sender, segment.sequence, acknowledged, segment.time) {
                    Handshake::New => None,
                    Handshake::Same(other) => Some(other),
                    Handshake::Doubtful => {
                        count(&mut c.possibly_translated_connections, 1);
                        None
                    }
                }
            }
            Some(acknowledged) if !self.connections.get(&sender.0).is_some_and(|known| known.has_payload()) => {
                let TcpSegment { sequence, time, .. } = *segment;
                let end = self.translations.end_of_handshake(sender, sequence, acknowledged, time);
                end.or_else(|| like.and_then(|like| like.proves(segment, sender)))
            }
            _ => like.and_then(|like| like.proves(segment, sender)),
        };
        match same.map(|other| self.translations.resolve(other)) {
            Some(other) if other.0 != sender.0 => self.join(sender, other, c),
            _ => sender,
        }
    }

    /// Makes one of two connections that are the same; returns the direction that stays.
    fn join(&mut self, one: Sender, other: Sender, c: &mut Counters) -> Sender {
        let rank = |sender: Sender| {
            let known = self.connections.get(&sender.0)?;
            Some((known.is_announced(), known.has_payload(), Reverse(known.first_frame())))
        };
        let (kept, left) = if rank(one) > rank(other) { (one, other) } else { (other, one) };
        self.translations.join(left, kept);
        count(&mut c.translated_connections, 1);
        if self.connections.get(&left.0).is_some_and(|known| known.is_announced() || known.has_payload()) {
            self.retire(left.0);
        } else if let Some(known) = self.connections.remove(&left.0) {
            self.delivery.cost = self.delivery.cost.saturating_sub(known.cost());
            c.connections = c.connections.saturating_sub(1);
        }
        kept
    }

    fn retire(&mut self, flow: Flow) {
        if let Some(connection) = self.connections.remove(&flow) {
            self.delivery.cost = self.delivery.cost.saturating_sub(connection.cost());
            self.retired.push_back(connection);
        }
    }

    /// Makes connections hand out what they keep, those that have been silent for longest first, until half of the bound on
    /// memory is free.
    fn relieve(&mut self, c: &mut Counters) {
        count(&mut c.memory_bound_reached, 1);
        let holders = self.connections.iter().filter(|(_, connection)| connection.cost() > 0);
        let mut holders: Vec<_> = holders.map(|(flow, connection)| (connection.last_frame(), *flow)).collect();
        holders.sort_unstable_by_key(|(last_frame, _)| *last_frame);
        for (_, flow) in holders {
            if self.delivery.cost <= self.delivery.limits.buffered_bytes / 2 {
                return;
            }
            let Some(connection) = self.connections.get_mut(&flow) else { continue };
            let cost = connection.cost();
            connection.flush(self.now, &self.delivery.limits, &mut self.delivery.outbox, c);
            connection.cut(&mut self.delivery.outbox, c);
            self.delivery.cost = self.delivery.cost.saturating_sub(cost).saturating_add(connection.cost());
        }
    }

    /// Retires the connections that have been silent for longest when there are too many: half of them, so that it is done
    /// rarely.
    fn make_room(&mut self, c: &mut Counters) {
        if self.connections.len() < self.delivery.limits.connections.max(1) {
            return;
        }
        let mut ages: Vec<_> = self.connections.iter().map(|(flow, known)| (known.last_frame(), *flow)).collect();
        let half = ages.len().div_ceil(2);
        ages.sort_unstable_by_key(|(last_frame, _)| *last_frame);
        for (_, flow) in ages.into_iter().take(half) {
            count(&mut c.connections_evicted, 1);
            self.retire(flow);
        }
    }
}

/// Whether `segment`, sent by `sender`, is not of the connection `known` with the same ends, but of a later one.
fn is_other(known: &Connection, sender: Side, segment: &TcpSegment<'_>) -> bool {
    let opens = segment.flags.syn && segment.acknowledgement.is_none();
    known.is_strange()
        || known.is_over_before(sender, segment)
        || (opens && known.is_other_than(sender, segment.sequence))
}
