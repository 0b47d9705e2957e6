//! Oplock and lease breaks of the live server (MS-SMB2 2.2.23, 3.2.5.19).

use crate::engine::Engine;
use crate::engine::requests::Progress;
use crate::engine::state::Phase;
use crate::plan::{Cause, Milestone, MilestoneKind, Plan};
use client::Received;
use rustc_hash::FxHashMap;
use smb2::message::{LeaseBreakNotification, OplockBreakNotification};
use smb2::{Command, FileId, Guid};

/// SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED (MS-SMB2 2.2.23.2).
const ACK_REQUIRED: u32 = 0x0000_0001;
/// SMB2_OPLOCK_LEVEL_EXCLUSIVE and _BATCH: levels whose break is acknowledged (MS-SMB2 3.2.5.19.1).
const EXCLUSIVE: u8 = 0x08;
const BATCH: u8 = 0x09;

/// What a break is about, as captured.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Broken {
    File(FileId),
    Lease(Guid),
}

/// Where a captured break stands in the plan.
#[derive(Clone, Copy)]
struct Place {
    lane: usize,
    milestone: usize,
}

/// The captured breaks of the plan, and the CREATEs of what they are about, each in trace order.
#[derive(Default)]
pub(super) struct CapturedBreaks {
    places: FxHashMap<Broken, Vec<Place>>,
    opens: FxHashMap<Broken, Vec<usize>>,
}

impl CapturedBreaks {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut breaks = Self::default();
        for (lane, planned) in plan.lanes.iter().enumerate() {
            for (milestone, found) in planned.milestones.iter().enumerate() {
                let Milestone::Event(event) = found else { continue };
                let event = planned.events.get(*event as usize).map(|event| event.kind);
                let Some(MilestoneKind::Break { file_id, lease_key, .. }) = event else { continue };
                if let Some(broken) = lease_key.map(Broken::Lease).or(file_id.map(Broken::File)) {
                    breaks.places.entry(broken).or_default().push(Place { lane, milestone });
                }
            }
        }
        for (index, request) in plan.requests.iter().enumerate() {
            if request.command() != Some(Command::CREATE) {
                continue;
            }
            let Some(row) = plan.trace.rows.get(request.row()) else { continue };
            // The live server may break a lease that the captured one did not, and names it by its captured key.
            let file = row.file_id().map(Broken::File).filter(|file| breaks.places.contains_key(file));
            for broken in file.into_iter().chain(row.lease_key().map(Broken::Lease)) {
                breaks.opens.entry(broken).or_default().push(index);
            }
        }
        breaks
    }
}

/// A break, as the server sent it.
enum Break {
    Oplock { file_id: FileId, level: u8 },
    Lease { key: Guid, new_state: u32, ack_required: bool },
}

impl Engine {
    /// Takes a message that answers no request.
    pub(super) fn take_notification(&mut self, lane: usize, received: &Received) {
        if received.header.command != Command::OPLOCK_BREAK {
            return;
        }
        let found = if let Ok(view) = LeaseBreakNotification::parse(&received.message) {
            Break::Lease {
                key: view.lease_key(),
                new_state: view.new_lease_state(),
                ack_required: view.flags() & ACK_REQUIRED != 0,
            }
        } else if let Ok(view) = OplockBreakNotification::parse(&received.message) {
            Break::Oplock { file_id: view.file_id(), level: view.oplock_level() }
        } else {
            self.warn(format!("connection {}: a break that is malformed", self.connection_number(lane)));
            return;
        };
        if !self.reach_captured_break(lane, &found) {
            self.acknowledge(lane, &found);
        }
    }

    /// Marks the captured break that this one is; false when the capture has none, or none that can come yet.
    fn reach_captured_break(&mut self, lane: usize, found: &Break) -> bool {
        let captured = match found {
            Break::Oplock { file_id, .. } => self
                .issued
                .files
                .get(file_id)
                .and_then(|index| self.captured_file_id(*index as usize))
                .map(Broken::File),
            Break::Lease { key, .. } => Some(Broken::Lease(*key)),
        };
        let places = captured.and_then(|captured| self.captured_breaks.places.get(&captured));
        let mut open = places.into_iter().flatten().filter(|place| !self.has_come(**place));
        // A lease is told of on any connection of its client.
        let here = open.clone().find(|place| place.lane == lane).or_else(|| open.next()).copied();
        let Some(place) = here.filter(|place| self.may_have_been_caused(*place)) else { return false };
        self.reach(place.lane, place.milestone);
        true
    }

