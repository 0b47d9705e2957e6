//! Pieces of memory in which rows lie. Those of rows that are done with are used again: memory that was never used costs as much
//! as writing to it several times.

use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Bytes up to which rows lie in a smaller piece that grows with them: most sessions of a large trace have few.
const SMALL: usize = 16 << 10;
/// Pieces that wait to be used again; more are given back to the system.
const WAITING: usize = 256;

/// The pieces that wait to be used again, the same for all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

/// Pieces, filled one after the other.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    spare: Spare,
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
    /// Bytes of those that are full.
    full_bytes: usize,
    /// The same with their room.
    full_memory: usize,
}

impl Spare {
    fn take(&self) -> Vec<u8> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| Vec::with_capacity(PIECE))
    }

    fn give(&self, pieces: impl Iterator<Item = Vec<u8>>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mut piece in pieces.filter(|piece| piece.capacity() == PIECE) {
            if waiting.len() < WAITING {
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
