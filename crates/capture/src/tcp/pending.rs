//! Bytes of a stream that came before the bytes in front of them.

use super::Origin;
use std::collections::BTreeMap;

/// What keeping a chunk costs beside its bytes.
const CHUNK_COST: usize = 128;

/// A range of a stream.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) origin: Origin,
    pub(super) content: Content,
}

/// What is known of a range of a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// Its bytes.
    Captured(Vec<u8>),
    /// That it was sent and not captured (snaplen): so many bytes.
    Cut(u64),
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Captured(bytes) => bytes.len() as u64,
            Self::Cut(length) => *length,
        }
    }
}

/// Chunks by stream offset, not overlapping.
#[derive(Debug, Default)]
pub(super) struct Pending {
    chunks: BTreeMap<u64, Chunk>,
    cost: usize,
}

/// How inserted bytes met earlier copies of the same range.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Overlap {
    /// Bytes that were there already.
    pub(super) bytes: u64,
    /// Of these, bytes that differ.
    pub(super) conflicting: u64,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Memory held, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// The chunk with the lowest offset.
    pub(super) fn first(&self) -> Option<(u64, &Chunk)> {
        self.chunks.first_key_value().map(|(offset, chunk)| (*offset, chunk))
    }

    /// Offset just after the last chunk.
    pub(super) fn end(&self) -> Option<u64> {
        self.chunks.last_key_value().map(|(offset, chunk)| offset.saturating_add(chunk.content.length()))
    }

    /// Takes the chunk with the lowest offset.
    pub(super) fn pop(&mut self) -> Option<(u64, Chunk)> {
        let (offset, chunk) = self.chunks.pop_first()?;
        self.cost = self.cost.saturating_sub(cost(&chunk.content));
        Some((offset, chunk))
    }

    /// Keeps `bytes`, which start at `offset`, where no earlier copy is: the first one wins.
    pub(super) fn insert(&mut self, offset: u64, bytes: &[u8], origin: Origin) -> Overlap {
        let mut overlap = Overlap::default();
        let end = offset.saturating_add(bytes.len() as u64);
        let part = |from: u64, to: u64| {
            let from = usize::try_from(from.saturating_sub(offset)).unwrap_or(usize::MAX);
            let to = usize::try_from(to.saturating_sub(offset)).unwrap_or(usize::MAX);
            (from, bytes.get(from..to).unwrap_or_default())
        };
        let mut at = offset;
        while at < end {
            match self.covering(at) {
                Some((start, chunk)) => {
                    let until = start.saturating_add(chunk.content.length()).min(end);
                    overlap.bytes = overlap.bytes.saturating_add(until.saturating_sub(at));
                    if let Content::Captured(kept) = &chunk.content {
                        let skipped = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                        let differing =
                            kept.iter().skip(skipped).zip(part(at, until).1).filter(|(a, b)| a != b).count();
                        overlap.conflicting = overlap.conflicting.saturating_add(differing as u64);
                    }
                    at = until;
                }
                None => {
                    let until = self.next_after(at).min(end);
                    let (skipped, new) = part(at, until);
                    self.put(at, Chunk { origin: origin.skip(skipped), content: Content::Captured(new.to_vec()) });
                    at = until;
                }
            }
        }
        overlap
    }

    /// Keeps that `length` bytes at `offset` were sent and not captured, where no earlier copy is.
    pub(super) fn insert_cut(&mut self, offset: u64, length: u64, origin: Origin) {
        let end = offset.saturating_add(length);
        let mut at = offset;
        while at < end {
            at = match self.covering(at) {
                Some((start, chunk)) => start.saturating_add(chunk.content.length()),
                None => {
                    let until = self.next_after(at).min(end);
                    self.put(at, Chunk { origin, content: Content::Cut(until.saturating_sub(at)) });
                    until
                }
            };
        }
    }

    fn put(&mut self, offset: u64, chunk: Chunk) {
        self.cost = self.cost.saturating_add(cost(&chunk.content));
        self.chunks.insert(offset, chunk);
    }

    fn covering(&self, offset: u64) -> Option<(u64, &Chunk)> {
        let (start, chunk) = self.chunks.range(..=offset).next_back()?;
        (start.saturating_add(chunk.content.length()) > offset).then_some((*start, chunk))
    }

    fn next_after(&self, offset: u64) -> u64 {
        self.chunks.range(offset..).next().map_or(u64::MAX, |(start, _)| *start)
    }
}

fn cost(content: &Content) -> usize {
    match content {
        Content::Captured(bytes) => bytes.len().saturating_add(CHUNK_COST),
        Content::Cut(_) => CHUNK_COST,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::pdu::Timestamp;

    fn origin(frame: u64) -> Origin {
        Origin { frame, time: Timestamp(0), at: 0, acked: None }
    }

    fn drain(mut pending: Pending) -> Vec<(u64, u64, usize, Content)> {
        let chunks = std::iter::from_fn(|| pending.pop())
            .map(|(offset, chunk)| (offset, chunk.origin.frame, chunk.origin.at, chunk.content))
            .collect();
        assert_eq!(pending.cost(), 0);
        chunks
    }

    #[test]
    fn the_first_copy_of_overlapping_bytes_wins_and_differences_are_counted() {
        let mut pending = Pending::default();
        assert_eq!(pending.insert(10, b"abcd", origin(1)), Overlap::default());
        let overlap = pending.insert(8, b"..aXcd!!", origin(2));
        assert_eq!(overlap, Overlap { bytes: 4, conflicting: 1 });
        assert_eq!(
            drain(pending),
            [
                (8, 2, 0, Content::Captured(b"..".to_vec())),
                (10, 1, 0, Content::Captured(b"abcd".to_vec())),
                (14, 2, 6, Content::Captured(b"!!".to_vec())),
            ]
        );
    }

    #[test]
    fn a_cut_range_only_fills_what_nobody_captured() {
        let mut pending = Pending::default();
        pending.insert(5, b"xy", origin(1));
        pending.insert_cut(4, 6, origin(2));
        assert_eq!(
            drain(pending),
            [(4, 2, 0, Content::Cut(1)), (5, 1, 0, Content::Captured(b"xy".to_vec())), (7, 2, 0, Content::Cut(3)),]
        );
    }
}
