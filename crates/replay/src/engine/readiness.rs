//! When a step may be performed: the waits of the captured order.

use crate::engine::Engine;
use crate::engine::state::{Phase, Progress};
use crate::plan::{Action, Milestone, MilestoneKind, Step};
use smb2::Command;
use std::cmp::Reverse;
use std::time::Duration;

/// Whether the next step of a lane may be performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Yes.
    Now,
    /// Not before this time, if nothing happens.
    At(Duration),
    /// Something has to happen first.
    Waiting,
}

impl Engine {
    /// Looks at the next step of a lane.
    pub(super) fn readiness(&self, lane: usize) -> Readiness {
        let (Some(state), Some(planned)) = (self.lanes.get(lane), self.plan.lanes.get(lane)) else {
            return Readiness::Waiting;
        };
        let Some(step) = planned.steps.get(state.next_step) else { return Readiness::Waiting };
        let may_act = match step.action {
            Action::Connect => state.phase == Phase::Before,
            Action::Send(_) | Action::Close(_) => state.phase == Phase::Open,
        };
        if !may_act || !self.has_received(lane, step) {
            return Readiness::Waiting;
        }
        let mut not_before = step.due.unwrap_or_default();
        if let Action::Send(chain) = &step.action {
            for &index in chain {
                match self.request_readiness(chain, index) {
                    Readiness::Waiting => return Readiness::Waiting,
                    Readiness::At(time) => not_before = not_before.max(time),
                    Readiness::Now => {}
                }
            }
            if !self.window_allows(lane, chain) && state.core.window().may_widen() {
                return Readiness::Waiting;
            }
        }
        if not_before > self.now { Readiness::At(not_before) } else { Readiness::Now }
    }

    /// Whether the live server has granted the MessageIds of a chain.
    pub(super) fn window_allows(&self, lane: usize, chain: &[usize]) -> bool {
        let Some(state) = self.lanes.get(lane) else { return false };
        chain.iter().filter_map(|index| self.plan.requests.get(*index)?.header()).all(|header| {
            header.command == Command::CANCEL
                || state.core.window().allows(state.ids.live(header.message_id), header.credit_charge)
        })
    }

    /// Whether everything has come that the captured client, or the order across connections, had come by then.
    fn has_received(&self, lane: usize, step: &Step) -> bool {
        let own = step.acks.unwrap_or(step.seq);
        if self.first_unreached(lane).is_some_and(|milestone| milestone.seq <= own) {
            return false;
        }
        (0..self.lanes.len())
            .filter(|other| *other != lane && self.plan.waits_across(lane, *other))
            .all(|other| self.first_unreached(other).is_none_or(|milestone| milestone.seq > step.seq))
    }

    fn request_readiness(&self, chain: &[usize], index: usize) -> Readiness {
        let Some(request) = self.plan.requests.get(index) else { return Readiness::Now };
        let settled = |issuer: &usize| {
            chain.contains(issuer)
                || self.requests.get(*issuer).is_none_or(|state| state.is_settled() || state.released)
        };
        if !request.issuers().all(|issuer| settled(&issuer)) {
            return Readiness::Waiting;
        }
        let mut not_before = Duration::ZERO;
        for (earlier, hold) in &request.conflicts {
            let Some(state) = self.requests.get(*earlier) else { continue };
            match (&state.progress, state.sent_at) {
                (Progress::Waiting, _) => return Readiness::Waiting,
                (Progress::Sent, Some(sent)) if !state.interim => {
                    not_before = not_before.max(sent.saturating_add(*hold))
                }
                _ => {}
            }
        }
        if not_before > self.now { Readiness::At(not_before) } else { Readiness::Now }
    }

    /// The first milestone of a lane that has not come.
    fn first_unreached(&self, lane: usize) -> Option<&Milestone> {
        let (state, planned) = (self.lanes.get(lane)?, self.plan.lanes.get(lane)?);
        planned.milestones.get(state.next_milestone)
    }

