//! What is expanded, segment by segment, each with a size that it cannot exceed.

use super::Fault;

/// Bytes that are copied at once: more than are asked for, since that is faster; the next ones overwrite them.
const BLOCK: usize = 16;
/// Bytes that there always are behind what is expanded, so that whole blocks fit.
const SLACK: usize = 2 * BLOCK;
/// Bytes that memory grows by at least.
const STEP: usize = 16 << 10;

/// Expanded bytes. Memory grows with them, to at most twice their number.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// What is expanded, and behind it what is still to be overwritten.
    bytes: Vec<u8>,
    /// Bytes expanded.
    length: usize,
    /// Where the segment begins: matches reach no further back.
    start: usize,
    /// Where the segment has to end.
    end: usize,
}

impl Output {
    /// Begins a segment of `size` bytes.
    pub(super) fn begin(&mut self, size: usize) {
        self.start = self.length;
        self.end = self.length.saturating_add(size);
    }

    /// Ends the segment.
    pub(super) fn end(&self) -> Result<(), Fault> {
        if self.is_full() {
            return Ok(());
        }
        Err(Fault::TooShort { expanded: self.expanded(), size: self.size() })
    }

    /// Whether the segment has its size.
    pub(super) fn is_full(&self) -> bool {
        self.length >= self.end
    }

    /// Bytes of the segment so far.
    pub(super) fn expanded(&self) -> usize {
        self.length.saturating_sub(self.start)
    }

    /// Bytes of the segment when it is complete.
    pub(super) fn size(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Everything expanded.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.length);
        self.bytes
    }

    #[inline]
    pub(super) fn literal(&mut self, byte: u8) -> Result<(), Fault> {
        let end = self.room(1)?;
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
        }
        self.length = end;
        Ok(())
    }

    #[inline]
    pub(super) fn literals(&mut self, literals: &[u8]) -> Result<(), Fault> {
        let end = self.room(literals.len())?;
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            place.copy_from_slice(literals);
        }
        self.length = end;
        Ok(())
    }

    /// `byte`, `count` times.
    pub(super) fn run(&mut self, byte: u8, count: usize) -> Result<(), Fault> {
        let end = self.room(count)?;
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            place.fill(byte);
        }
        self.length = end;
        Ok(())
    }

    /// Repeats the `length` bytes that begin `distance` back; they may reach into what they become.
    #[inline]
    pub(super) fn repeat(&mut self, distance: usize, length: usize) -> Result<(), Fault> {
        let expanded = self.expanded();
        if distance == 0 || distance > expanded {
            return Err(Fault::TooFarBack { distance, expanded });
        }
        let end = self.room(length)?;
        let from = self.length.saturating_sub(distance);
        if distance >= length.min(BLOCK) {
            self.copy_blocks(from, end);
        } else {
            self.copy_doubling(from, end);
        }
        self.length = end;
        Ok(())
    }

    /// Copies whole blocks from `from` on until `end` is reached: what a block reads was written before.
    #[inline]
    fn copy_blocks(&mut self, from: usize, end: usize) {
        let (mut from, mut to) = (from, self.length);
        while to < end {
            let block = self.bytes.get(from..).and_then(|bytes| bytes.first_chunk::<BLOCK>()).copied();
            let place = self.bytes.get_mut(to..).and_then(|bytes| bytes.first_chunk_mut::<BLOCK>());
            if let (Some(block), Some(place)) = (block, place) {
                *place = block;
            }
            from = from.saturating_add(BLOCK);
            to = to.saturating_add(BLOCK);
        }
    }

    /// Copies the few bytes from `from` on, then twice as many, until `end` is reached.
    fn copy_doubling(&mut self, from: usize, end: usize) {
        let mut to = self.length;
        while to < end {
            let count = to.saturating_sub(from).min(end.saturating_sub(to));
            self.bytes.copy_within(from..from.saturating_add(count), to);
            to = to.saturating_add(count);
        }
    }

    /// Makes room for `more` bytes of the segment; where they end.
    #[inline]
    fn room(&mut self, more: usize) -> Result<usize, Fault> {
        let end = self.length.saturating_add(more);
        if end > self.end {
            return Err(Fault::TooLong { size: self.size() });
        }
        if end.saturating_add(SLACK) > self.bytes.len() {
            self.grow(end);
        }
        Ok(end)
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        let doubled = self.bytes.len().saturating_mul(2).max(STEP).min(self.end);
        self.bytes.resize(needed.max(doubled).saturating_add(SLACK), 0);
    }
}
