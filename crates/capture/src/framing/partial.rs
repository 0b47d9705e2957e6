//! A PDU of which not all bytes have come yet.

use super::body::Body;
use crate::pdu::{Hole, Mark};
use crate::tcp::Origin;
use bytes::Bytes;

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
    body: Body,
    holes: Vec<Hole>,
    first: Mark,
    last: Mark,
    stream_end: u64,
    acked: Option<u64>,
}

impl Partial {
    /// A PDU whose stream ends at `stream_end`, and nothing of its `body` yet.
    pub(super) fn new(body: Body, stream_end: u64, first: Mark, last: Mark, acked: Option<u64>) -> Self {
        Self { body, holes: Vec::new(), first, last, stream_end, acked }
    }

    /// Bytes of body that are still to come.
    pub(super) fn remaining(&self) -> usize {
        self.body.remaining()
    }

    /// Memory held, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.body.cost()
    }

    /// Adds the start of the body, whose marks the constructor was given.
    pub(super) fn start(&mut self, bytes: &[u8]) {
        self.body.push(bytes);
    }

    /// Adds `bytes`, at most [`Partial::remaining`].
    pub(super) fn push(&mut self, bytes: &[u8], origin: Origin) {
        self.body.push(bytes);
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
        self.body.push_zeros(length);
    }

    /// The PDU, what has not come being a hole.
    pub(super) fn finish(mut self) -> Framed {
        self.push_hole(self.remaining());
        Framed {
            body: self.body.finish(),
            holes: self.holes,
            first: self.first,
            last: self.last,
            stream_end: self.stream_end,
            acked: self.acked,
        }
    }

    fn arrived(&mut self, mark: Mark) {
        if mark.seq > self.last.seq {
            self.last = mark;
        }
    }
}
