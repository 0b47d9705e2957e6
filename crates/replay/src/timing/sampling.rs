//! Which operations of a large run are shown: all that diverged before any other.

use crate::report::Report;
use store::runs::Verdict;

/// Chooses operations evenly over the run.
#[derive(Debug)]
pub(crate) struct Sampling {
    diverged: Every,
    others: Every,
    left_out: u64,
}

impl Sampling {
    /// For a run with these counts, of which so many operations are shown at most.
    pub(crate) fn with_room(report: &Report, room: u64) -> Self {
        let diverged = report.diverged();
        let others = report.total_operations.saturating_sub(diverged);
        // What diverged keeps its room, however many requests there are that the report does not count.
        let room_of_others = room.saturating_sub(diverged);
        Self { diverged: Every::of(diverged, room), others: Every::of(others, room_of_others), left_out: 0 }
    }

    /// Whether the next operation, which has this verdict, is shown.
    pub(crate) fn keeps(&mut self, verdict: Verdict) -> bool {
        let every = if verdict.is_diverged() { &mut self.diverged } else { &mut self.others };
        let keeps = every.next();
        self.left_out = self.left_out.saturating_add(u64::from(!keeps));
        keeps
    }

    /// Operations that are not shown.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether what diverged is sampled too, because that alone is too much.
    pub(crate) fn samples_divergences(&self) -> bool {
        self.diverged.stride > 1
    }
}

/// One of so many, and not more than there is room for.
#[derive(Debug)]
struct Every {
    stride: u64,
    seen: u64,
    room: u64,
}

impl Every {
    fn of(count: u64, room: u64) -> Self {
        Self { stride: count.div_ceil(room.max(1)).max(1), seen: 0, room }
    }

    fn next(&mut self) -> bool {
        let at = self.seen;
        self.seen = at.saturating_add(1);
        let keeps = self.room > 0 && at.checked_rem(self.stride) == Some(0);
        self.room = self.room.saturating_sub(u64::from(keeps));
        keeps
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
    fn requests_that_the_report_does_not_count_take_no_room_from_what_diverged() {
        let mut sampling = Sampling::with_room(&report(4, 1), 10);
        assert_eq!((0..50).filter(|_| sampling.keeps(Verdict::NotCompared)).count(), 6);
        assert_eq!((0..4).filter(|_| sampling.keeps(Verdict::Body)).count(), 4);
    }
}
