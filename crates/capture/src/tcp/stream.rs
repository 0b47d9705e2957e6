//! One direction of a connection: segments in any order to bytes in order.

use super::Origin;
use super::pending::{Content, Pending};
use crate::counters::{Counters, count};
use crate::framing::{Framer, Outlet};
use crate::pdu::{CloseKind, Mark};
use crate::segment::TcpSegment;
use std::collections::VecDeque;
use std::ops::Range;

/// How far beyond everything seen an acknowledgement is believed: more than any window of lost packets.
const PLAUSIBLE_JUMP: u64 = 64 << 20;

/// Where the first byte known of a stream is put whose beginning was not captured: there is room before it, because a
/// capture that is out of order may bring earlier bytes a little later.
const ROOM_BEFORE: u64 = 1 << 20;

/// How far behind its end a direction brings nothing more: what comes there is another connection's. A reset that the receiver
/// ignored, and a packet of a network device that names a wrong number, are no further off.
const BEHIND_END: u64 = 1 << 20;

/// Segments far before everything expected, in a row, that make the direction another connection's.
const STRANGE_SEGMENTS: u8 = 4;

/// The FIN or RST of a direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct CloseMark {
    /// Offset just after the last byte before it.
    pub(super) offset: u64,
    pub(super) how: CloseKind,
    pub(super) at: Mark,
    pub(super) acked: Option<u64>,
}

/// The receiver's acknowledgement of bytes that have not been seen.
#[derive(Clone, Copy, Debug)]
struct Promise {
    upto: u64,
    /// Frame of the acknowledgement.
    frame: u64,
}

/// One direction of a connection.
#[derive(Debug)]
pub(super) struct Stream {
    /// A segment of this direction was captured.
    seen: bool,
    /// Where the stream begins, once known.
    base: Option<Base>,
    /// Offset of the first byte: 0 if a SYN told it before any other segment.
    begin: u64,
    /// Frame from which on the first byte known is taken for the first one.
    settled_at: Option<u64>,
    /// Bytes were delivered or given up.
    started: bool,
    /// Offset of the next byte to deliver.
    next: u64,
    pending: Pending,
    /// Acknowledgements that are ahead of `next`, ascending.
    promises: VecDeque<Promise>,
    /// Up to here, missing bytes are not waited for any longer.
    matured: u64,
    /// The receiver's last acknowledgement.
    last_ack: Option<u32>,
    /// The FIN or RST that was not delivered yet.
    close: Option<CloseMark>,
    /// Offset of a FIN: its own sequence number is acknowledged like a byte.
    fin: Option<u64>,
    /// Where the direction ended, by its FIN or by a RST of either.
    end: Option<u64>,
    /// Nothing of this direction came since bytes of it were given up: it seems not to be captured.
    silent: bool,
    last_hole: Range<u64>,
    strange_segments: u8,
    framer: Option<Framer>,
}

/// The sequence number of offset 0.
#[derive(Clone, Copy, Debug)]
struct Base {
    sequence: u32,
    /// Known from a SYN, not from the first bytes or acknowledgements of a connection that was open before.
    exact: bool,
}

