//! When waiting ends: deadlines of requests, of breaks and closes that do not come, and of all else.

use crate::engine::Engine;
use crate::engine::readiness::Readiness;
use crate::engine::state::{Phase, Progress};
use crate::plan::{Action, MilestoneKind};
use std::cmp::Reverse;
use std::time::Duration;

/// Longest part of a captured distance that is waited for on top of the user's patience.
const LONGEST_DISTANCE: Duration = Duration::from_secs(60);

impl Engine {
    /// Lets go of requests whose deadline has passed: nothing waits for them any more.
    pub(super) fn pass_deadlines(&mut self) {
        while let Some(Reverse((deadline, index))) = self.deadlines.peek().copied() {
            if let Some(state) = self.requests.get_mut(index)
                && state.progress == Progress::Sent
            {
                if deadline > self.now {
                    break;
                }
                state.released = true;
                state.marks.push("timed_out");
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
        (0..self.lanes.len()).filter_map(|lane| self.milestone_deadline(lane)).min()
    }

    fn milestone_deadline(&self, lane: usize) -> Option<Duration> {
        let milestone = self.first_unreached(lane)?;
        let answer = matches!(milestone.kind, MilestoneKind::Answer(_) | MilestoneKind::AnyAnswer(_));
        let matters = || !self.steps_done() || self.lanes.get(lane).is_some_and(|state| !state.outstanding.is_empty());
        if answer || !self.all_performed_before(milestone.seq) || !matters() {
            return None;
        }
        let performed = self.lanes.iter().zip(&self.plan.lanes).filter_map(|(state, planned)| {
            let step = planned.steps.get(state.next_step.checked_sub(1)?)?;
            Some(milestone.time.0.saturating_sub(step.time.0).max(0))
        });
        let distance = Duration::from_nanos(performed.min().and_then(|distance| distance.try_into().ok()).unwrap_or(0));
        let patience = distance.min(LONGEST_DISTANCE).saturating_add(self.options.max_wait);
        Some(self.last_performed.saturating_add(patience))
    }

    /// Whether every step that the capture shows before this place was performed, or never will be.
    pub(super) fn all_performed_before(&self, seq: u64) -> bool {
        self.lanes
            .iter()
            .zip(&self.plan.lanes)
            .all(|(state, planned)| planned.steps.get(state.next_step).is_none_or(|step| step.seq >= seq))
    }

    /// Gives up breaks and closes whose time is over; whether there were any.
    pub(super) fn give_up_milestones(&mut self) -> bool {
        let mut given_up = false;
        for lane in 0..self.lanes.len() {
            if self.milestone_deadline(lane).is_none_or(|deadline| deadline > self.now) {
                continue;
            }
            let closed = self.first_unreached(lane).is_some_and(|milestone| milestone.kind == MilestoneKind::Closed);
            if let Some(state) = self.lanes.get_mut(lane)
                && let Some(reached) = state.reached.get_mut(state.next_milestone)
            {
                *reached = true;
                given_up = true;
            }
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
        let connecting = || self.lanes.iter().any(|state| state.phase == Phase::Connecting);
        let due = || (0..self.lanes.len()).any(|lane| self.readiness(lane) != Readiness::Waiting);
        let something_comes = self.steps_done()
            || self.next_deadline().is_some()
            || connecting()
            || self.next_milestone_deadline().is_some()
            || due();
        (!something_comes).then(|| self.last_happened.saturating_add(self.options.max_wait))
    }

    /// Passes over the earliest step when nothing can happen any more; whether there was one.
    pub(super) fn give_up_stalled(&mut self) -> bool {
        if self.stall_deadline().is_none_or(|deadline| deadline > self.now) {
            return false;
        }
        let heads = self.lanes.iter().zip(&self.plan.lanes).enumerate();
        let heads = heads.filter_map(|(lane, (state, planned))| Some((planned.steps.get(state.next_step)?, lane)));
        let Some((step, lane)) = heads.min_by_key(|(step, _)| step.seq) else { return false };
        let Action::Send(chain) = step.action.clone() else {
            self.perform(lane);
            return true;
        };
        let reason = if self.window_allows(lane, &chain) { "what it waits for cannot come" } else { "no credits" };
        if let Some(state) = self.lanes.get_mut(lane) {
            state.next_step = state.next_step.saturating_add(1);
        }
        self.skip_chain(lane, &chain, reason, None);
        true
    }
}
