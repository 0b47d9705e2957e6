//! How many requests are outstanding at once, seen in one pass over time.

use super::bucket::Filling;
use super::window::Window;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The requests that wait for their response. One that was answered in the moment in which another was sent did not wait beside it.
#[derive(Debug, Default)]
pub(super) struct Outstanding {
    /// When those are answered that were sent so far.
    ends: BinaryHeap<Reverse<i64>>,
    /// When the last one was sent.
    now: Option<i64>,
    /// Buckets whose beginning has passed.
    begun: usize,
}

impl Outstanding {
    /// A request is sent at `from` and answered at `to`, `None`: never, as far as is known. It counts from the time of the one before
    /// it on when the clock has gone back since.
    pub(super) fn send(&mut self, from: i64, to: Option<i64>, window: &Window, buckets: &mut [Filling]) {
        let from = self.now.map_or(from, |now| now.max(from));
        self.now = Some(from);
        self.pass(from, window, buckets);
        self.answer_until(from);
        if let Some(bucket) = window.bucket(from).and_then(|bucket| buckets.get_mut(bucket)) {
            bucket.outstanding(self.ends.len().saturating_add(1));
        }
        if let Some(to) = to.filter(|to| *to > from) {
            self.ends.push(Reverse(to));
        }
    }

    /// No more requests come.
    pub(super) fn finish(&mut self, window: &Window, buckets: &mut [Filling]) {
        self.pass(i64::MAX, window, buckets);
    }

    /// Tells the buckets that begin up to `time` what is outstanding when they do.
    fn pass(&mut self, time: i64, window: &Window, buckets: &mut [Filling]) {
        while let Some(bucket) = buckets.get_mut(self.begun) {
            let begins = window.begins(self.begun);
            if begins > time {
                return;
            }
            self.answer_until(begins);
            bucket.outstanding(self.ends.len());
            self.begun = self.begun.saturating_add(1);
        }
    }

    fn answer_until(&mut self, time: i64) {
        while self.ends.peek().is_some_and(|Reverse(end)| *end <= time) {
            self.ends.pop();
        }
    }
}
