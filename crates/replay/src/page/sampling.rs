//! Which operations of a large run the page has: all that diverged before any other.

use crate::report::Report;
use store::runs::Verdict;

/// Operations of a page.
pub(super) const MOST_OPERATIONS: u64 = 200_000;

/// Chooses operations evenly over the run.
#[derive(Debug)]
pub(super) struct Sampling {
    diverged: Every,
    others: Every,
    room: u64,
    left_out: u64,
}

impl Sampling {
    /// For a run with these counts.
    pub(super) fn of(report: &Report) -> Self {
        Self::with_room(report, MOST_OPERATIONS)
    }

    fn with_room(report: &Report, room: u64) -> Self {
        let diverged = report.status_diverged.saturating_add(report.body_diverged).saturating_add(report.no_response);
        let others = report.total_operations.saturating_sub(diverged);
        let room_of_others = room.saturating_sub(diverged);
        Self { diverged: Every::of(diverged, room), others: Every::of(others, room_of_others), room, left_out: 0 }
    }

    /// Whether the page has the next operation, which has this verdict.
    pub(super) fn keeps(&mut self, verdict: Verdict) -> bool {
        let every = if is_diverged(verdict) { &mut self.diverged } else { &mut self.others };
        let keeps = every.next() && self.room > 0;
        if keeps {
            self.room = self.room.saturating_sub(1);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
        keeps
    }

    /// Operations the page does not have.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether what diverged is sampled too, because that alone is too much.
    pub(super) fn samples_divergences(&self) -> bool {
        self.diverged.stride != Some(1)
    }
}

/// Whether the live server answered differently, or not at all.
pub(super) fn is_diverged(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Status | Verdict::Body | Verdict::NoResponse)
}

/// One of so many.
#[derive(Debug)]
struct Every {
    /// `None`: none.
    stride: Option<u64>,
    seen: u64,
}

impl Every {
    fn of(count: u64, room: u64) -> Self {
        let stride = Some(count.div_ceil(room.max(1)).max(1));
        Self { stride: stride.filter(|_| room > 0 || count == 0), seen: 0 }
    }

    fn next(&mut self) -> bool {
        let at = self.seen;
        self.seen = at.saturating_add(1);
        self.stride.and_then(|stride| at.checked_rem(stride)) == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(report: &Report, room: u64) -> (u64, u64, Sampling) {
        let mut sampling = Sampling::with_room(report, room);
        let mut count = |verdict, operations: u64| (0..operations).filter(|_| sampling.keeps(verdict)).count() as u64;
        let diverged = count(Verdict::Status, report.status_diverged);
        let matched = count(Verdict::Match, report.matched);
        (diverged, matched, sampling)
    }

    fn report(status_diverged: u64, matched: u64) -> Report {
        Report {
            total_operations: status_diverged.saturating_add(matched),
            status_diverged,
            matched,
            ..Report::default()
        }
    }

    #[test]
    fn a_run_that_fits_is_there_as_a_whole() {
        let (diverged, matched, sampling) = kept(&report(3, 97), 100);
        assert_eq!((diverged, matched, sampling.left_out()), (3, 97, 0));
    }

    #[test]
    fn of_a_larger_run_all_divergences_are_there_and_some_of_the_rest() {
        let (diverged, matched, sampling) = kept(&report(60, 1000), 100);
        assert_eq!((diverged, matched, sampling.left_out()), (60, 40, 960));
        assert!(!sampling.samples_divergences());
    }

    #[test]
    fn more_divergences_than_fit_are_sampled_too() {
        let (diverged, matched, sampling) = kept(&report(250, 10), 100);
        assert_eq!((diverged, matched, sampling.left_out()), (84, 0, 176));
        assert!(sampling.samples_divergences());
    }

    #[test]
    fn requests_that_the_report_does_not_count_cannot_make_it_longer_than_the_bound() {
        let mut sampling = Sampling::with_room(&report(0, 1), 10);
        assert_eq!((0..50).filter(|_| sampling.keeps(Verdict::NotCompared)).count(), 10);
    }
}
