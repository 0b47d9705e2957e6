//! How far the server's part of the trace has come, over all lanes.

use crate::plan::Plan;
use std::collections::BTreeSet;

/// The place of the first milestone of every lane that has not come, by group of lanes that wait for each other.
pub(super) struct Frontier {
    groups: Vec<BTreeSet<(u64, usize)>>,
}

impl Frontier {
    /// Nothing has come yet.
    pub(super) fn new(plan: &Plan) -> Self {
        let count = plan.lanes.iter().filter_map(|lane| lane.group).max().map_or(0, |last| last.saturating_add(1));
        let mut frontier = Self { groups: vec![BTreeSet::new(); count] };
        for (index, lane) in plan.lanes.iter().enumerate() {
            frontier.moved(lane.group, index, None, lane.milestones.first().map(|milestone| milestone.seq));
        }
        frontier
    }

    /// The first milestone of a lane that has not come is another one now; `None`: all have come.
    pub(super) fn moved(&mut self, group: Option<usize>, lane: usize, from: Option<u64>, to: Option<u64>) {
        let Some(waiting) = group.and_then(|group| self.groups.get_mut(group)) else { return };
        if let Some(from) = from {
            waiting.remove(&(from, lane));
        }
        waiting.extend(to.map(|to| (to, lane)));
    }

    /// The place of the first milestone that has not come on the other lanes of the group.
    pub(super) fn first_of_others(&self, group: Option<usize>, lane: usize) -> Option<u64> {
        let waiting = self.groups.get(group?)?;
        waiting.iter().find(|(_, other)| *other != lane).map(|(seq, _)| *seq)
    }
}
