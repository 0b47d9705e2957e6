//! Memory of large bodies: anonymous maps that go from PDU to PDU.
//!
//! A body is filled by one thread and done with by another, perhaps long after the bodies around it. Memory of an allocator that
//! is taken and given back so is left in pieces, of which the next large body fits into none.

use memmap2::MmapMut;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Most bytes of maps that wait for a PDU; more are given back.
const WAITING: usize = 32 << 20;
/// Most bytes of all maps: a map is as long as the PDU on the word of its header alone, and what an earlier PDU touched of it
/// is memory before this one's bytes come.
const ALL: usize = 256 << 20;
/// Lengths of maps are multiples of this.
const LEAST_STEP: usize = 64 << 10;
/// How finely lengths are told apart: a map may be longer than its PDU by one part in half as many, which is never touched.
const STEPS: usize = 16;

/// The maps that wait for a PDU, the same for all clones.
#[derive(Clone, Debug, Default)]
pub(super) struct Maps(Arc<Mutex<Pool>>);

#[derive(Debug, Default)]
struct Pool {
    /// The one that came back last is at the end.
    waiting: VecDeque<MmapMut>,
    /// Bytes of those that wait.
    waiting_bytes: usize,
    /// Bytes of all.
    all_bytes: usize,
}

/// A map with the first bytes of a body. It goes back when it is dropped.
#[derive(Debug)]
pub(super) struct Mapped {
    map: Option<MmapMut>,
    length: usize,
    maps: Maps,
}

impl Maps {
    /// A map for a body of `length` bytes; `None` when there are too many, or no memory.
    pub(super) fn take(&self, length: usize) -> Option<Mapped> {
        let length = rounded(length);
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What an earlier PDU touched is memory: no more than this one will touch.
        let found = pool.waiting.iter().rposition(|map| map.len() == length);
        if let Some(map) = found.and_then(|found| pool.waiting.remove(found)) {
            pool.waiting_bytes = pool.waiting_bytes.saturating_sub(length);
            return Some(Mapped::new(map, self));
        }
        let all_bytes = pool.all_bytes.saturating_add(length);
        if all_bytes > ALL {
            return None;
        }
        let map = MmapMut::map_anon(length).ok()?;
        pool.all_bytes = all_bytes;
        Some(Mapped::new(map, self))
    }

    fn give(&self, map: MmapMut) {
        let mut left = Vec::new();
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pool.waiting_bytes = pool.waiting_bytes.saturating_add(map.len());
        pool.waiting.push_back(map);
        // The oldest may be of a length that does not come any more.
        while pool.waiting_bytes > WAITING
            && let Some(oldest) = pool.waiting.pop_front()
        {
            pool.waiting_bytes = pool.waiting_bytes.saturating_sub(oldest.len());
            pool.all_bytes = pool.all_bytes.saturating_sub(oldest.len());
            left.push(oldest);
        }
        // Giving memory back takes longer than others should wait.
        drop(pool);
        drop(left);
    }
}

impl Mapped {
    fn new(map: MmapMut, maps: &Maps) -> Self {
        Self { map: Some(map), length: 0, maps: maps.clone() }
    }

    /// Number of bytes so far.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds `bytes`; those for which there is no room are left out.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Some(room) = self.next(bytes.len()) {
            room.copy_from_slice(bytes);
        }
    }

    /// Adds `length` zeros likewise.
    pub(super) fn push_zeros(&mut self, length: usize) {
        // An earlier PDU's bytes may be there.
        if let Some(room) = self.next(length) {
            room.fill(0);
        }
    }

    fn next(&mut self, length: usize) -> Option<&mut [u8]> {
        let end = self.length.checked_add(length)?;
        let room = self.map.as_mut()?.get_mut(self.length..end)?;
        self.length = end;
        Some(room)
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self.map.as_ref().and_then(|map| map.get(..self.length)).unwrap_or_default()
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(map) = self.map.take() {
            self.maps.give(map);
        }
    }
}

/// The length of maps for bodies of `length` bytes: the same for those of about this length.
fn rounded(length: usize) -> usize {
    let step = length.checked_next_power_of_two().unwrap_or(length) / STEPS;
    length.checked_next_multiple_of(step.max(LEAST_STEP)).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const MIB: usize = 1 << 20;

    fn waiting(maps: &Maps) -> Vec<usize> {
        maps.0.lock().unwrap().waiting.iter().map(|map| map.len()).collect()
    }

    fn all_bytes(maps: &Maps) -> usize {
        maps.0.lock().unwrap().all_bytes
    }

    #[test]
    fn a_body_of_about_the_same_length_gets_the_map_of_an_earlier_one_and_nothing_of_its_bytes() {
        let maps = Maps::default();
        let mut first = maps.take(8 * MIB + 80).unwrap();
        first.push(&[7; 1000]);
        assert_eq!(first.as_ref(), [7; 1000]);
        drop(first);
        assert_eq!(waiting(&maps), [9 * MIB]);
        let mut second = maps.take(8 * MIB + 84).unwrap();
        assert_eq!(second.as_ref(), []);
        second.push(&[1; 10]);
        second.push_zeros(20);
        assert_eq!(second.as_ref(), [&[1; 10][..], &[0; 20]].concat());
        assert_eq!((waiting(&maps).len(), all_bytes(&maps)), (0, 9 * MIB));
    }

    #[test]
    fn a_shorter_body_does_not_get_the_map_of_a_longer_one() {
        let maps = Maps::default();
        drop(maps.take(8 * MIB));
        let short = maps.take(300 << 10).unwrap();
        assert_eq!(waiting(&maps), [8 * MIB]);
        drop(short);
        assert_eq!(waiting(&maps), [8 * MIB, 320 << 10]);
    }

    #[test]
    fn no_more_maps_wait_than_are_worth_it_and_the_latest_do() {
        let maps = Maps::default();
        let all: Vec<_> = (1..=16).filter_map(|length| maps.take(length * MIB)).collect();
        assert_eq!(all.len(), 16);
        drop(all);
        assert_eq!(waiting(&maps), [15 * MIB, 16 * MIB]);
        assert_eq!(all_bytes(&maps), 31 * MIB);
    }

    #[test]
    fn headers_that_promise_much_get_no_more_than_a_bound() {
        let maps = Maps::default();
        let all: Vec<_> = std::iter::repeat_with(|| maps.take(16 * MIB)).map_while(|map| map).collect();
        assert_eq!(all.len(), ALL / (16 * MIB));
        drop(all);
        assert!(maps.take(16 * MIB).is_some());
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut map = Maps::default().take(64 << 10).unwrap();
        map.push(&[1; 64 << 10]);
        map.push(&[2]);
        map.push_zeros(1);
        assert_eq!(map.len(), 64 << 10);
    }
}
