//! Where bytes of a stream come from.

use crate::pdu::{Mark, Timestamp};

/// Bits of [`Mark::seq`] below the frame number.
const OFFSET_BITS: u32 = 24;

/// The segment that carried a range of bytes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    pub(crate) frame: u64,
    pub(crate) time: Timestamp,
    /// Offset of the range in the frame's TCP payload.
    pub(crate) at: usize,
    /// What the segment acknowledged, as an offset in the other direction's stream.
    pub(crate) acked: Option<u64>,
}

impl Origin {
    /// The mark of the range's byte `index`.
    pub(crate) fn mark(&self, index: usize) -> Mark {
        mark(self.frame, self.time, self.at.saturating_add(index))
    }

    /// The origin of the range without its first `length` bytes.
    pub(crate) fn skip(self, length: usize) -> Self {
        Self { at: self.at.saturating_add(length), ..self }
    }
}

/// The mark of byte `offset` of a frame's TCP payload.
pub(crate) fn mark(frame: u64, time: Timestamp, offset: usize) -> Mark {
    let offset = (offset as u64).min((1 << OFFSET_BITS) - 1);
    Mark { frame, time, seq: frame << OFFSET_BITS | offset }
}