    fn has_come(&self, place: Place) -> bool {
        let lane = self.lanes.get(place.lane);
        lane.and_then(|state| state.reached.get(place.milestone)).is_none_or(|reached| *reached)
    }

    /// Whether what caused a captured break has happened in the replay: a live break that comes before is another one.
    fn may_have_been_caused(&self, place: Place) -> bool {
        let milestone = self.plan.milestone(place.lane, place.milestone);
        milestone.is_some_and(|milestone| match milestone.kind {
            MilestoneKind::Break { cause: Cause::Request(index), .. } => self.requests.went_out(index),
            MilestoneKind::Break { cause: Cause::NotReplayed, .. } => self.all_performed_before(milestone.seq),
            _ => true,
        })
    }

    /// Acknowledges a break that the capture does not show, so that the server does not wait for nothing.
    fn acknowledge(&mut self, lane: usize, found: &Break) {
        let opened_by = match found {
            Break::Oplock { file_id, .. } => self.issued.files.get(file_id).map(|index| *index as usize),
            Break::Lease { key, .. } => self.leased_by(*key),
        };
        let Some(index) = opened_by else {
            self.warn(format!("connection {}: a break of an unknown handle or lease", self.connection_number(lane)));
            return;
        };
        let held = self.requests.oplock(index);
        match found {
            Break::Oplock { level, .. } => self.requests.set_oplock(index, *level),
            Break::Lease { new_state: 0, .. } => self.requests.set_oplock(index, 0),
            Break::Lease { .. } => {}
        }
        let lane = self.lane_of_session(index).unwrap_or(lane);
        match found {
            Break::Oplock { file_id, level } if held == EXCLUSIVE || held == BATCH => {
                self.send_oplock_acknowledgment(lane, index, *file_id, *level);
            }
            Break::Lease { key, new_state, ack_required: true } => {
                self.send_lease_acknowledgment(lane, index, *key, *new_state);
            }
            Break::Oplock { .. } | Break::Lease { .. } => {}
        }
    }

    /// The lane of a request, while something can be sent on it: its session is valid there.
    fn lane_of_session(&self, index: usize) -> Option<usize> {
        let lane = *self.lane_of.get(&self.plan.requests.get(index)?.connection)?;
        self.lanes.get(lane).is_some_and(|state| state.phase == Phase::Open).then_some(lane)
    }

    /// Whether a captured break can still come: what causes it is in the replay, and some open it may be about got an
    /// oplock or lease, or may yet get one.
    pub(super) fn break_may_come(&self, file_id: Option<FileId>, lease_key: Option<Guid>, cause: Cause) -> bool {
        let caused = match cause {
            Cause::NotReplayed => false,
            Cause::Request(index) => self.requests.progress(index) != Progress::Skipped,
            Cause::Unknown => true,
        };
        let about = lease_key.map(Broken::Lease).or(file_id.map(Broken::File));
        let opens = about.and_then(|about| self.captured_breaks.opens.get(&about));
        caused
            && opens.into_iter().flatten().any(|index| match self.requests.progress(*index) {
                Progress::Waiting | Progress::Sent => true,
                Progress::Succeeded | Progress::Failed => self.requests.oplock(*index) != 0,
                Progress::Dropped | Progress::Skipped => false,
            })
    }

    fn leased_by(&self, key: Guid) -> Option<usize> {
        let opens = self.captured_breaks.opens.get(&Broken::Lease(key))?;
        opens.iter().rev().copied().find(|index| self.requests.file(*index).is_some())
    }

    fn captured_file_id(&self, index: usize) -> Option<FileId> {
        self.plan.planned(index)?.row.file_id()
    }
}
