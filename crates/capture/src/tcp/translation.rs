//! Connections that are another one, captured on the other side of an address translation (NAT, load balancer).

use super::mirror::{Sender, is_near, is_random};
use super::side::{Flow, Side};
use crate::pdu::Timestamp;
use rustc_hash::FxHashMap;

/// Translations that may follow each other on a packet's way.
const MAX_STEPS: usize = 4;

/// What the handshakes of a trace say about which connections are the same.
#[derive(Debug)]
pub(super) struct Translations {
    /// For addresses whose segments belong to another connection: the direction that their lower side's is.
    others: FxHashMap<Flow, Sender>,
    /// By the numbers of a SYN-ACK, the direction that first sent it and when.
    handshakes: FxHashMap<(u32, u32), (Sender, Timestamp)>,
    /// Bound on both.
    limit: usize,
}

/// What a SYN-ACK says of its connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Handshake {
    /// No other connection had its numbers.
    New,
    /// The same as that of this direction.
    Same(Sender),
    /// Another connection had its numbers, and may be the same.
    Doubtful,
}

impl Translations {
    pub(super) fn new(limit: usize) -> Self {
        Self { others: FxHashMap::default(), handshakes: FxHashMap::default(), limit: limit.max(1) }
    }

    /// Whether every segment belongs to the connection of its addresses.
    pub(super) fn is_empty(&self) -> bool {
        self.others.is_empty()
    }

    /// The direction that a segment captured as `sender`'s belongs to.
    pub(super) fn resolve(&self, sender: Sender) -> Sender {
        if self.others.is_empty() {
            return sender;
        }
        let step = |(flow, side): Sender| {
            let (other, low) = self.others.get(&flow)?;
            Some((*other, if side == Side::Low { *low } else { low.other() }))
        };
        let mut found = sender;
        for _ in 0..MAX_STEPS {
            match step(found) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    /// From now on, what is captured as `left`'s belongs to `kept`.
    pub(super) fn join(&mut self, left: Sender, kept: Sender) {
        if self.others.len() >= self.limit {
            self.others.clear();
        }
        let low = if left.1 == Side::Low { kept.1 } else { kept.1.other() };
        self.others.insert(left.0, (kept.0, low));
        self.others.remove(&kept.0);
    }

    /// The addresses `flow` are those of a connection of their own again.
    pub(super) fn part(&mut self, flow: Flow) {
        self.others.remove(&flow);
    }

    /// Takes the numbers of a SYN-ACK that `sender` sent.
    pub(super) fn handshake(&mut self, sender: Sender, sequence: u32, acknowledged: u32, time: Timestamp) -> Handshake {
        if self.handshakes.len() >= self.limit {
            self.handshakes.clear();
        }
        let (first, when) = *self.handshakes.entry((sequence, acknowledged)).or_insert((sender, time));
        if self.resolve(first) == sender {
            return Handshake::New;
        }
        if is_random(sequence, acknowledged) && is_near(when, time) {
            return Handshake::Same(first);
        }
        if is_near(when, time) {
            return Handshake::Doubtful;
        }
        self.handshakes.insert((sequence, acknowledged), (sender, time));
        Handshake::New
    }

    /// The direction of another connection that sent the segment which `sender` sends now, with these numbers and before any
    /// payload: the end of a handshake.
    pub(super) fn end_of_handshake(
        &self,
        sender: Sender,
        sequence: u32,
        acknowledged: u32,
        time: Timestamp,
    ) -> Option<Sender> {
        let (first, when) = self.handshakes.get(&(acknowledged.wrapping_sub(1), sequence))?;
        let other = (first.0, first.1.other());
        let same = is_random(sequence, acknowledged) && is_near(*when, time) && self.resolve(other).0 != sender.0;
        same.then_some(other)
    }
}
