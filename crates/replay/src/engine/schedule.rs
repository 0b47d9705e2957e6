//! Which lanes may act. Only those that something has happened to are looked at again, so that an event costs the same
//! on one connection and on a thousand.

use crate::engine::readiness::{Readiness, Wait};
use crate::plan::Plan;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// Where the next step of every lane is entered until something happens that it waits for.
pub(super) struct Schedule {
    /// Lanes whose next step has to be looked at.
    touched: Vec<usize>,
    lanes: Vec<Entry>,
    /// The place of the next step of every lane that has one.
    heads: BTreeSet<(u64, usize)>,
    ready: BTreeSet<(u64, usize)>,
    timers: BTreeSet<(Duration, usize)>,
    /// By group: lanes that wait for what the servers of other lanes did before this place.
    behind: Vec<BTreeSet<(u64, usize)>>,
    /// By request: lanes that wait for something to become of it.
    on_request: FxHashMap<usize, Vec<usize>>,
}

#[derive(Default)]
struct Entry {
    is_touched: bool,
    head: Option<u64>,
    at: Option<Duration>,
    group: Option<usize>,
}

impl Schedule {
    /// Every lane has yet to be looked at.
    pub(super) fn new(plan: &Plan) -> Self {
        let groups = plan.lanes.iter().filter_map(|lane| lane.group).max().map_or(0, |last| last.saturating_add(1));
        let mut schedule = Self {
            touched: Vec::new(),
            lanes: plan.lanes.iter().map(|lane| Entry { group: lane.group, ..Entry::default() }).collect(),
            heads: BTreeSet::new(),
            ready: BTreeSet::new(),
            timers: BTreeSet::new(),
            behind: vec![BTreeSet::new(); groups],
            on_request: FxHashMap::default(),
        };
        for lane in 0..plan.lanes.len() {
            schedule.begins_with(lane, plan.seq_of(lane, 0));
        }
        schedule
    }

    /// The next step of a lane is at this place now; `None`: it has no more.
    pub(super) fn begins_with(&mut self, lane: usize, head: Option<u64>) {
        self.withdraw(lane);
        let Some(entry) = self.lanes.get_mut(lane) else { return };
        if let Some(before) = entry.head.take() {
            self.heads.remove(&(before, lane));
        }
        entry.head = head;
        self.heads.extend(head.map(|head| (head, lane)));
        self.touch(lane);
    }

    /// Something happened on a lane that its next step may have waited for.
    pub(super) fn touch(&mut self, lane: usize) {
        if let Some(entry) = self.lanes.get_mut(lane)
            && !std::mem::replace(&mut entry.is_touched, true)
        {
            self.touched.push(lane);
        }
    }

    /// Something became of a request.
    pub(super) fn touch_those_waiting_for(&mut self, request: usize) {
        for lane in self.on_request.remove(&request).unwrap_or_default() {
            self.touch(lane);
        }
    }

    /// The first place that a server of a group has not come to, and the lane it is on, are these now.
    pub(super) fn group_came_to(&mut self, group: usize, first: Option<(u64, usize)>) {
        let Some(behind) = self.behind.get(group) else { return };
        let (reached, own) = first.map_or((u64::MAX, None), |(seq, lane)| (seq, Some(lane)));
        let passed: Vec<_> = behind.range(..(reached, 0)).map(|(_, lane)| *lane).chain(own).collect();
        passed.into_iter().for_each(|lane| self.touch(lane));
    }

    /// Timers up to `now` have run out.
    pub(super) fn pass_timers(&mut self, now: Duration) {
        while let Some((_, lane)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.withdraw(lane);
            self.touch(lane);
        }
    }

    /// A lane whose next step has to be looked at.
    pub(super) fn take_touched(&mut self) -> Option<usize> {
        let lane = self.touched.pop()?;
        if let Some(entry) = self.lanes.get_mut(lane) {
            entry.is_touched = false;
        }
        self.withdraw(lane);
        Some(lane)
    }

    /// The next step of a lane was looked at.
    pub(super) fn enter(&mut self, lane: usize, readiness: Readiness) {
        let Some(entry) = self.lanes.get_mut(lane) else { return };
        let (Some(head), group) = (entry.head, entry.group) else { return };
        let request = match readiness {
            Readiness::Now => {
                self.ready.insert((head, lane));
                None
            }
            Readiness::At { time, unless_settled } => {
                entry.at = Some(time);
                self.timers.insert((time, lane));
                unless_settled
            }
            Readiness::Waiting(Wait::Others) => {
                if let Some(behind) = group.and_then(|group| self.behind.get_mut(group)) {
                    behind.insert((head, lane));
                }
                None
            }
            Readiness::Waiting(Wait::Request(request)) => Some(request),
            Readiness::Waiting(Wait::OwnLane) => None,
        };
        if let Some(request) = request {
            let waiting = self.on_request.entry(request).or_default();
            if !waiting.contains(&lane) {
                waiting.push(lane);
            }
        }
    }

    /// The lane with the earliest step that may be performed.
    pub(super) fn first_ready(&self) -> Option<usize> {
        self.ready.first().map(|(_, lane)| *lane)
    }

    /// When the first step is due that waits for nothing but time.
    pub(super) fn next_timer(&self) -> Option<Duration> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Whether a step may be performed now, or when its time has come.
    pub(super) fn has_something_due(&self) -> bool {
        !self.ready.is_empty() || !self.timers.is_empty()
    }

    /// The earliest step that was not performed: its place and lane.
    pub(super) fn first_head(&self) -> Option<(u64, usize)> {
        self.heads.first().copied()
    }

    fn withdraw(&mut self, lane: usize) {
        let Some(entry) = self.lanes.get_mut(lane) else { return };
        if let Some(at) = entry.at.take() {
            self.timers.remove(&(at, lane));
        }
        let Some(head) = entry.head else { return };
        self.ready.remove(&(head, lane));
        if let Some(behind) = entry.group.and_then(|group| self.behind.get_mut(group)) {
            behind.remove(&(head, lane));
        }
    }
}
