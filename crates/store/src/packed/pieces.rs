//! Pieces of memory in which rows lie. Those of rows that are done with are used again: memory that was never used costs as much
//! as writing to it several times.

use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Bytes up to which rows lie in a smaller piece that grows with them, to twice as much at most: most sessions of a large trace
/// have few rows.
const SMALL: usize = 16 << 10;
/// Most pieces that wait to be used again; more are given back.
const WAITING: usize = 256;
/// The part of the memory budget that they may take beside it: one in so many bytes.
const SHARE: usize = 3;

/// The pieces that wait to be used again, the same for all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spare {
    waiting: Arc<Mutex<Vec<Vec<u8>>>>,
    /// How many may wait.
    limit: usize,
}

/// Pieces, filled one after the other.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    spare: Spare,
    full: Vec<Vec<u8>>,
    /// The one that is being filled.
    last: Vec<u8>,
    /// Bytes of those that are full.
    full_bytes: usize,
    /// The same with their room.
    full_memory: usize,
}

impl Spare {
    /// None yet; no more than a fraction of `budget`, bytes, will wait.
    pub(crate) fn within(budget: usize) -> Self {
        let limit = (budget / SHARE / PIECE).min(WAITING);
        Self { limit, ..Self::default() }
    }

    fn take(&self) -> Vec<u8> {
        let spare = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut piece = spare.unwrap_or_else(|| Vec::with_capacity(PIECE));
        // Zeros come into the cache all at once, before rows are written one by one: counting who shares their texts would wait
        // for the writing.
        piece.resize(PIECE, 0);
        piece.clear();
        piece
    }

    fn give(&self, pieces: impl Iterator<Item = Vec<u8>>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for mut piece in pieces.filter(|piece| piece.capacity() == PIECE) {
            if waiting.len() < self.limit {
                piece.clear();
                waiting.push(piece);
            }
        }
    }
}

impl Pieces {
    /// None yet; they will come from `spare`.
    pub(super) fn of(spare: Spare) -> Self {
        let mut pieces = Self::default();
        pieces.spare = spare;
        pieces
    }

    /// None yet, that come from where these come from.
    pub(super) fn anew(&self) -> Self {
        Self::of(self.spare.clone())
    }

    /// The piece for the next row, which will take about `room` bytes.
    pub(super) fn with_room(&mut self, room: usize) -> &mut Vec<u8> {
        if self.last.len().saturating_add(room) > self.last.capacity().max(SMALL) {
            let full = std::mem::replace(&mut self.last, self.spare.take());
            self.full_bytes = self.full_bytes.saturating_add(full.len());
            self.full_memory = self.full_memory.saturating_add(full.capacity());
            self.full.push(full);
        }
        &mut self.last
    }

    /// The index and the length of the piece that was filled last.
    pub(super) fn end(&self) -> (usize, usize) {
        (self.full.len(), self.last.len())
    }

    /// What lies in the piece with this index.
    pub(super) fn get(&self, piece: usize) -> &[u8] {
        self.full.get(piece).unwrap_or(&self.last)
    }

    /// Bytes in all of them.
    pub(super) fn len(&self) -> usize {
        self.full_bytes.saturating_add(self.last.len())
    }

    /// Bytes of memory that they take, with room for others.
    pub(super) fn memory(&self) -> usize {
        self.full_memory.saturating_add(self.last.capacity())
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let last = std::mem::take(&mut self.last);
        self.spare.give(self.full.drain(..).chain([last]));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    /// Pieces with rows of `length` bytes.
    fn filled(spare: &Spare, rows: usize, length: usize) -> Pieces {
        let mut pieces = Pieces::of(spare.clone());
        for _ in 0..rows {
            let piece = pieces.with_room(length);
            piece.resize(piece.len() + length, 7);
        }
        pieces
    }

    fn waiting(spare: &Spare) -> usize {
        spare.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    #[test]
    fn few_rows_take_little_memory_and_many_hardly_more_than_they_have_bytes() {
        let spare = Spare::within(usize::MAX);
        let few = filled(&spare, 3, 500);
        assert!(few.memory() < 4 << 10, "{}", few.memory());
        let many = filled(&spare, 10_000, 500);
        assert_eq!(many.len(), 5_000_000);
        assert!(many.memory() < 5_000_000 + 10 * PIECE, "{}", many.memory());
    }

    #[test]
    fn pieces_of_rows_that_are_done_with_are_used_again_and_no_more_are_kept_than_are_worth_it() {
        let spare = Spare::within(usize::MAX);
        drop(filled(&spare, 1000, 500));
        let kept = waiting(&spare);
        assert!((7..=8).contains(&kept), "{kept}");
        let again = filled(&spare, 1000, 500);
        assert_eq!(waiting(&spare), 0);
        drop(again);
        drop(filled(&spare, 100_000, 500));
        assert_eq!(waiting(&spare), WAITING);
        let little = Spare::within(SHARE * PIECE);
        drop(filled(&little, 1000, 500));
        assert_eq!(waiting(&little), 1);
    }

    #[test]
    fn a_row_that_is_larger_than_a_piece_lies_in_one_of_its_own() {
        let spare = Spare::within(usize::MAX);
        let mut pieces = filled(&spare, 1, 10);
        pieces.with_room(3 * PIECE).resize(3 * PIECE, 9);
        let (piece, end) = pieces.end();
        assert_eq!((piece, end), (1, 3 * PIECE));
        assert_eq!(pieces.get(0), [7; 10]);
        assert!(pieces.get(1).iter().all(|byte| *byte == 9));
        assert!(pieces.memory() >= 3 * PIECE);
        drop(pieces);
        assert_eq!(waiting(&spare), 0, "it would keep its size");
    }
}
