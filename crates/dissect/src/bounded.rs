//! A table that input can grow, with a bound.

use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::Hash;

/// Insertions that are not worth tidying up.
const SHORT: usize = 64;

/// A map of at most `limit` entries: an entry beyond that evicts the one inserted longest ago, and is counted.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    entries: FxHashMap<K, (u64, V)>,
    /// Insertions, oldest first; an insertion whose number is not its key's in `entries` was replaced or removed.
    order: VecDeque<(u64, K)>,
    limit: usize,
    insertions: u64,
    evicted: u64,
}

impl<K: Copy + Eq + Hash, V> Bounded<K, V> {
    /// An empty table of at most `limit` entries (at least one).
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: FxHashMap::default(), order: VecDeque::new(), limit: limit.max(1), insertions: 0, evicted: 0 }
    }

    /// Number of entries evicted so far.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The entry of `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// The entry of `key`, to change it.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Removes the entry of `key`.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(_, value)| value)
    }

    /// Sets the entry of `key`, as the youngest of the table.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let number = self.insertions;
        self.insertions = self.insertions.wrapping_add(1);
        self.entries.insert(key, (number, value));
        self.order.push_back((number, key));
        while self.entries.len() > self.limit {
            self.evict_oldest();
        }
        if self.order.len() > self.entries.len().saturating_mul(2).max(SHORT) {
            let entries = &self.entries;
            self.order.retain(|(number, key)| entries.get(key).is_some_and(|(current, _)| current == number));
        }
    }

    fn evict_oldest(&mut self) {
        let Some((number, key)) = self.order.pop_front() else {
            self.entries.clear();
            return;
        };
        if self.entries.get(&key).is_some_and(|(current, _)| *current == number) {
            self.entries.remove(&key);
            self.evicted = self.evicted.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    #[test]
    fn the_oldest_insertion_is_evicted_and_counted() {
        let mut table = Bounded::new(2);
        table.insert(1, "a");
        table.insert(2, "b");
        table.insert(1, "c");
        table.insert(3, "d");
        assert_eq!((table.get(&1), table.get(&2), table.get(&3)), (Some(&"c"), None, Some(&"d")));
        assert_eq!(table.evicted(), 1);
    }

    #[test]
    fn replacing_one_key_for_ever_keeps_the_order_short() {
        let mut table = Bounded::new(4);
        for value in 0..1000 {
            table.insert(7, value);
        }
        assert_eq!(table.get(&7), Some(&999));
        assert_eq!(table.evicted(), 0);
        assert!(table.order.len() <= SHORT, "{}", table.order.len());
    }
}