/// What is at the front of a direction and could be delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Frame that brought it.
    pub(super) frame: u64,
    /// What the other direction must have delivered before.
    pub(super) acked: u64,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            seen: false,
            base: None,
            begin: 0,
            settled_at: None,
            started: false,
            next: 0,
            pending: Pending::default(),
            promises: VecDeque::new(),
            matured: 0,
            last_ack: None,
            close: None,
            fin: None,
            end: None,
            silent: false,
            last_hole: 0..0,
            strange_segments: 0,
            framer: None,
        }
    }

    pub(super) fn framer(&mut self) -> Option<&mut Framer> {
        self.framer.as_mut()
    }

    pub(super) fn has_framer(&self) -> bool {
        self.framer.is_some()
    }

    pub(super) fn set_framer(&mut self, framer: Framer) {
        self.framer = Some(framer);
    }

    /// Whether the stream is captured, or known, from its first byte on.
    pub(super) fn starts_exactly(&self) -> bool {
        self.base.is_some_and(|base| base.exact)
    }

    /// Sequence number of the first byte, when a SYN or its acknowledgement told it.
    pub(super) fn exact_start(&self) -> Option<u32> {
        self.base.filter(|base| base.exact).map(|base| base.sequence.wrapping_add(self.begin as u32))
    }

    /// Whether nothing known speaks against the stream starting at `sequence`.
    pub(super) fn may_start_at(&self, sequence: u32) -> bool {
        let Some(offset) = self.offset_of(sequence) else { return true };
        if self.is_unsettled() {
            return self.could_begin_at(offset).is_some();
        }
        u64::try_from(offset) == Ok(self.begin)
    }

    /// Learns from a SYN, or from the acknowledgement of one, that the stream starts at `sequence`.
    pub(super) fn start_at(&mut self, sequence: u32) {
        if self.started || self.starts_exactly() {
            return;
        }
        match (self.base, self.offset_of(sequence)) {
            (Some(base), Some(offset)) => {
                let Some(begin) = self.could_begin_at(offset) else { return };
                self.base = Some(Base { exact: true, ..base });
                (self.begin, self.next) = (begin, begin);
            }
            _ => self.base = Some(Base { sequence, exact: true }),
        }
        if let Some(framer) = &mut self.framer {
            framer.starts_here();
        }
    }

    /// Notes that a segment of this direction came in frame `frame`, whose first byte has `sequence`.
    pub(super) fn heard(&mut self, sequence: u32, frame: u64, patience: u64) {
        self.silent = false;
        self.seen = true;
        if self.base.is_none() {
            self.base = Some(Base { sequence: sequence.wrapping_sub(ROOM_BEFORE as u32), exact: false });
            (self.begin, self.next) = (ROOM_BEFORE, ROOM_BEFORE);
            self.settled_at = Some(frame.saturating_add(patience));
        } else if self.is_unsettled()
            && let Some(begin) = self.offset_of(sequence).and_then(|offset| self.could_begin_at(offset))
        {
            (self.begin, self.next) = (begin, begin);
        }
    }

    /// Whether earlier bytes than those known may still come: the beginning was not captured, or comes late.
    fn is_unsettled(&self) -> bool {
        !self.started && !self.starts_exactly() && self.settled_at.is_some()
    }

    /// Takes the first byte known for the first one; says whether that was still open.
    pub(super) fn settle(&mut self) -> bool {
        let open = self.is_unsettled();
        self.settled_at = None;
        open
    }

    /// Where the next segment begins if no bytes before it are missing: where the beginning is open all bytes are kept back.
    fn in_order(&self) -> u64 {
        if self.is_unsettled() { self.known() } else { self.next }
    }

    /// `offset`, if the stream can begin there for all that is known.
    fn could_begin_at(&self, offset: i64) -> Option<u64> {
        let first = self.pending.first().map_or(self.next, |(first, _)| first.max(self.next));
        u64::try_from(offset).ok().filter(|offset| *offset <= first)
    }

    /// The stream offset of sequence number `sequence`, negative before the start.
    pub(super) fn offset_of(&self, sequence: u32) -> Option<i64> {
        let base = self.base?;
        let expected = base.sequence.wrapping_add(self.next as u32);
        i64::try_from(self.next).ok()?.checked_add(distance(expected, sequence))
    }

    /// The stream offset that acknowledgement number `ack` of the other direction stands for: 0 before the start, and the
    /// end for the acknowledgement of a FIN. `None` when nothing of this direction has been captured.
    pub(super) fn acknowledged_offset(&self, ack: u32) -> Option<u64> {
        if !self.seen {
            return None;
        }
        let offset = u64::try_from(self.offset_of(ack)?).unwrap_or(0);
        Some(self.without_fin(offset))
    }

    /// Takes an acknowledgement by the receiver; returns the offset it stands for if it is believed.
    pub(super) fn acknowledge(&mut self, ack: u32, frame: u64, c: &mut Counters) -> Option<u64> {
        let Some(upto) = self.acknowledged_offset(ack) else {
            self.last_ack = Some(ack);
            return None;
        };
        let horizon = self.known().saturating_add(PLAUSIBLE_JUMP);
        if upto > horizon {
            count(&mut c.implausible_acknowledgements, 1);
            return None;
        }
        self.last_ack = Some(ack);
        if upto > self.next {
            if self.silent {
                self.matured = self.matured.max(upto);
            } else if self.promises.back().is_none_or(|last| upto > last.upto) {
                self.promises.push_back(Promise { upto, frame });
            }
        }
        Some(upto)
    }

    /// Takes the payload of a segment. `gate` is how far the other direction has been delivered.
    pub(super) fn receive(
        &mut self,
        segment: &TcpSegment<'_>,
        acked: Option<u64>,
        gate: u64,
        out: &mut Outlet,
        c: &mut Counters,
    ) {
        let total = (segment.payload.len() as u64).saturating_add(u64::from(segment.missing));
        let sequence = segment.sequence.wrapping_add(u32::from(segment.flags.syn));
        let Some(offset) = self.offset_of(sequence) else { return };
        if total == 0 {
            let keep_alive = self.next.checked_sub(1).and_then(|before| i64::try_from(before).ok());
            let plain = !segment.flags.syn && !segment.flags.fin && !segment.flags.rst;
            let counted = plain && !segment.mirrored && keep_alive == Some(offset);
            count(&mut c.keep_alives, u64::from(counted));
            return;
        }
        let ahead = i64::try_from(self.next).unwrap_or(i64::MAX).saturating_sub(offset);
        let known = u64::try_from(ahead).unwrap_or(0);
        if known >= total {
            self.count_old(segment.mirrored, known, total, c);
            return;
        }
        self.strange_segments = 0;
        let skipped = usize::try_from(known).unwrap_or(usize::MAX).min(segment.payload.len());
        let payload = segment.payload.get(skipped..).unwrap_or_default();
        let missing = total.saturating_sub(known).saturating_sub(payload.len() as u64);
        let offset = u64::try_from(offset).unwrap_or(0).max(self.next);
        let at = segment.at.saturating_add(skipped);
        let origin = Origin { frame: segment.frame, time: segment.time, at, acked };
        let deliverable = self.pending.is_empty() && !self.is_unsettled() && acked.unwrap_or(0) <= gate;
        if offset == self.next && deliverable {
            self.deliver_bytes(payload, origin, out, c);
            self.deliver_cut(missing, out, c);
        } else {
            let in_order = self.in_order();
            let overlap = self.pending.insert(offset, payload, origin);
            if !segment.mirrored {
                count(&mut c.out_of_order_segments, u64::from(offset > in_order));
                count(&mut c.overlapping_bytes, overlap.bytes);
            }
            count(&mut c.conflicting_bytes, overlap.conflicting);
            self.pending.insert_cut(offset.saturating_add(payload.len() as u64), missing, origin);
        }
    }

    /// Takes the FIN or RST that `segment` carries.
    pub(super) fn closed(&mut self, segment: &TcpSegment<'_>, how: CloseKind, at: Mark, acked: Option<u64>) {
        let length = (segment.payload.len() as u64).saturating_add(u64::from(segment.missing));
        let start = segment.sequence.wrapping_add(u32::from(segment.flags.syn));
        let end =
            self.offset_of(start).and_then(|offset| u64::try_from(offset).ok()).unwrap_or(0).saturating_add(length);
        // A RST may name any sequence number: what has come before it counts.
        let known = self.known();
        let offset = match how {
            CloseKind::Fin => end.max(self.next),
            CloseKind::Rst => end.clamp(self.next, known),
        };
        if how == CloseKind::Fin && self.fin.is_none() {
            self.fin = Some(end);
            // What acknowledged the FIN before it was seen promises no byte.
            self.matured = self.without_fin(self.matured);
            for promise in self.promises.iter_mut().filter(|promise| promise.upto == end.saturating_add(1)) {
                promise.upto = end;
            }
        }
        self.end = self.end.max(Some(offset));
        if self.close.is_none() {
            self.close = Some(CloseMark { offset, how, at, acked });
        }
    }

    /// Takes the RST that the other direction sent: what is on its way may still come.
    pub(super) fn reset(&mut self) {
        self.end = self.end.max(Some(self.known()));
    }

    /// Whether `segment` brings payload far from where this direction ended.
    pub(super) fn is_over_before(&self, segment: &TcpSegment<'_>) -> bool {
        let brings = !segment.flags.syn && (!segment.payload.is_empty() || segment.missing > 0);
        let Some((end, offset)) = self.end.zip(self.offset_of(segment.sequence)).filter(|_| brings) else {
            return false;
        };
        let beyond = offset.saturating_sub(i64::try_from(end).unwrap_or(i64::MAX));
        let allowed = if beyond < 0 { PLAUSIBLE_JUMP } else { BEHIND_END };
        beyond.unsigned_abs() > allowed
    }

    /// Offset just after the last byte that was captured or given up.
    fn known(&self) -> u64 {
        self.pending.end().map_or(self.next, |end| end.max(self.next))
    }

    /// How far the other direction may consider this one delivered.
    pub(super) fn gate(&self) -> u64 {
        match self.fin {
            _ if !self.seen => u64::MAX,
            // Nothing comes behind it, and its own number is acknowledged like a byte.
            Some(fin) if self.next >= fin && self.close.is_none() => u64::MAX,
            _ => self.next.max(self.matured),
        }
    }

    /// What could be delivered next, if no byte before it is missing.
    pub(super) fn head(&self) -> Option<Head> {
        if self.is_unsettled() {
            return None;
        }
        if let Some((offset, chunk)) = self.pending.first() {
            let head = Head { frame: chunk.origin.frame, acked: chunk.origin.acked.unwrap_or(0) };
            return (offset <= self.next).then_some(head);
        }
        let close = self.close.filter(|close| close.offset <= self.next)?;
        Some(Head { frame: close.at.frame, acked: close.acked.unwrap_or(0) })
    }

    /// Delivers the head: bytes to the framer, or the close to the caller.
    pub(super) fn deliver_head(&mut self, out: &mut Outlet, c: &mut Counters) -> Option<CloseMark> {
        match self.pending.pop() {
            Some((_, chunk)) => {
                match &chunk.content {
                    Content::Captured(bytes) => self.deliver_bytes(bytes, chunk.origin, out, c),
                    Content::Cut(length) => self.deliver_cut(*length, out, c),
                }
                None
            }
            None => {
                let close = self.close.take()?;
                if let Some(framer) = &mut self.framer {
                    framer.cut(out, c);
                }
                Some(close)
            }
        }
    }

    /// Whether nothing is kept back and nothing waited for: [`Stream::mature`], [`Stream::give_up_matured`] and
    /// [`Stream::head`] have nothing to do.
    pub(super) fn is_quiet(&self) -> bool {
        self.settled_at.is_none()
            && self.promises.is_empty()
            && self.pending.is_empty()
            && self.close.is_none()
            && self.matured <= self.next
    }

    /// Stops waiting for what was acknowledged at least `patience` frames before frame `now`.
    pub(super) fn mature(&mut self, now: u64, patience: u64) {
        if self.settled_at.is_some_and(|at| at <= now) {
            self.settle();
        }
        let confirmed = self.last_ack.and_then(|ack| self.acknowledged_offset(ack)).unwrap_or(0);
        while let Some(promise) = self.promises.front() {
            let kept = promise.upto <= self.next;
            if !kept && promise.frame.saturating_add(patience) > now {
                break;
            }
            if !kept {
                // An acknowledgement that later ones take back was none.
                self.matured = self.matured.max(promise.upto.min(confirmed));
                self.silent |= self.pending.is_empty();
            }
            self.promises.pop_front();
        }
    }

    /// The frame since which acknowledged bytes, or the beginning of the stream, are waited for, patience being `patience`.
    pub(super) fn waiting_since(&self, patience: u64) -> Option<u64> {
        let beginning = self.settled_at.filter(|_| self.is_unsettled()).map(|at| at.saturating_sub(patience));
        self.promises.front().map(|promise| promise.frame).into_iter().chain(beginning).min()
    }

    /// `offset`, which an acknowledgement told, without the number of the FIN.
    fn without_fin(&self, offset: u64) -> u64 {
        match self.fin {
            Some(fin) if offset == fin.saturating_add(1) => fin,
            _ => offset,
        }
    }

    /// Declares the gap in front a hole as far as nobody waits for it; says whether there was one.
    pub(super) fn give_up_matured(&mut self, out: &mut Outlet, c: &mut Counters) -> bool {
        let until = self.pending.first().map_or(u64::MAX, |(offset, _)| offset).min(self.matured);
        let until = self.close.map_or(until, |close| until.min(close.offset));
        self.give_up(until, out, c)
    }

    /// Declares the gap in front of the first bytes kept back, or of the close, a hole; says whether there was one.
    pub(super) fn give_up_gap(&mut self, out: &mut Outlet, c: &mut Counters) -> bool {
        let until = self.pending.first().map(|(offset, _)| offset).or(self.close.map(|close| close.offset));
        self.give_up(until.unwrap_or(0), out, c)
    }

    /// Lets the other direction go on as if this one had been delivered up to `offset`.
    pub(super) fn pretend(&mut self, offset: u64) {
        self.matured = self.matured.max(offset);
    }

    /// Frame of the first thing that is kept back.
    pub(super) fn first_kept(&self) -> Option<u64> {
        let chunk = self.pending.first().map(|(_, chunk)| chunk.origin.frame);
        chunk.or(self.close.map(|close| close.at.frame))
    }

    /// Ends the stream: the receiver's last acknowledgement tells of bytes that never came, and an unfinished PDU is cut.
    pub(super) fn finish(&mut self, out: &mut Outlet, c: &mut Counters) {
        let acked = self.last_ack.and_then(|ack| self.acknowledged_offset(ack)).unwrap_or(0);
        self.give_up(acked.min(self.next.saturating_add(PLAUSIBLE_JUMP)), out, c);
        if let Some(framer) = &mut self.framer {
            framer.cut(out, c);
        }
    }

    /// Bytes kept back.
    pub(super) fn kept_back(&self) -> usize {
        self.pending.cost()
    }

    /// Memory held, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.pending.cost().saturating_add(self.framer.as_ref().map_or(0, Framer::cost))
    }

    /// Whether what comes does not fit this connection any more.
    pub(super) fn is_strange(&self) -> bool {
        self.strange_segments >= STRANGE_SEGMENTS
    }

    fn give_up(&mut self, until: u64, out: &mut Outlet, c: &mut Counters) -> bool {
        let until = self.without_fin(until);
        let Some(length) = until.checked_sub(self.next).filter(|length| *length > 0) else { return false };
        // What a connection sent before the capture began is no hole in the capture.
        // A single byte behind everything is the number of a FIN that was not captured.
        let fin = length == 1 && self.fin.is_none() && self.is_at_rest();
        if (self.started || self.starts_exactly()) && !fin {
            count(&mut c.holes, 1);
            count(&mut c.hole_bytes, length);
        }
        self.started = true;
        self.last_hole = self.next..until;
        if let Some(framer) = self.framer.as_mut().filter(|_| !fin) {
            framer.hole(length, out, c);
        }
        self.next = until;
        true
    }

    /// Whether nothing is kept back and no PDU has begun.
    fn is_at_rest(&self) -> bool {
        self.pending.is_empty() && self.framer.as_ref().is_none_or(Framer::is_between_pdus)
    }

    fn deliver_bytes(&mut self, bytes: &[u8], origin: Origin, out: &mut Outlet, c: &mut Counters) {
        if let Some(framer) = &mut self.framer {
            framer.data(self.next, bytes, origin, out, c);
        }
        self.started |= !bytes.is_empty();
        self.next = self.next.saturating_add(bytes.len() as u64);
    }

    fn deliver_cut(&mut self, length: u64, out: &mut Outlet, c: &mut Counters) {
        if length > 0 {
            if let Some(framer) = &mut self.framer {
                framer.hole(length, out, c);
            }
            self.started = true;
            count(&mut c.snaplen_hole_bytes, length);
            self.next = self.next.saturating_add(length);
        }
    }

    /// Counts a segment of `total` bytes that starts `known` bytes before what is expected and brings nothing.
    fn count_old(&mut self, mirrored: bool, known: u64, total: u64, c: &mut Counters) {
        if mirrored {
            return;
        }
        if known == 1 && total == 1 {
            count(&mut c.keep_alives, 1);
            return;
        }
        let start = self.next.saturating_sub(known);
        if start < self.last_hole.end && start.saturating_add(total) > self.last_hole.start {
            count(&mut c.late_segments, 1);
        } else {
            count(&mut c.retransmitted_segments, 1);
        }
        self.strange_segments = if known > PLAUSIBLE_JUMP { self.strange_segments.saturating_add(1) } else { 0 };
    }
}

/// How far `to` is behind `from` in sequence space, at most half of it.
fn distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from).cast_signed())
}
