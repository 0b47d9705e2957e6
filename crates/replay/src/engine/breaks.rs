//! Oplock and lease breaks of the live server (MS-SMB2 2.2.23, 3.2.5.19).

use crate::engine::Engine;
use crate::engine::state::Progress;
use crate::plan::{MilestoneKind, Plan};
use client::Received;
use rustc_hash::FxHashMap;
use smb2::message::{LeaseBreakNotification, OplockBreakNotification};
use smb2::{Command, FileId, Guid};

/// SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED.
const ACK_REQUIRED: u32 = 0x0000_0001;
/// SMB2_OPLOCK_LEVEL_EXCLUSIVE and _BATCH: levels whose break is acknowledged.
const EXCLUSIVE: u8 = 0x08;
const BATCH: u8 = 0x09;

/// The CREATEs of the plan by what the capture shows of them, in trace order.
#[derive(Default)]
pub(super) struct CapturedOpens {
    by_file_id: FxHashMap<FileId, Vec<usize>>,
    by_lease_key: FxHashMap<Guid, Vec<usize>>,
}

impl CapturedOpens {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut opens = Self::default();
        for (index, request) in plan.requests.iter().enumerate() {
            if request.command() != Some(Command::CREATE) {
                continue;
            }
            let Some(row) = plan.trace.rows.get(request.row) else { continue };
            if let Some(id) = row.operation.file_id {
                opens.by_file_id.entry(id).or_default().push(index);
            }
            if let Some(key) = row.operation.lease_key {
                opens.by_lease_key.entry(key).or_default().push(index);
            }
        }
        opens
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

    /// Marks the captured break that this one is; false when the capture has none.
    fn reach_captured_break(&mut self, lane: usize, found: &Break) -> bool {
        let opened_by = match found {
            Break::Oplock { file_id, .. } => self.opened_by(*file_id),
            Break::Lease { .. } => None,
        };
        let captured_id = opened_by.and_then(|index| self.captured_file_id(index));
        let own_first = std::iter::once(lane).chain((0..self.lanes.len()).filter(|other| *other != lane));
        let place = own_first
            .filter_map(|candidate| {
                let (state, planned) = (self.lanes.get(candidate)?, self.plan.lanes.get(candidate)?);
                let milestone = planned.milestones.iter().enumerate().position(|(index, milestone)| {
                    let open = state.reached.get(index).is_some_and(|reached| !reached);
                    open && match (&milestone.kind, found) {
                        (MilestoneKind::Break { file_id: Some(id), .. }, Break::Oplock { .. }) => {
                            captured_id == Some(*id)
                        }
                        (MilestoneKind::Break { lease_key: Some(captured), .. }, Break::Lease { key, .. }) => {
                            captured == key
                        }
                        _ => false,
                    }
                })?;
                Some((candidate, milestone))
            })
            .next();
        let Some((lane, milestone)) = place else { return false };
        if let Some(reached) = self.lanes.get_mut(lane).and_then(|state| state.reached.get_mut(milestone)) {
            *reached = true;
        }
        true
    }

    /// Acknowledges a break that the capture does not show, so that the server does not wait for nothing.
    fn acknowledge(&mut self, lane: usize, found: &Break) {
        let (opened_by, level) = match found {
            Break::Oplock { file_id, .. } => {
                let index = self.opened_by(*file_id);
                (index, index.and_then(|index| self.requests.get(index)).map_or(0, |state| state.oplock))
            }
            Break::Lease { key, .. } => (self.leased_by(*key), 0),
        };
        let Some(index) = opened_by else {
            self.warn(format!("connection {}: a break of an unknown handle or lease", self.connection_number(lane)));
            return;
        };
        match found {
            Break::Oplock { file_id, level: new_level } => {
                if let Some(state) = self.requests.get_mut(index) {
                    state.oplock = *new_level;
                }
                if level == EXCLUSIVE || level == BATCH {
                    self.send_oplock_acknowledgment(lane, index, *file_id, *new_level);
                }
            }
            Break::Lease { key, new_state, ack_required: true } => {
                self.send_lease_acknowledgment(lane, index, *key, *new_state);
            }
            Break::Lease { .. } => {}
        }
    }

    /// Whether a captured break can still come: some open it may be about got an oplock or lease, or may yet get one.
    pub(super) fn break_may_come(&self, file_id: Option<FileId>, lease_key: Option<Guid>) -> bool {
        let about = match (lease_key, file_id) {
            (Some(key), _) => self.captured_opens.by_lease_key.get(&key),
            (None, Some(id)) => self.captured_opens.by_file_id.get(&id),
            (None, None) => None,
        };
        about.into_iter().flatten().filter_map(|index| self.requests.get(*index)).any(|state| match state.progress {
            Progress::Waiting | Progress::Sent => true,
            Progress::Answered(_) => state.oplock != 0,
            Progress::Dropped | Progress::Skipped => false,
        })
    }

    /// The request whose response issued a live handle; the latest, because servers reuse ids.
    fn opened_by(&self, file_id: FileId) -> Option<usize> {
        self.requests.iter().rposition(|state| state.issued_file == Some(file_id))
    }

    fn leased_by(&self, key: Guid) -> Option<usize> {
        let opens = self.captured_opens.by_lease_key.get(&key)?;
        opens
            .iter()
            .rev()
            .copied()
            .find(|index| self.requests.get(*index).is_some_and(|state| state.issued_file.is_some()))
    }

    fn captured_file_id(&self, index: usize) -> Option<FileId> {
        self.plan.trace.rows.get(self.plan.requests.get(index)?.row)?.operation.file_id
    }
}
