//! What the client of a captured connection does, in order.

use crate::plan::lane::Lane;
use crate::plan::request::Request;
use crate::trace::Trace;
use capture::{CloseKind, Timestamp};
use std::ops::Deref;
use std::time::Duration;

/// Something the client does. Eight bytes, because there is one for each request: where and when it was is told by its
/// request ([`PlacedStep`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sends this request by itself.
    Send(u32),
    /// Sends a chain, by its number in the lane.
    SendChain(u32),
    /// Begins or ends the connection, by its number in the lane.
    Turn(u32),
}

const _: () = assert!(size_of::<Step>() == 8, "there are millions of them");

/// A beginning or an end of the connection on the client's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// How the client closes the connection; `None`: it makes it.
    pub close: Option<CloseKind>,
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// Place of the last thing the client had received on this connection; `None`: all that the capture shows before.
    pub acks: Option<u64>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Makes the TCP connection.
    Connect,
    /// Sends a chain; a single message is a chain of one.
    Send(Chain<'a>),
    /// Closes the connection as the captured client did.
    Close(CloseKind),
}

/// Requests that go out together, by their index; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain<'a> {
    /// A single message.
    One([usize; 1]),
    /// Messages in one PDU.
    Several(&'a [usize]),
}

impl Deref for Chain<'_> {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        match self {
            Self::One(request) => request,
            Self::Several(requests) => requests,
        }
    }
}

/// A step with its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct PlacedStep<'a> {
    /// What it does.
    pub action: Action<'a>,
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// Place of the last thing the client had received on this connection; `None`: all that the capture shows before.
    pub acks: Option<u64>,
    /// When it is due, from the start of the run; `None`: as soon as its order allows.
    pub due: Option<Duration>,
}

impl Lane {
    /// What a step of this lane does.
    pub fn action(&self, step: Step) -> Action<'_> {
        match step {
            Step::Send(request) => Action::Send(Chain::One([request as usize])),
            Step::SendChain(chain) => {
                Action::Send(Chain::Several(self.chains.get(chain as usize).map(Vec::as_slice).unwrap_or_default()))
            }
            Step::Turn(turn) => match self.turns.get(turn as usize).and_then(|turn| turn.close) {
                Some(how) => Action::Close(how),
                None => Action::Connect,
            },
        }
    }

    /// The place of a step of this lane.
    pub(super) fn seq(&self, step: Step, requests: &[Request]) -> u64 {
        match step {
            Step::Turn(turn) => self.turns.get(turn as usize).map_or(u64::MAX, |turn| turn.seq),
            _ => self.first(step, requests).map_or(u64::MAX, |first| first.start_seq),
        }
    }

    /// The place and captured time of a step of this lane.
    pub(super) fn place(&self, step: Step, trace: &Trace, requests: &[Request]) -> (u64, Timestamp) {
        let time = match step {
            Step::Turn(turn) => self.turns.get(turn as usize).map(|turn| turn.time),
            _ => self.first(step, requests).and_then(|first| Some(trace.planned(first)?.start_time())),
        };
        (self.seq(step, requests), time.unwrap_or(Timestamp(i64::MAX)))
    }

    /// Place of the last thing the client had received before a step of this lane.
    pub(super) fn acks(&self, step: Step, trace: &Trace, requests: &[Request]) -> Option<u64> {
        match step {
            Step::Turn(turn) => self.turns.get(turn as usize)?.acks,
            _ => trace.planned(self.first(step, requests)?)?.row.request_acks(),
        }
    }

    /// The first request that a step sends.
    fn first<'a>(&self, step: Step, requests: &'a [Request]) -> Option<&'a Request> {
        match step {
            Step::Send(request) => requests.get(request as usize),
            Step::SendChain(chain) => requests.get(*self.chains.get(chain as usize)?.first()?),
            Step::Turn(_) => None,
        }
    }
}
