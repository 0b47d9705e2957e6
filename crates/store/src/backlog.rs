//! What waits between threads: those that bring it wait while too many bytes do, or do something else meanwhile.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Things that wait to be taken, oldest first.
pub(crate) struct Backlog<T> {
    state: Mutex<State<T>>,
    /// Bytes that may wait; one thing may always.
    limit: usize,
    /// Something has come, or nothing more will.
    came: Condvar,
    /// Something has gone, or nobody takes any more.
    went: Condvar,
}

struct State<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    /// Nothing more will come.
    ended: bool,
    /// Nobody takes any more.
    abandoned: bool,
    /// Threads that sleep until something comes.
    takers: usize,
    /// Threads that sleep until something goes.
    bringers: usize,
}

/// Why a thing was not taken up.
pub(crate) enum Refused<T> {
    /// Too much waits; here it is again.
    Full(T),
    /// Nobody will take it.
    Abandoned,
}

/// What waiting for a thing led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waited {
    /// There is something, or was: another thread may have taken it.
    Came,
    /// Nothing came in time.
    Nothing,
    /// Nothing more will come.
    Ended,
}

impl<T> Backlog<T> {
    /// An empty one, in which `limit` bytes may wait.
    pub(crate) fn of(limit: usize) -> Self {
        let state =
            State { waiting: VecDeque::new(), bytes: 0, ended: false, abandoned: false, takers: 0, bringers: 0 };
        Self { state: Mutex::new(state), limit, came: Condvar::new(), went: Condvar::new() }
    }

    /// Adds a thing of `bytes` bytes.
    ///
    /// # Errors
    /// [`Refused`].
    pub(crate) fn offer(&self, thing: T, bytes: usize) -> Result<(), Refused<T>> {
        let mut state = self.state();
        if state.abandoned {
            return Err(Refused::Abandoned);
        }
        if !state.waiting.is_empty() && state.bytes.saturating_add(bytes) > self.limit {
            return Err(Refused::Full(thing));
        }
        state.bytes = state.bytes.saturating_add(bytes);
        state.waiting.push_back((thing, bytes));
        if state.takers > 0 {
            self.came.notify_one();
        }
        Ok(())
    }

    /// Waits until no more than `bytes` bytes wait, or nobody takes any more.
    pub(crate) fn wait_for_room(&self, bytes: usize) {
        let mut state = self.state();
        while !state.waiting.is_empty() && state.bytes > bytes && !state.abandoned {
            state.bringers = state.bringers.saturating_add(1);
            state = self.went.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.bringers = state.bringers.saturating_sub(1);
        }
    }

    /// The next thing, if there is one.
    pub(crate) fn take(&self) -> Option<T> {
        let mut state = self.state();
        let (thing, bytes) = state.waiting.pop_front()?;
        state.bytes = state.bytes.saturating_sub(bytes);
        if state.bringers > 0 {
            self.went.notify_all();
        }
        Some(thing)
    }

    /// Waits until there is something, for `longest` at most.
    pub(crate) fn wait(&self, longest: Duration) -> Waited {
        let mut state = self.state();
        if state.waiting.is_empty() && !state.ended {
            state.takers = state.takers.saturating_add(1);
            state = self.came.wait_timeout(state, longest).unwrap_or_else(PoisonError::into_inner).0;
            state.takers = state.takers.saturating_sub(1);
        }
        match state.waiting.is_empty() {
            false => Waited::Came,
            true if state.ended => Waited::Ended,
            true => Waited::Nothing,
        }
    }

    /// Says that nothing more will come.
    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.came.notify_all();
    }

    /// Says that nobody takes any more; what waits goes.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        (state.ended, state.abandoned) = (true, true);
        state.waiting.clear();
        state.bytes = 0;
        drop(state);
        self.came.notify_all();
        self.went.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn things_wait_up_to_so_many_bytes_and_one_always_may() {
        let backlog = Backlog::of(10);
        assert!(backlog.offer('a', 100).is_ok());
        assert!(matches!(backlog.offer('b', 1), Err(Refused::Full('b'))));
        assert_eq!(backlog.take(), Some('a'));
        assert!(backlog.offer('b', 5).is_ok() && backlog.offer('c', 5).is_ok());
        assert!(matches!(backlog.offer('d', 1), Err(Refused::Full('d'))));
        assert_eq!([backlog.take(), backlog.take(), backlog.take()], [Some('b'), Some('c'), None]);
    }

    #[test]
    fn what_came_before_the_end_is_taken_and_what_is_abandoned_is_not() {
        let backlog = Backlog::of(10);
        assert_eq!(backlog.wait(Duration::ZERO), Waited::Nothing);
        backlog.offer('a', 1).ok().unwrap();
        backlog.end();
        assert_eq!((backlog.wait(Duration::MAX), backlog.take()), (Waited::Came, Some('a')));
        assert_eq!(backlog.wait(Duration::MAX), Waited::Ended);
        backlog.offer('b', 1).ok().unwrap();
        backlog.abandon();
        assert_eq!(backlog.take(), None);
        assert!(matches!(backlog.offer('c', 1), Err(Refused::Abandoned)));
        backlog.wait_for_room(0);
    }

    #[test]
    fn who_waits_is_woken_by_what_comes_and_goes() {
        let backlog = Backlog::of(1);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for number in 0..1000 {
                    while backlog.offer(number, 1).is_err() {
                        backlog.wait_for_room(0);
                    }
                }
                backlog.end();
            });
            let mut taken = Vec::new();
            while backlog.wait(Duration::from_secs(60)) == Waited::Came {
                taken.extend(backlog.take());
            }
            assert!(taken.into_iter().eq(0..1000));
        });
    }
}
