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
mod payload;
mod request;
mod selection;
mod serial;
mod share;
mod stand_in;
mod timeline;
pub mod tokens;

pub use cause::Cause;
pub use identity::Reference;
pub use lane::{Action, Lane, Milestone, MilestoneKind, Step};
pub use payload::MissingPayload;
pub use request::{Captured, Fate, Form, Request};
pub use selection::Selection;

use crate::map::{CapturedShare, Users};
use crate::options::{Options, Order};
use crate::trace::Trace;

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
            draft = Draft::of(&trace, users);
        }
        if !options.selection.is_everything() {
            left_out = options.selection.apply(&mut trace, &draft.requests);
            draft = Draft::of(&trace, users);
        }
        let Draft { mut requests, shares, accounts, token_issuers } = draft;
        let dialects = dialect::settle(&mut trace, &requests);
        request::mark_unsendable(&trace, &mut requests);
        serial::mark(&trace, &mut requests);
        if options.order == Order::Trace {
            conflict::mark(&trace, &mut requests);
        }
        let mut lanes = lane::lanes(&trace, &requests, options.order);
        timeline::set_due_times(&mut lanes, options.pace, options.max_gap);
        Self { trace, requests, lanes, shares, accounts, token_issuers, dialects, left_out }
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
