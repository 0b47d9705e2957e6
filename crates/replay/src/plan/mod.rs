//! The plan of a replay: every captured request with the rules it is sent under, worked out before the first connect.
//!
//! A plan is a partial order. Each captured connection is a *lane* whose steps (connect, send, close) keep their order.
//! What the server did is a *milestone* of its lane: a response, a notification, a close. A step waits for milestones;
//! ids are resolved to the request whose response issues them ([`identity`]).

pub mod cause;
pub mod conflict;
pub mod identity;
mod lane;
pub mod logon;
mod request;
mod timeline;

pub use cause::Cause;
pub use identity::Reference;
pub use lane::{Action, Lane, Milestone, MilestoneKind, Step};
pub use request::{Captured, Fate, Form, Request};

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
}

impl Plan {
    /// Works out the plan.
    pub fn new(trace: Trace, options: &Options) -> Self {
        let mut requests = request::requests(&trace);
        identity::resolve(&trace, &mut requests);
        logon::mark(&trace, &mut requests);
        request::mark_unsendable(&trace, &mut requests);
        if options.order == Order::Trace {
            conflict::mark(&trace, &mut requests);
        }
        let mut lanes = lane::lanes(&trace, &requests, options.order);
        timeline::set_due_times(&mut lanes, options.pace, options.max_gap);
        Self { trace, requests, lanes }
    }
}
