//! How far a run is, told while it goes on.

use crate::Divergence;
use crate::engine::{Engine, Record};
use crate::tally::{self, Tally};
use capture::Timestamp;
use std::time::{Duration, Instant};
use store::runs::Verdict;

/// What is told of a run while it goes on.
#[derive(Clone, Debug)]
pub enum Event {
    /// How far it is; from time to time, and when all is done.
    Progress(Progress),
    /// All is prepared; nothing happens before this time.
    Waits(Timestamp),
    /// A root divergence, as it is found.
    Diverged(Box<Divergence>),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Operations planned.
    pub total: u64,
    /// Operations whose outcome is known.
    pub done: u64,
    /// Of these, how many differ.
    pub divergences: u64,
    /// Of these, how many were not sent.
    pub skipped: u64,
    /// Operations that were sent and not answered yet.
    pub in_flight: u64,
    /// How late the request that ended last had been sent, with a pace other than `asap`.
    pub lag: Duration,
    /// Of those that are done, how many have each verdict, in the order of [`Verdict::ALL`].
    pub verdicts: [u64; Verdict::ALL.len()],
}

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_millis(50);

/// Works out the progress, from time to time.
pub(crate) struct Watch {
    total: u64,
    /// Requests that each clone has sent, and all of them together.
    sent_by: Vec<u64>,
    sent: u64,
    lag: Duration,
    told: Option<Instant>,
    /// Something has happened since.
    is_stale: bool,
}

impl Watch {
    /// Nothing has happened yet.
    pub(crate) fn new(total: u64, clones: u32) -> Self {
        let sent_by = vec![0; usize::try_from(clones).unwrap_or(0)];
        Self { total, sent_by, sent: 0, lag: Duration::ZERO, told: None, is_stale: false }
    }

    /// A record came of a clone's engine and was counted; how far all are, when it is time to tell.
    pub(crate) fn look(&mut self, clone: usize, engine: &Engine, found: &Record, tally: &Tally) -> Option<Progress> {
        if let Record::Request(record) = found {
            self.lag = tally::lag(record).unwrap_or(self.lag);
        }
        self.is_stale = true;
        self.again(clone, engine, tally)
    }

    /// Nothing came for a while; how far all are, when what was told last does not hold any more.
    pub(crate) fn again(&mut self, clone: usize, engine: &Engine, tally: &Tally) -> Option<Progress> {
        if let Some(before) = self.sent_by.get_mut(clone) {
            let sent = engine.sent_count().saturating_sub(*before);
            self.sent = self.sent.saturating_add(sent);
            self.is_stale |= sent > 0;
            *before = engine.sent_count();
        }
        let done = tally.done();
        let is_early = done < self.total && self.told.is_some_and(|told| told.elapsed() < TOLD_EVERY);
        if is_early || !self.is_stale {
            return None;
        }
        self.told = Some(Instant::now());
        self.is_stale = false;
        let skipped = tally.of(Verdict::Skipped);
        let in_flight = self.sent.saturating_sub(done.saturating_sub(skipped));
        Some(Progress {
            total: self.total,
            done,
            divergences: tally.divergences(),
            skipped,
            in_flight,
            lag: self.lag,
            verdicts: Verdict::ALL.map(|verdict| tally.of(verdict)),
        })
    }
}
