//! The same segment captured twice: by two mirror ports, or before and after an address translation.
//!
//! TCP never sends the same packet twice: what it sends again has another IP identification. So a packet with all that is
//! known of an earlier one is its copy. An address translation leaves sequence and acknowledgement numbers as they are, which
//! tells copies of a connection from other connections.

use super::side::{Flow, Side};
use crate::pdu::Timestamp;
use crate::segment::{TcpFlags, TcpSegment};
use rustc_hash::{FxHashMap, FxHasher};
use std::collections::VecDeque;
use std::hash::Hasher;

/// Segments remembered.
const REMEMBERED: usize = 4096;
/// Nanoseconds between the copies of a segment at two places of a network.
const NEAR: u64 = 1_000_000_000;
/// Nanoseconds between the copies of a segment without IP identification at one place: TCP sends nothing again as soon.
const AT_ONCE: u64 = 1_000_000;
/// Nanoseconds that an address translation holds a packet up. Some give it another identification.
const TRANSLATED: u64 = 20_000_000;
/// Bytes at the start of a payload that prove, with the numbers around it, that two connections are the same: a transport header and an SMB2 header.
const PROOF: usize = 68;
/// Sequence numbers below are not taken for random: captures made by generators count from 0.
const SMALL: u32 = 1 << 16;

/// A direction of a connection: the side that sends.
pub(super) type Sender = (Flow, Side);

/// What an address translation leaves as it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Content {
    sequence: u32,
    acknowledgement: Option<u32>,
    window: u16,
    flags: TcpFlags,
    length: u64,
}

/// A segment that was captured.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The direction it belongs to.
    sender: Sender,
    /// The addresses it was captured with.
    captured_as: Flow,
    identification: Option<u16>,
    time: Timestamp,
    prefix: u64,
}

/// The segments captured lately.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    seen: FxHashMap<Content, Seen>,
    order: VecDeque<Content>,
}

impl Mirror {
    /// Remembers a segment of the direction `sender`, captured with the addresses `captured_as`; says whether it is a copy of
    /// an earlier one.
    pub(super) fn is_copy(&mut self, segment: &TcpSegment<'_>, sender: Sender, captured_as: Flow) -> bool {
        let content = content(segment);
        let TcpSegment { identification, time, .. } = *segment;
        let now = Seen { sender, captured_as, identification, time, prefix: prefix(segment) };
        let Some(before) = self.seen.insert(content, now) else {
            self.order.push_back(content);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
            return false;
        };
        let limit = match (before.identification, identification) {
            (Some(before), Some(now)) if before == now => NEAR,
            _ if before.captured_as != captured_as => TRANSLATED,
            (None, None) => AT_ONCE,
            _ => return false,
        };
        before.sender == sender && time.0.abs_diff(before.time.0) <= limit
    }

    /// The direction of another connection that sent exactly what `segment` of the direction `sender` is, if that proves them
    /// to be the same.
    pub(super) fn proven_by(&self, segment: &TcpSegment<'_>, sender: Sender) -> Option<Sender> {
        if segment.payload.len() < PROOF || !is_random(segment.sequence, segment.acknowledgement?) {
            return None;
        }
        let seen = self.seen.get(&content(segment))?;
        let same = seen.sender.0 != sender.0 && seen.prefix == prefix(segment) && is_near(seen.time, segment.time);
        same.then_some(seen.sender)
    }
}

/// Whether two numbers of a connection look chosen at random, as TCP's initial sequence numbers are.
pub(super) fn is_random(sequence: u32, acknowledgement: u32) -> bool {
    sequence >= SMALL && acknowledgement >= SMALL
}

/// Whether copies of a segment may have these times.
pub(super) fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.0.abs_diff(other.0) <= NEAR
}

fn content(segment: &TcpSegment<'_>) -> Content {
    Content {
        sequence: segment.sequence,
        acknowledgement: segment.acknowledgement,
        window: segment.window,
        flags: segment.flags,
        length: (segment.payload.len() as u64).saturating_add(u64::from(segment.missing)),
    }
}

fn prefix(segment: &TcpSegment<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(segment.payload.get(..PROOF).unwrap_or(segment.payload));
    hasher.finish()
}
