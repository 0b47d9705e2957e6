//! The plan of a replay: every captured request with the rules it is sent under, worked out before the first connect.
//!
//! A plan is a partial order. Each captured connection is a *lane* whose steps (connect, send, close) keep their order.
//! What the server did is a *milestone* of its lane: a response, a notification, a close. A step waits for milestones;
//! ids are resolved to the request whose response issues them ([`identity`]).

pub mod conflict;
pub mod identity;
mod lane;
pub mod logon;
mod request;
mod timeline;

pub use identity::Reference;
pub use lane::{Action, Lane, Milestone, MilestoneKind, Step};
pub use request::{Captured, Fate, Form, Request};

use crate::options::{Options, Order};
use crate::trace::Trace;
use std::net::IpAddr;

/// Everything that will be sent, and when.
#[derive(Debug)]
pub struct Plan {
    /// The captured operations behind it.
    pub trace: Trace,
    /// All requests in the order in which the capture shows them; other parts of the plan name them by index.
    pub requests: Vec<Request>,
    /// The connections.
    pub lanes: Vec<Lane>,
    /// What each lane waits for on other lanes.
    pub order: Order,
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
        let mut lanes = lane::lanes(&trace, &requests);
        timeline::set_due_times(&mut lanes, options.pace, options.max_gap);
        Self { trace, requests, lanes, order: options.order }
    }

    /// Whether steps of lane `waiting` wait for milestones of lane `other`.
    pub fn waits_across(&self, waiting: usize, other: usize) -> bool {
        match self.order {
            Order::Trace => true,
            Order::Session => self.client(waiting).is_some() && self.client(waiting) == self.client(other),
            Order::None => false,
        }
    }

    fn client(&self, lane: usize) -> Option<IpAddr> {
        self.lanes.get(lane).map(|lane| lane.client.ip())
    }
}
