//! How far the server's part of the trace has come, over all lanes.

use crate::plan::{MilestoneKind, PlacedMilestone, Plan};
use std::collections::BTreeSet;

/// The first milestone of every lane that has not come, by place.
pub(super) struct Frontier {
    /// By group of lanes that wait for each other.
    groups: Vec<BTreeSet<(u64, usize)>>,
    /// Those that are no response, of all lanes: no deadline of a request ends waiting for them.
    events: BTreeSet<(u64, usize)>,
    /// Lanes where it is a break.
    breaks: BTreeSet<usize>,
}

impl Frontier {
    /// Nothing has come yet.
    pub(super) fn new(plan: &Plan) -> Self {
        let count = plan.lanes.iter().filter_map(|lane| lane.group).max().map_or(0, |last| last.saturating_add(1));
        let groups = vec![BTreeSet::new(); count];
        let mut frontier = Self { groups, events: BTreeSet::new(), breaks: BTreeSet::new() };
        for (index, lane) in plan.lanes.iter().enumerate() {
            frontier.moved(lane.group, index, None, plan.milestone(index, 0));
        }
        frontier
    }

    /// The first milestone of a lane that has not come is another one now; `None`: all have come.
    pub(super) fn moved(
        &mut self,
        group: Option<usize>,
        lane: usize,
        from: Option<PlacedMilestone>,
        to: Option<PlacedMilestone>,
    ) {
        let mut waiting = group.and_then(|group| self.groups.get_mut(group));
        if let Some(from) = from {
            waiting.as_mut().map(|waiting| waiting.remove(&(from.seq, lane)));
            self.events.remove(&(from.seq, lane));
            self.breaks.remove(&lane);
        }
        if let Some(to) = to {
            waiting.as_mut().map(|waiting| waiting.insert((to.seq, lane)));
            match to.kind {
                MilestoneKind::Answer(_) | MilestoneKind::AnyAnswer(_) => {}
                MilestoneKind::Closed => {
                    self.events.insert((to.seq, lane));
                }
                MilestoneKind::Break { .. } => {
                    self.events.insert((to.seq, lane));
                    self.breaks.insert(lane);
                }
            }
        }
    }

    /// The place of the first milestone that has not come on the lanes of a group, and its lane.
    pub(super) fn first(&self, group: Option<usize>) -> Option<(u64, usize)> {
        self.groups.get(group?)?.first().copied()
    }

    /// The place of the first milestone that has not come on the other lanes of the group.
    pub(super) fn first_of_others(&self, group: Option<usize>, lane: usize) -> Option<u64> {
        let waiting = self.groups.get(group?)?;
        waiting.iter().find(|(_, other)| *other != lane).map(|(seq, _)| *seq)
    }

    /// The lanes whose first milestone that has not come is a break.
    pub(super) fn lanes_at_breaks(&self) -> impl Iterator<Item = usize> + '_ {
        self.breaks.iter().copied()
    }

    /// The lanes whose first milestone that has not come is a break or a close at a place up to `last`.
    pub(super) fn lanes_at_events(&self, last: u64) -> impl Iterator<Item = usize> + '_ {
        self.events.range(..=(last, usize::MAX)).map(|(_, lane)| *lane)
    }
}