    fn is_reached(&self, lane: usize, milestone: usize) -> bool {
        let (Some(state), Some(planned)) = (self.lanes.get(lane), self.plan.lanes.get(lane)) else { return true };
        let Some(found) = planned.milestones.get(milestone) else { return true };
        let request = |index: usize| self.requests.get(index);
        match found.kind {
            MilestoneKind::Answer(index) => request(index).is_none_or(|state| state.is_settled() || state.released),
            MilestoneKind::AnyAnswer(index) => {
                request(index).is_none_or(|state| state.is_settled() || state.released || state.interim)
            }
            MilestoneKind::Break { file_id, lease_key, .. } => {
                state.reached.get(milestone).is_none_or(|done| *done) || !self.break_may_come(file_id, lease_key)
            }
            MilestoneKind::Closed => state.reached.get(milestone).is_none_or(|done| *done),
        }
    }

    /// Moves every lane past the milestones that have come.
    pub(super) fn pass_milestones(&mut self) {
        for lane in 0..self.lanes.len() {
            while let Some(state) = self.lanes.get(lane) {
                let next = state.next_milestone;
                let count = self.plan.lanes.get(lane).map_or(0, |planned| planned.milestones.len());
                if next >= count || !self.is_reached(lane, next) {
                    break;
                }
                if let Some(state) = self.lanes.get_mut(lane) {
                    state.next_milestone = next.saturating_add(1);
                }
            }
        }
    }

    /// Lets go of requests whose deadline has passed: nothing waits for them any more.
    pub(super) fn pass_deadlines(&mut self) {
        while let Some(Reverse((deadline, index))) = self.deadlines.peek().copied() {
            let Some(state) = self.requests.get_mut(index) else { break };
            if state.progress == Progress::Sent {
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

    /// The earliest deadline of a request that is outstanding.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines
            .iter()
            .filter(|Reverse((_, index))| {
                self.requests.get(*index).is_some_and(|state| state.progress == Progress::Sent && !state.released)
            })
            .map(|Reverse((deadline, _))| *deadline)
            .min()
    }

    /// When a break or close that does not come is given up: it has its captured distance from the step before it, and
    /// the patience of the options, once all that the capture shows before it was performed.
    pub(super) fn next_milestone_deadline(&self) -> Option<Duration> {
        (0..self.lanes.len()).filter_map(|lane| self.milestone_deadline(lane)).min()
    }

    fn milestone_deadline(&self, lane: usize) -> Option<Duration> {
        let milestone = self.first_unreached(lane)?;
        if matches!(milestone.kind, MilestoneKind::Answer(_) | MilestoneKind::AnyAnswer(_)) {
            return None;
        }
        let mut distance = i64::MAX;
        for (state, planned) in self.lanes.iter().zip(&self.plan.lanes) {
            if planned.steps.get(state.next_step).is_some_and(|step| step.seq < milestone.seq) {
                return None;
            }
            let before = state.next_step.checked_sub(1).and_then(|index| planned.steps.get(index));
            if let Some(step) = before {
                distance = distance.min(milestone.time.0.saturating_sub(step.time.0).max(0));
            }
        }
        let distance = Duration::from_nanos(u64::try_from(distance).unwrap_or(0)).min(Duration::from_secs(60));
        Some(self.last_performed.saturating_add(distance).saturating_add(self.options.max_wait))
    }

    /// Gives up breaks and closes whose time is over; whether there were any.
    pub(super) fn give_up_milestones(&mut self) -> bool {
        let mut given_up = false;
        for lane in 0..self.lanes.len() {
            if self.milestone_deadline(lane).is_some_and(|deadline| deadline <= self.now)
                && let Some(state) = self.lanes.get_mut(lane)
                && let Some(reached) = state.reached.get_mut(state.next_milestone)
            {
                *reached = true;
                given_up = true;
            }
        }
        if given_up {
            self.pass_milestones();
        }
        given_up
    }
}
