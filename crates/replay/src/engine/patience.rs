//! When waiting ends: deadlines of requests, of breaks and closes that do not come, and of all else.

use crate::engine::Engine;
use crate::engine::requests::Progress;
use crate::plan::{Action, Cause, MilestoneKind, PlacedMilestone};
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

/// Longest part of a captured distance that is waited for on top of the user's patience.
const LONGEST_DISTANCE: Duration = Duration::from_secs(60);

/// How long a break is waited for whose cause the live server has answered.
const BREAK_AFTER_ANSWER: Duration = Duration::from_millis(250);

impl Engine {
    /// Lets go of requests whose deadline has passed: nothing waits for them any more.
    pub(super) fn pass_deadlines(&mut self) {
        while let Some(Reverse((deadline, index))) = self.deadlines.peek().copied() {
            if self.requests.progress(index) == Progress::Sent {
                if deadline > self.now {
                    break;
                }
                self.requests.under_way_mut(index).released = true;
                self.requests.mark(index, "timed_out");
                self.changed(index);
            }
            self.deadlines.pop();
        }
        self.pass_milestones();
    }

    /// The earliest deadline of a request that is outstanding. Those of settled requests are taken out by
    /// [`Engine::pass_deadlines`] when they come first.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// When a break or close that does not come is given up: it has its captured distance from the step before it, and
    /// the patience of the options, once all that the capture shows before it was performed.
    pub(super) fn next_milestone_deadline(&self) -> Option<Duration> {
        self.lanes_at_due_events().filter_map(|lane| self.milestone_deadline(lane)).min()
    }

    fn milestone_deadline(&self, lane: usize) -> Option<Duration> {
        let milestone = self.first_unreached(lane)?;
        if self.steps_done() && self.lanes.get(lane).is_none_or(|state| state.outstanding.is_empty()) {
            return None;
        }
        let distance = milestone.time?.0.saturating_sub(self.performed_until.0);
        let distance = Duration::from_nanos(distance.try_into().unwrap_or(0));
        let distance = distance.min(LONGEST_DISTANCE);
        let deadline = self.last_performed.saturating_add(distance).saturating_add(self.options.max_wait);
        if self.has_answered_cause(&milestone) {
            let after = distance.saturating_add(BREAK_AFTER_ANSWER.min(self.options.max_wait));
            return Some(self.last_happened.saturating_add(after).min(deadline));
        }
        Some(deadline)
    }

    /// Whether a milestone is a break, and the live server has answered the request that caused it: it sends a break
    /// that it waits for before that, and others with it.
    fn has_answered_cause(&self, milestone: &PlacedMilestone) -> bool {
        let MilestoneKind::Break { cause: Cause::Request(cause), .. } = milestone.kind else { return false };
        self.requests.is_answered(cause)
    }

    /// Whether every step that the capture shows before this place was performed, or never will be.
    pub(super) fn all_performed_before(&self, seq: u64) -> bool {
        self.schedule.first_head().is_none_or(|(head, _)| head >= seq)
    }

    /// The lanes that wait for a break or a close before which everything was performed.
    fn lanes_at_due_events(&self) -> impl Iterator<Item = usize> + '_ {
        self.frontier.lanes_at_events(self.schedule.first_head().map_or(u64::MAX, |(head, _)| head))
    }

    /// Gives up breaks and closes whose time is over; whether there were any.
    pub(super) fn give_up_milestones(&mut self) -> bool {
        let mut given_up = false;
        for lane in self.lanes_at_due_events().collect::<Vec<_>>() {
            if self.milestone_deadline(lane).is_none_or(|deadline| deadline > self.now) {
                continue;
            }
            let closed = self.first_unreached(lane).is_some_and(|milestone| milestone.kind == MilestoneKind::Closed);
            let next = self.lanes.get(lane).map_or(0, |state| state.next_milestone);
            self.reach(lane, next);
            given_up = true;
            if closed {
                self.close_in_place_of_server(lane);
            }
        }
        if given_up {
            self.pass_milestones();
        }
        given_up
    }

    /// When a step that nothing more can happen for is given up; `None` while something else is under way. Such a step
    /// waits for credits that only an answer without a deadline could bring (a CHANGE_NOTIFY's, one that is overdue), or
    /// its trace contradicts itself.
    pub(super) fn stall_deadline(&self) -> Option<Duration> {
        let something_comes = self.steps_done()
            || self.next_deadline().is_some()
            || self.connecting > 0
            || self.schedule.has_something_due()
            || self.next_milestone_deadline().is_some();
        (!something_comes).then(|| self.last_happened.saturating_add(self.options.max_wait))
    }

    /// Passes over the earliest step when nothing can happen any more; whether there was one.
    pub(super) fn give_up_stalled(&mut self) -> bool {
        if self.stall_deadline().is_none_or(|deadline| deadline > self.now) {
            return false;
        }
        let Some((_, lane)) = self.schedule.first_head() else { return false };
        let next = self.lanes.get(lane).map_or(0, |state| state.next_step);
        let plan = Arc::clone(&self.plan);
        let Some(Action::Send(chain)) = plan.step(lane, next).map(|step| step.action) else {
            self.perform(lane);
            return true;
        };
        if self.ask_for_credits(lane, &chain) {
            return true;
        }
        let reason = if self.window_allows(lane, &chain) { "what it waits for cannot come" } else { "no credits" };
        self.pass_steps(lane, next.saturating_add(1));
        self.skip_chain(lane, &chain, reason, None);
        true
    }
}
