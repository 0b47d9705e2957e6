//! When a step may be performed: the waits of the captured order.

use crate::engine::Engine;
use crate::engine::state::{Phase, Progress};
use crate::plan::{Action, Milestone, MilestoneKind, Step};
use smb2::Command;
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
        let own = step.acks.map_or(step.seq, |acks| acks.min(step.seq));
        if self.first_unreached(lane).is_some_and(|milestone| milestone.seq <= own) {
            return false;
        }
        let group = self.plan.lanes.get(lane).and_then(|lane| lane.group);
        self.frontier.first_of_others(group, lane).is_none_or(|seq| seq > step.seq)
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
    pub(super) fn first_unreached(&self, lane: usize) -> Option<&Milestone> {
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
            MilestoneKind::Break { file_id, lease_key, cause, .. } => {
                state.reached.get(milestone).is_none_or(|done| *done) || !self.break_may_come(file_id, lease_key, cause)
            }
            MilestoneKind::Closed => state.reached.get(milestone).is_none_or(|done| *done),
        }
    }

    /// Moves every lane past the milestones that have come.
    pub(super) fn pass_milestones(&mut self) {
        for lane in 0..self.lanes.len() {
            let before = self.lanes.get(lane).map_or(0, |state| state.next_milestone);
            let count = self.plan.lanes.get(lane).map_or(0, |planned| planned.milestones.len());
            let next = (before..count).find(|milestone| !self.is_reached(lane, *milestone)).unwrap_or(count);
            if next != before {
                let planned = self.plan.lanes.get(lane);
                let place = |index: usize| Some(planned?.milestones.get(index)?.seq);
                self.frontier.moved(planned.and_then(|lane| lane.group), lane, place(before), place(next));
                if let Some(state) = self.lanes.get_mut(lane) {
                    state.next_milestone = next;
                }
            }
        }
    }
}
