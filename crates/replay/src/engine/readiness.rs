//! When a step may be performed: the waits of the captured order.

use crate::engine::Engine;
use crate::engine::requests::Progress;
use crate::engine::state::Phase;
use crate::plan::{Action, PlacedStep};
use smb2::Command;
use std::time::Duration;

/// Whether the next step of a lane may be performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Yes.
    Now,
    /// Not before this time, if nothing happens.
    At {
        /// The time.
        time: Duration,
        /// The request whose answer may make it ready before.
        unless_settled: Option<usize>,
    },
    /// Something has to happen first.
    Waiting(Wait),
}

/// What has to happen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Something on the lane itself: its connection, what its server did, its credits.
    OwnLane,
    /// What the servers of other lanes did.
    Others,
    /// Something must become of this request.
    Request(usize),
}

impl Engine {
    /// Looks at the next step of a lane.
    pub(super) fn readiness(&self, lane: usize) -> Readiness {
        let (Some(state), Some(planned)) = (self.lanes.get(lane), self.plan.lanes.get(lane)) else {
            return Readiness::Waiting(Wait::OwnLane);
        };
        let Some(step) = self.plan.step(lane, state.next_step) else { return Readiness::Waiting(Wait::OwnLane) };
        let may_act = match step.action {
            Action::Connect => state.phase == Phase::Before,
            Action::Send(_) | Action::Close(_) => state.phase == Phase::Open,
        };
        if !may_act || !self.has_received(lane, &step) {
            return Readiness::Waiting(Wait::OwnLane);
        }
        if self.frontier.first_of_others(planned.group, lane).is_some_and(|seq| seq <= step.seq) {
            return Readiness::Waiting(Wait::Others);
        }
        let mut hold = (step.due.unwrap_or_default(), None);
        if let Action::Send(chain) = step.action {
            for &index in chain.iter() {
                match self.request_hold(&chain, index) {
                    Err(wait) => return Readiness::Waiting(wait),
                    Ok((time, earlier)) if time > hold.0 => hold = (time, earlier),
                    Ok(_) => {}
                }
            }
            if !self.window_allows(lane, &chain) && state.core.window().may_widen() {
                return Readiness::Waiting(Wait::OwnLane);
            }
        }
        match hold {
            (time, unless_settled) if time > self.now => Readiness::At { time, unless_settled },
            _ => Readiness::Now,
        }
    }

    /// Whether the live server has granted the MessageIds of a chain.
    pub(super) fn window_allows(&self, lane: usize, chain: &[usize]) -> bool {
        let Some(state) = self.lanes.get(lane) else { return false };
        let requests = chain.iter().filter_map(|index| self.plan.planned(*index));
        requests.filter_map(|request| Some((request, request.header()?))).all(|(request, header)| {
            header.command == Command::CANCEL
                || state.core.window().allows(state.ids.of(&request, header.message_id), header.credit_charge)
        })
    }

    /// Whether everything has come on the lane that the captured client had received by then.
    fn has_received(&self, lane: usize, step: &PlacedStep<'_>) -> bool {
        let own = step.acks.map_or(step.seq, |acks| acks.min(step.seq));
        self.first_unreached(lane).is_none_or(|milestone| milestone.seq > own)
    }

    /// Until when a request is held back for an earlier one of another lane, and for which.
    fn request_hold(&self, chain: &[usize], index: usize) -> Result<(Duration, Option<usize>), Wait> {
        let mut hold = (Duration::ZERO, None);
        let Some(request) = self.plan.requests.get(index) else { return Ok(hold) };
        let is_settled = |issuer: &usize| chain.contains(issuer) || self.requests.is_let_go(*issuer);
        if let Some(issuer) = request.issuers().chain(request.rare().after).find(|issuer| !is_settled(issuer)) {
            return Err(Wait::Request(issuer));
        }
        for (earlier, length) in &request.rare().conflicts {
            if self.requests.progress(*earlier) == Progress::Waiting {
                return Err(Wait::Request(*earlier));
            }
            let sent = self.requests.under_way(*earlier).and_then(|under_way| under_way.sent_at);
            if let Some(sent) = sent.filter(|_| !self.requests.is_heard_of(*earlier)) {
                let until = sent.saturating_add(*length);
                if until > hold.0 {
                    hold = (until, Some(*earlier));
                }
            }
        }
        Ok(hold)
    }
}
