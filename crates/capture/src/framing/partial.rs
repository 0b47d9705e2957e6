//! A PDU of which not all bytes have come yet.

use crate::pdu::{Hole, Mark};
use crate::tcp::Origin;
use bytes::Bytes;

/// Memory reserved for a PDU on the word of its header alone.
const TRUSTED_LENGTH: usize = 1 << 16;

/// A PDU cut out of a direction's stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Framed {
    pub(crate) body: Bytes,
    pub(crate) holes: Vec<Hole>,
    pub(crate) first: Mark,
    pub(crate) last: Mark,
    pub(crate) stream_end: u64,
    pub(crate) acked: Option<u64>,
}

/// A PDU whose header was seen, while its body is collected.
#[derive(Debug)]
pub(super) struct Partial {
    /// It never gets more room than the PDU takes: memory of twice as much would be hard to use again.
    body: Vec<u8>,
    length: usize,
    holes: Vec<Hole>,
    first: Mark,
    last: Mark,
    stream_end: u64,
    acked: Option<u64>,
}

impl Partial {
    /// A PDU of `length` bytes of body, whose stream ends at `stream_end`.
    pub(super) fn new(length: usize, stream_end: u64, first: Mark, last: Mark, acked: Option<u64>) -> Self {
        let body = Vec::with_capacity(length.min(TRUSTED_LENGTH));
        Self { body, length, holes: Vec::new(), first, last, stream_end, acked }
    }

    /// Bytes of body that are still to come.
    pub(super) fn remaining(&self) -> usize {
        self.length.saturating_sub(self.body.len())
    }

    /// Memory held, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.body.capacity()
    }

    /// Adds the start of the body, whose marks the constructor was given.
    pub(super) fn start(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.body.extend_from_slice(bytes);
    }

    /// Adds `bytes`, at most [`Partial::remaining`].
    pub(super) fn push(&mut self, bytes: &[u8], origin: Origin) {
        self.make_room(bytes.len());
        self.body.extend_from_slice(bytes);
        if let Some(last) = bytes.len().checked_sub(1) {
            self.arrived(origin.mark(last));
        }
    }

    /// Adds `length` missing bytes, at most [`Partial::remaining`].
    pub(super) fn push_hole(&mut self, length: usize) {
        let (Ok(offset), Ok(missing)) = (u32::try_from(self.body.len()), u32::try_from(length)) else { return };
        if missing == 0 {
            return;
        }
        match self.holes.last_mut() {
            Some(hole) if hole.offset.saturating_add(hole.length) == offset => {
                hole.length = hole.length.saturating_add(missing);
            }
            _ => self.holes.push(Hole { offset, length: missing }),
        }
        self.make_room(length);
        self.body.resize(self.body.len().saturating_add(length), 0);
    }

    /// The PDU, what has not come being a hole.
    pub(super) fn finish(mut self) -> Framed {
        self.push_hole(self.remaining());
        Framed {
            body: Bytes::from(self.body),
            holes: self.holes,
            first: self.first,
            last: self.last,
            stream_end: self.stream_end,
            acked: self.acked,
        }
    }

    /// Makes room for `length` bytes more, and in good time for all.
    fn make_room(&mut self, length: usize) {
        let wanted = self.body.len().saturating_add(length);
        if wanted > self.body.capacity() {
            let ample = self.body.capacity().saturating_mul(4).min(self.length).max(wanted);
            self.body.reserve_exact(ample.saturating_sub(self.body.len()));
        }
    }

    fn arrived(&mut self, mark: Mark) {
        if mark.seq > self.last.seq {
            self.last = mark;
        }
    }
}
