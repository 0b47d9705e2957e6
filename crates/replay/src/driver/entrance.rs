//! How many connections may stand before a server that has not taken them in. Its queue is not long; what the kernel puts
//! there beyond is established for the client, and broken later.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Longest queue: servers keep 50 and more.
const LONGEST: usize = 32;

/// A connection in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It is being made.
    Connecting,
    /// It stands, and nothing was sent on it yet.
    Silent,
    /// Something was sent at this time, and the server has said nothing yet.
    Greeted(Instant),
}

/// The queue, and the connections that wait to get into it.
pub(super) struct Entrance<K> {
    queue: FxHashMap<K, Stage>,
    /// Those of the queue that stand and have sent nothing.
    silent: FxHashSet<K>,
    outside: VecDeque<K>,
}

impl<K: Copy + Eq + Hash> Entrance<K> {
    pub(super) fn new() -> Self {
        Self { queue: FxHashMap::default(), silent: FxHashSet::default(), outside: VecDeque::new() }
    }

    /// A connection is to be made.
    pub(super) fn arrives(&mut self, key: K) {
        self.outside.push_back(key);
    }

    /// The next connection to be made, if there is room for it. Those to which the server has said nothing for as long as
    /// `patience` make room: it may never do.
    pub(super) fn admit(&mut self, now: Instant, patience: Duration) -> Option<K> {
        if self.queue.len() >= LONGEST && !self.outside.is_empty() {
            let is_late = |stage: &Stage| matches!(stage, Stage::Greeted(at) if now.duration_since(*at) > patience);
            self.queue.retain(|_, stage| !is_late(stage));
        }
        if self.queue.len() >= LONGEST {
            return None;
        }
        let key = self.outside.pop_front()?;
        self.queue.insert(key, Stage::Connecting);
        Some(key)
    }

    /// It stands.
    pub(super) fn stands(&mut self, key: K) {
        if let Some(stage) = self.queue.get_mut(&key) {
            *stage = Stage::Silent;
            self.silent.insert(key);
        }
    }

    /// Something is sent on it.
    pub(super) fn sends(&mut self, key: K, now: Instant) {
        if self.silent.remove(&key) {
            self.queue.insert(key, Stage::Greeted(now));
        }
    }

    /// The server has taken it in, or it is no more.
    pub(super) fn leaves(&mut self, key: K) {
        self.silent.remove(&key);
        self.queue.remove(&key);
    }

    /// Those of them that stand and have nothing to say yet make room: nobody can tell when the server takes them in.
    pub(super) fn pass_silent(&mut self, whose: impl Fn(&K) -> bool) {
        for key in self.silent.extract_if(whose) {
            self.queue.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn admitted(entrance: &mut Entrance<usize>) -> usize {
        admitted_at(entrance, Instant::now())
    }

    fn admitted_at(entrance: &mut Entrance<usize>, now: Instant) -> usize {
        std::iter::from_fn(|| entrance.admit(now, PATIENCE)).count()
    }

    #[test]
    fn the_next_gets_in_when_the_server_has_answered() {
        let mut entrance = Entrance::new();
        (0..40).for_each(|key| entrance.arrives(key));
        assert_eq!(admitted(&mut entrance), LONGEST);
        for key in [3, 4] {
            entrance.stands(key);
            entrance.sends(key, Instant::now());
        }
        entrance.pass_silent(|_| true);
        assert_eq!(admitted(&mut entrance), 0, "what it was sent lies in the kernel's queue");
        entrance.leaves(4);
        assert_eq!(admitted(&mut entrance), 1);
    }

    #[test]
    fn a_server_that_never_answers_keeps_nobody_out_for_ever() {
        let mut entrance = Entrance::new();
        let begin = Instant::now();
        (0..40).for_each(|key| entrance.arrives(key));
        admitted_at(&mut entrance, begin);
        for key in 0..LONGEST {
            entrance.stands(key);
            entrance.sends(key, begin);
        }
        assert_eq!(admitted_at(&mut entrance, begin + PATIENCE), 0);
        assert_eq!(admitted_at(&mut entrance, begin + PATIENCE * 2), 40 - LONGEST);
    }

    #[test]
    fn who_has_nothing_to_say_keeps_nobody_out() {
        let mut entrance = Entrance::new();
        (0..80).for_each(|key| entrance.arrives(key));
        admitted(&mut entrance);
        (0..LONGEST).for_each(|key| entrance.stands(key));
        entrance.pass_silent(|key| *key >= 2);
        assert_eq!(admitted(&mut entrance), LONGEST - 2);
    }
}
