//! Connections that end: closed by the server, broken, or closed as the captured client did.

use crate::engine::state::Phase;
use crate::engine::{Command, Engine};
use crate::plan::Action;
use capture::CloseKind;

impl Engine {
    /// Closes a connection as the captured client did.
    pub(super) fn close(&mut self, lane: usize, how: CloseKind) {
        match (self.lanes.get_mut(lane), how) {
            (Some(state), CloseKind::Fin) if state.phase == Phase::Open => {
                self.enter_phase(lane, Phase::Closing);
                self.commands.push_back(Command::Finish(lane));
                self.skip_rest(lane, "the captured client had closed the connection");
            }
            (Some(state), CloseKind::Rst) if state.phase == Phase::Open => {
                self.break_off(lane, "the captured client had closed the connection");
            }
            _ => {}
        }
    }

    /// Resets a connection; what was to come on it is not sent, for this reason.
    pub(super) fn break_off(&mut self, lane: usize, reason: &str) {
        self.commands.push_back(Command::Reset(lane));
        self.skip_rest(lane, reason);
        self.lane_closed(lane, false);
    }

    /// The captured server closed this connection and the live one does not: what is open on it must not stay open.
    pub(super) fn close_in_place_of_server(&mut self, lane: usize) {
        let all_performed = self
            .lanes
            .get(lane)
            .zip(self.plan.lanes.get(lane))
            .is_some_and(|(state, planned)| state.next_step >= planned.steps.len());
        if all_performed {
            self.close(lane, CloseKind::Fin);
        }
    }

    /// A connection is gone: what was outstanding stays unanswered, what was to come cannot be sent.
    pub(super) fn lane_closed(&mut self, lane: usize, by_server: bool) {
        let Some(state) = self.lanes.get_mut(lane) else { return };
        if matches!(state.phase, Phase::Closed { .. }) {
            return;
        }
        let by_server = by_server && state.phase != Phase::Closing;
        let never_made = matches!(state.phase, Phase::Before | Phase::Connecting);
        let mut dropped: Vec<_> = std::mem::take(&mut state.outstanding).into_iter().collect();
        dropped.sort_unstable_by_key(|(message_id, _)| *message_id);
        state.reached.fill(true);
        self.came.push(lane);
        self.enter_phase(lane, Phase::Closed { by_server });
        for (_, outstanding) in dropped {
            self.drop_outstanding(&outstanding, by_server);
        }
        let reason =
            if never_made { "its connection could not be made" } else { "the live server had closed the connection" };
        self.skip_rest(lane, reason);
    }

    /// Turns all steps left on a lane into requests that are not sent.
    pub(super) fn skip_rest(&mut self, lane: usize, reason: &str) {
        let (Some(state), Some(planned)) = (self.lanes.get(lane), self.plan.lanes.get(lane)) else { return };
        let rest: Vec<usize> = planned
            .steps
            .iter()
            .skip(state.next_step)
            .flat_map(|step| match planned.action(*step) {
                Action::Send(chain) => chain.to_vec(),
                Action::Connect | Action::Close(_) => Vec::new(),
            })
            .collect();
        self.pass_steps(lane, planned.steps.len());
        for index in rest {
            self.skip(index, reason.to_owned(), None);
        }
    }
}
