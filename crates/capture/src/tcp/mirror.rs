//! The same segment captured twice: by two mirror ports, or before and after an address translation.
//!
//! TCP never sends the same packet twice: what it sends again has another IP identification. So a packet with all that is
//! known of an earlier one is its copy. An address translation leaves sequence and acknowledgement numbers as they are, which
//! tells copies of a connection from other connections.

use super::side::{Flow, Side};
use crate::pdu::Timestamp;
use crate::segment::{TcpFlags, TcpSegment};
use rustc_hash::FxHasher;
use std::hash::{Hash as _, Hasher as _};

/// Segments remembered.
const REMEMBERED: usize = 4096;
/// Chains in which they are looked for.
const CHAINS: usize = 2 * REMEMBERED;
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Content {
    sequence: u32,
    acknowledgement: Option<u32>,
    window: u16,
    flags: TcpFlags,
    length: u32,
}

/// What copies of a segment have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Likeness {
    content: Content,
    hash: u64,
}

/// A segment that was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The direction it belongs to.
    sender: Sender,
    /// The hash of the addresses it was captured with.
    captured_as: u64,
    content: Content,
    identification: Option<u16>,
    time: Timestamp,
    prefix: u64,
}

/// The segments captured lately. They are found through chains from the latest to earlier ones, as most segments have no copy:
/// then nothing but a few numbers is looked at.
#[derive(Debug)]
pub(super) struct Mirror {
    /// The segment with number `n` is at `n % REMEMBERED`.
    seen: Vec<Seen>,
    /// Beside each, the upper half of its hash and the number of the one before it in its chain.
    links: Vec<(u32, u32)>,
    /// The number of the latest segment of each chain; a number of long ago stands for none.
    chains: Vec<u32>,
    /// The number that the next segment gets. Numbers start again after the greatest: one that is taken for a later one leads
    /// to a segment with another content.
    next: u32,
}

impl Default for Mirror {
    fn default() -> Self {
        Self { seen: Vec::new(), links: Vec::new(), chains: vec![0; CHAINS], next: 1 << 31 }
    }
}

impl Content {
    /// In two numbers: this is done for each packet.
    fn hash(&self) -> u64 {
        let Self { sequence, acknowledgement, window, flags: TcpFlags { syn, fin, rst }, length } = *self;
        let flags =
            [acknowledgement.is_some(), syn, fin, rst].into_iter().fold(0, |bits, flag| bits << 1 | u64::from(flag));
        let mut hasher = FxHasher::default();
        hasher.write_u64(u64::from(sequence) << 32 | u64::from(acknowledgement.unwrap_or(0)));
        hasher.write_u64(u64::from(length) << 20 | u64::from(window) << 4 | flags);
        hasher.finish()
    }
}

impl Likeness {
    /// What copies of `segment` have in common with it.
    pub(super) fn of(segment: &TcpSegment<'_>) -> Self {
        let content = Content {
            sequence: segment.sequence,
            acknowledgement: segment.acknowledgement,
            window: segment.window,
            flags: segment.flags,
            length: u32::try_from(segment.payload.len()).unwrap_or(u32::MAX).saturating_add(segment.missing),
        };
        Self { content, hash: content.hash() }
    }

    fn chain(&self) -> usize {
        (self.hash as usize) & (CHAINS - 1)
    }

    fn upper(&self) -> u32 {
        (self.hash >> 32) as u32
    }
}

impl Mirror {
    /// Remembers a segment of the direction `sender`, captured with the addresses `captured_as`.
    pub(super) fn remember(
        &mut self,
        segment: &TcpSegment<'_>,
        likeness: &Likeness,
        sender: Sender,
        captured_as: Flow,
    ) {
        let TcpSegment { identification, time, .. } = *segment;
        let (content, captured_as) = (likeness.content, hash_of(captured_as));
        self.enter(likeness, Seen { sender, captured_as, content, identification, time, prefix: prefix(segment) });
    }

    /// The latest segment with this likeness.
    pub(super) fn latest(&self, likeness: &Likeness) -> Option<&Seen> {
        let age = |number: u32| self.next.wrapping_sub(number) as usize;
        let mut number = *self.chains.get(likeness.chain())?;
        let mut youngest = 0;
        // Each is older than the one before it, or has been overwritten since.
        while age(number) <= REMEMBERED && age(number) > youngest {
            youngest = age(number);
            let (upper, before) = *self.links.get(place(number))?;
            if upper == likeness.upper() {
                let seen = self.seen.get(place(number)).filter(|seen| seen.content == likeness.content);
                if seen.is_some() {
                    return seen;
                }
            }
            number = before;
        }
        None
    }

    fn enter(&mut self, likeness: &Likeness, seen: Seen) {
        let number = self.next;
        self.next = number.wrapping_add(1);
        let Some(chain) = self.chains.get_mut(likeness.chain()) else { return };
        let link = (likeness.upper(), std::mem::replace(chain, number));
        match (self.seen.get_mut(place(number)), self.links.get_mut(place(number))) {
            (Some(old), Some(old_link)) => (*old, *old_link) = (seen, link),
            _ => {
                self.seen.resize(place(number).saturating_add(1), seen);
                self.links.resize(place(number).saturating_add(1), link);
            }
        }
    }
}

impl Seen {
    /// Whether `segment`, which is like this, of the direction `sender` and captured with the addresses `captured_as`, is a copy
    /// of it.
    pub(super) fn is_copied_by(&self, segment: &TcpSegment<'_>, sender: Sender, captured_as: Flow) -> bool {
        let limit = match (self.identification, segment.identification) {
            (Some(before), Some(now)) if before == now => NEAR,
            _ if self.captured_as != hash_of(captured_as) => TRANSLATED,
            (None, None) => AT_ONCE,
            _ => return false,
        };
        self.sender == sender && segment.time.0.abs_diff(self.time.0) <= limit
    }

    /// The direction of another connection that sent this, if that proves it to be the one of `segment`, which is like this and
    /// of the direction `sender`.
    pub(super) fn proves(&self, segment: &TcpSegment<'_>, sender: Sender) -> Option<Sender> {
        if segment.payload.len() < PROOF || !is_random(segment.sequence, segment.acknowledgement?) {
            return None;
        }
        let same = self.sender.0 != sender.0 && self.prefix == prefix(segment) && is_near(self.time, segment.time);
        same.then_some(self.sender)
    }
}

/// Where the segment with this number is.
fn place(number: u32) -> usize {
    (number as usize) % REMEMBERED
}

/// Whether two numbers of a connection look chosen at random, as TCP's initial sequence numbers are.
pub(super) fn is_random(sequence: u32, acknowledgement: u32) -> bool {
    sequence >= SMALL && acknowledgement >= SMALL
}

/// Whether copies of a segment may have these times.
pub(super) fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.0.abs_diff(other.0) <= NEAR
}

fn hash_of(flow: Flow) -> u64 {
    let mut hasher = FxHasher::default();
    flow.hash(&mut hasher);
    hasher.finish()
}

fn prefix(segment: &TcpSegment<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(segment.payload.get(..PROOF).unwrap_or(segment.payload));
    hasher.finish()
}
