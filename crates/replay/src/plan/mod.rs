//! The plan of a replay: every captured request with the rules it is sent under, worked out before the first connect.
//!
//! A plan is a partial order. Each captured connection is a *lane* whose steps (connect, send, close) keep their order.
//! What the server did is a *milestone* of its lane: a response, a notification, a close. A step waits for milestones;
//! ids are resolved to the request whose response issues them ([`identity`]).

pub mod cause;
pub mod conflict;
pub mod dialect;
pub mod identity;
mod inferred;
mod lane;
pub mod logon;
mod milestone;
mod payload;
mod planned;
mod reference;
mod request;
mod selection;
mod serial;
mod share;
pub(crate) mod stand_in;
mod step;
mod timeline;
pub mod tokens;
mod unsendable;
mod walk;

pub use cause::Cause;
pub use lane::Lane;
pub use milestone::{Milestone, MilestoneKind, PlacedMilestone};
pub use payload::MissingPayload;
pub use planned::Planned;
pub use reference::Reference;
pub use request::{Answer, Form, Rare, Request};
pub use selection::Selection;
pub use step::{Action, Chain, PlacedStep, Step, Turn};

use crate::map::{CapturedShare, Users};
use crate::options::{Options, Order};
use crate::trace::Trace;
use std::time::Duration;

/// Everything that will be sent, and when.
#[derive(Debug)]
pub struct Plan {
    /// The captured operations behind it.
    pub trace: Trace,
    /// All requests in the order in which the capture shows them; other parts of the plan name them by index.
    pub requests: Vec<Request>,
    /// The connections.
    pub lanes: Vec<Lane>,
    /// The shares that requests name.
    pub shares: Vec<CapturedShare>,
    /// The users that captured logons name.
    pub accounts: Vec<logon::Account>,
    /// The answers whose tokens are brought back.
    pub token_issuers: tokens::Issuers,
    /// What is known of the dialects that the capture does not show.
    pub dialects: dialect::Dialects,
    /// Operations of the chosen sessions that the selection leaves out.
    pub left_out: u64,
}

impl Plan {
    /// Works out the plan.
    pub fn new(mut trace: Trace, options: &Options) -> Self {
        let users = &options.mapping.users;
        let mut left_out = 0;
        let mut draft = Draft::of(&trace, users);
        if stand_in::add(&mut trace, &draft.requests) {
            drop(draft);
            draft = Draft::of(&trace, users);
        }
        if !options.selection.is_everything() {
            left_out = options.selection.apply(&mut trace, &draft.requests);
            drop(draft);
            draft = Draft::of(&trace, users);
        }
        let Draft { mut requests, mut shares, accounts, token_issuers } = draft;
        if let Some(shard) = &options.shard {
            CapturedShare::put_beside(&mut shares, &shard.shares);
        }
        let dialects = dialect::settle(&mut trace, &requests);
        unsendable::mark(&trace, &mut requests);
        serial::mark(&trace, &mut requests);
        if options.order == Order::Trace {
            conflict::mark(&trace, &mut requests);
        }
        let mut lanes = lane::lanes(&trace, &requests, options.order);
        let origin = options.shard.as_ref().and_then(|shard| shard.origin);
        timeline::set_due_times(&mut lanes, &trace, &requests, options.pace, options.max_gap, origin);
        Self { trace, requests, lanes, shares, accounts, token_issuers, dialects, left_out }
    }

    /// A request with its row.
    pub fn planned(&self, request: usize) -> Option<Planned<'_>> {
        self.trace.planned(self.requests.get(request)?)
    }

    /// A step of a lane with its place.
    pub fn step(&self, lane: usize, step: usize) -> Option<PlacedStep<'_>> {
        let lane = self.lanes.get(lane)?;
        let found = *lane.steps.get(step)?;
        let (seq, time) = lane.place(found, &self.trace, &self.requests);
        let acks = lane.acks(found, &self.trace, &self.requests);
        let due = lane.dues.get(step).map(|due| Duration::from_nanos(*due));
        Some(PlacedStep { action: lane.action(found), seq, time, acks, due })
    }

    /// A milestone of a lane with its place.
    pub fn milestone(&self, lane: usize, milestone: usize) -> Option<PlacedMilestone> {
        let lane = self.lanes.get(lane)?;
        Some(lane.milestones.get(milestone)?.placed(&self.requests, &lane.events))
    }

    /// The number of the first step of a lane that is at this place or behind it.
    pub fn first_step_at(&self, lane: usize, seq: u64) -> usize {
        let Some(lane) = self.lanes.get(lane) else { return 0 };
        lane.steps.partition_point(|step| lane.seq(*step, &self.requests) < seq)
    }

    /// The place of a step of a lane.
    pub fn seq_of(&self, lane: usize, step: usize) -> Option<u64> {
        let lane = self.lanes.get(lane)?;
        Some(lane.seq(*lane.steps.get(step)?, &self.requests))
    }
}

/// The requests of a trace with all that their bytes tell.
struct Draft {
    requests: Vec<Request>,
    shares: Vec<CapturedShare>,
    accounts: Vec<logon::Account>,
    token_issuers: tokens::Issuers,
}

impl Draft {
    fn of(trace: &Trace, users: &Users) -> Self {
        let mut requests = request::requests(trace);
        identity::resolve(trace, &mut requests);
        let shares = share::resolve(trace, &mut requests);
        let accounts = logon::mark(trace, &mut requests, users);
        let token_issuers = tokens::resolve(trace, &mut requests);
        stand_in::mark(&mut requests);
        Self { requests, shares, accounts, token_issuers }
    }
}
