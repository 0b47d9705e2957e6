//! What the servers of the trace did, as far as the live server has come to it.

use crate::engine::Engine;
use crate::plan::{MilestoneKind, PlacedMilestone};

impl Engine {
    /// The first milestone of a lane that has not come.
    pub(super) fn first_unreached(&self, lane: usize) -> Option<PlacedMilestone> {
        self.plan.milestone(lane, self.lanes.get(lane)?.next_milestone)
    }

    /// Something became of a request: what waits for it, and the milestones of its lane, are looked at again.
    pub(super) fn changed(&mut self, index: usize) {
        self.schedule.touch_those_waiting_for(index);
        let connection = self.plan.requests.get(index).map(|request| request.connection);
        if let Some(lane) = connection.and_then(|connection| self.lane_of.get(&connection)) {
            self.came.push(*lane);
        }
    }

    /// A milestone that is no response has come, or is given up.
    pub(super) fn reach(&mut self, lane: usize, milestone: usize) {
        if let Some(reached) = self.lanes.get_mut(lane).and_then(|state| state.reached.get_mut(milestone)) {
            *reached = true;
            self.came.push(lane);
        }
    }

    /// Moves the lanes past the milestones that have come.
    pub(super) fn pass_milestones(&mut self) {
        // What is done live may make a captured break impossible at any time.
        self.came.extend(self.frontier.lanes_at_breaks());
        while let Some(lane) = self.came.pop() {
            self.pass_milestones_of(lane);
        }
    }

    fn pass_milestones_of(&mut self, lane: usize) {
        let Some(planned) = self.plan.lanes.get(lane) else { return };
        let before = self.lanes.get(lane).map_or(0, |state| state.next_milestone);
        let count = planned.milestones.len();
        let next = (before..count).find(|milestone| !self.is_reached(lane, *milestone)).unwrap_or(count);
        if next == before {
            return;
        }
        let (from, to) = (self.plan.milestone(lane, before), self.plan.milestone(lane, next));
        self.frontier.moved(planned.group, lane, from, to);
        if let Some(group) = planned.group {
            self.schedule.group_came_to(group, self.frontier.first(Some(group)));
        }
        if let Some(state) = self.lanes.get_mut(lane) {
            state.next_milestone = next;
        }
        self.schedule.touch(lane);
    }

    fn is_reached(&self, lane: usize, milestone: usize) -> bool {
        let Some(state) = self.lanes.get(lane) else { return true };
        let Some(found) = self.plan.milestone(lane, milestone) else { return true };
        match found.kind {
            MilestoneKind::Answer(index) => self.requests.is_let_go(index),
            MilestoneKind::AnyAnswer(index) => self.requests.is_heard_of(index),
            MilestoneKind::Break { file_id, lease_key, cause } => {
                state.reached.get(milestone).is_none_or(|done| *done) || !self.break_may_come(file_id, lease_key, cause)
            }
            MilestoneKind::Closed => state.reached.get(milestone).is_none_or(|done| *done),
        }
    }
}
