//! All connections of a trace.

use super::connection::{Connection, Outbox};
use super::side::{Flow, flow};
use crate::counters::{Counters, count};
use crate::limits::Limits;
use crate::pdu::Event;
use crate::segment::TcpSegment;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// The connections of a trace, by their ends.
#[derive(Debug)]
pub(crate) struct Table {
    limits: Limits,
    connections: FxHashMap<Flow, Box<Connection>>,
    /// Connections that were replaced or evicted and still have to say what they kept.
    retired: VecDeque<Box<Connection>>,
    /// Frames at which connections stop waiting for acknowledged bytes, ascending.
    deadlines: VecDeque<(u64, Flow)>,
    /// Sequence numbers of the handshakes seen: of the server's and the client's first byte. The connection, and another
    /// one with the same, if there was one.
    handshakes: FxHashMap<(u32, u32), (Flow, Option<Flow>)>,
    outbox: Outbox,
    /// Memory that connections hold.
    cost: usize,
    now: u64,
    finished: bool,
}

impl Table {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            connections: FxHashMap::default(),
            retired: VecDeque::new(),
            deadlines: VecDeque::new(),
            handshakes: FxHashMap::default(),
            outbox: Outbox::default(),
            cost: 0,
            now: 0,
            finished: false,
        }
    }

    /// Takes a segment.
    pub(crate) fn handle(&mut self, segment: &TcpSegment<'_>, c: &mut Counters) {
        let (flow, sender) = flow(segment.source, segment.destination);
        if segment.flags.syn
            && let Some(acknowledged) = segment.acknowledgement
        {
            self.recognise((segment.sequence, acknowledged), flow, c);
        }
        let known = self.connections.get(&flow);
        let opens = segment.flags.syn && segment.acknowledgement.is_none();
        let replaced =
            known.is_some_and(|known| known.is_strange() || (opens && known.is_other_than(sender, segment.sequence)));
        if replaced {
            count(&mut c.port_reuses, 1);
            self.retire(flow);
        }
        if !self.connections.contains_key(&flow) {
            self.make_room(c);
            count(&mut c.connections, 1);
        }
        let connection =
            self.connections.entry(flow).or_insert_with(|| Box::new(Connection::new(flow, sender, segment)));
        let cost = connection.cost();
        connection.handle(sender, segment, &self.limits, &mut self.outbox, c);
        self.cost = self.cost.saturating_sub(cost).saturating_add(connection.cost());
        if let Some(since) = connection.schedule() {
            self.deadlines.push_back((since.saturating_add(self.limits.reorder_frames), flow));
        }
        if self.cost > self.limits.buffered_bytes {
            self.relieve(c);
        }
    }

    /// Lets the trace reach frame `now`: connections that have waited long enough go on.
    pub(crate) fn reach(&mut self, now: u64, c: &mut Counters) {
        self.now = now;
        while let Some((_, flow)) = self.deadlines.pop_front_if(|(deadline, _)| *deadline <= now) {
            let Some(connection) = self.connections.get_mut(&flow) else { continue };
            let cost = connection.cost();
            connection.unschedule();
            connection.advance(now, &self.limits, &mut self.outbox, c);
            self.cost = self.cost.saturating_sub(cost).saturating_add(connection.cost());
            if let Some(since) = connection.schedule() {
                // The queue stays nearly ascending: this one waited behind frames that are all at least as old.
                self.deadlines.push_back((since.saturating_add(self.limits.reorder_frames), flow));
            }
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
            if let Some(event) = self.outbox.events.pop_front() {
                return Some(event);
            }
            let mut connection = self.retired.pop_front()?;
            connection.finish(self.now, &self.limits, &mut self.outbox, c);
        }
    }

    /// Counts a connection whose handshake another one with other ends had: the same packets before and after an address
    /// translation. Both are kept, as nothing says which of them the user means.
    fn recognise(&mut self, handshake: (u32, u32), flow: Flow, c: &mut Counters) {
        if self.handshakes.len() >= self.limits.connections {
            self.handshakes.clear();
        }
        let (first, second) = self.handshakes.entry(handshake).or_insert((flow, None));
        if *first != flow && *second != Some(flow) {
            *second = Some(flow);
            count(&mut c.translated_connections, 1);
        }
    }

    fn retire(&mut self, flow: Flow) {
        if let Some(connection) = self.connections.remove(&flow) {
            self.cost = self.cost.saturating_sub(connection.cost());
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
            if self.cost <= self.limits.buffered_bytes / 2 {
                return;
            }
            let Some(connection) = self.connections.get_mut(&flow) else { continue };
            let cost = connection.cost();
            connection.flush(self.now, &self.limits, &mut self.outbox, c);
            connection.cut(&mut self.outbox, c);
            self.cost = self.cost.saturating_sub(cost).saturating_add(connection.cost());
        }
    }

    /// Retires the connections that have been silent for longest when there are too many: half of them, so that it is done
    /// rarely.
    fn make_room(&mut self, c: &mut Counters) {
        if self.connections.len() < self.limits.connections.max(1) {
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
