//! The body of a PDU while it is collected.

use super::maps::{Mapped, Maps};
use bytes::Bytes;

/// Memory reserved for a PDU on the word of its header alone. More of it is mapped, which takes none before it is filled.
const TRUSTED_LENGTH: usize = 1 << 16;
/// Bodies from this length on lie in maps: the memory of shorter ones is easily used again.
const LARGE: usize = 1 << 18;

/// The bytes of a body that have come.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Kept,
    /// Bytes that it will have.
    length: usize,
    maps: Maps,
}

#[derive(Debug)]
enum Kept {
    /// It never gets more room than the PDU takes: memory of twice as much would be hard to use again.
    Heap(Vec<u8>),
    Map(Mapped),
}

impl Body {
    /// None yet of `length` bytes.
    pub(super) fn new(length: usize, maps: &Maps) -> Self {
        let bytes = Kept::Heap(Vec::with_capacity(length.min(TRUSTED_LENGTH)));
        Self { bytes, length, maps: maps.clone() }
    }

    /// Number of bytes that have come.
    pub(super) fn len(&self) -> usize {
        match &self.bytes {
            Kept::Heap(bytes) => bytes.len(),
            Kept::Map(bytes) => bytes.len(),
        }
    }

    /// Bytes that are still to come.
    pub(super) fn remaining(&self) -> usize {
        self.length.saturating_sub(self.len())
    }

    /// Memory held, in bytes, at least. It depends on what has come alone: by it is decided what must not wait any longer, while it
    /// depends on other threads whether there is a map.
    pub(super) fn cost(&self) -> usize {
        self.len().max(self.length.min(TRUSTED_LENGTH))
    }

    /// Adds `bytes`, at most [`Body::remaining`].
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        match &mut self.bytes {
            Kept::Heap(body) => body.extend_from_slice(bytes),
            Kept::Map(body) => body.push(bytes),
        }
    }

    /// Adds `length` zeros, at most [`Body::remaining`].
    pub(super) fn push_zeros(&mut self, length: usize) {
        self.make_room(length);
        match &mut self.bytes {
            Kept::Heap(body) => body.resize(body.len().saturating_add(length), 0),
            Kept::Map(body) => body.push_zeros(length),
        }
    }

    /// All that has come.
    pub(super) fn finish(self) -> Bytes {
        match self.bytes {
            Kept::Heap(bytes) => Bytes::from(bytes),
            Kept::Map(bytes) => Bytes::from_owner(bytes),
        }
    }

    /// Makes room for `length` bytes more.
    fn make_room(&mut self, length: usize) {
        let Kept::Heap(body) = &mut self.bytes else { return };
        let wanted = body.len().saturating_add(length);
        if wanted <= body.capacity() {
            return;
        }
        if self.length >= LARGE
            && wanted <= self.length
            && let Some(mut map) = self.maps.take(self.length)
        {
            map.push(body);
            self.bytes = Kept::Map(map);
            return;
        }
        let ample = body.capacity().saturating_mul(2).min(self.length).max(wanted);
        body.reserve_exact(ample.saturating_sub(body.len()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const MIB: usize = 1 << 20;

    /// A body of `length` bytes that came in segments.
    fn collected(length: usize, maps: &Maps) -> Body {
        let mut body = Body::new(length, maps);
        while body.remaining() > 0 {
            let at = body.len();
            let segment: Vec<u8> =
                (at..at.saturating_add(body.remaining().min(1460))).map(|at| (at % 251) as u8).collect();
            body.push(&segment);
        }
        body
    }

    #[test]
    fn a_body_is_the_same_in_a_map_and_without() {
        for length in [10, TRUSTED_LENGTH, TRUSTED_LENGTH + 1, LARGE - 1, LARGE, 3 * MIB + 5] {
            let maps = Maps::default();
            let body = collected(length, &maps);
            assert_eq!(matches!(body.bytes, Kept::Map(_)), length >= LARGE);
            let all: Vec<_> = std::iter::repeat_with(|| maps.take(length)).map_while(|map| map).collect();
            let without = collected(length, &maps);
            drop(all);
            assert!(matches!(without.bytes, Kept::Heap(_)));
            assert_eq!(body.cost(), without.cost());
            let expected: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            assert_eq!(body.finish(), expected);
            assert_eq!(without.finish(), expected);
        }
    }
}
