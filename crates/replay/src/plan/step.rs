//! What the client of a captured connection does, in order.

use crate::plan::request::Request;
use capture::{CloseKind, Timestamp};
use std::ops::Deref;
use std::time::Duration;

/// Something the client does. Sixteen bytes, because there is one for each request: where and when it was is told by its
/// request ([`PlacedStep`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes the TCP connection.
    Connect(Box<Place>),
    /// Sends a chain; a single message is a chain of one.
    Send(Chain),
    /// Closes the connection as the captured client did.
    Close(Box<(CloseKind, Place)>),
}

const _: () = assert!(size_of::<Step>() == 16, "there are millions of them");

/// Where something was in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// Place of the last thing the client had received on this connection; `None`: all that the capture shows before.
    pub acks: Option<u64>,
}

/// Requests that go out together, by their index; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chain {
    /// A single message.
    One([usize; 1]),
    /// Messages in one PDU.
    Several(Box<Vec<usize>>),
}

impl Chain {
    /// A chain of one.
    pub fn of(request: usize) -> Self {
        Self::One([request])
    }

    /// Adds a message at its end.
    pub(super) fn push(&mut self, request: usize) {
        match self {
            Self::One([first]) => *self = Self::Several(Box::new(vec![*first, request])),
            Self::Several(requests) => requests.push(request),
        }
    }
}

impl Deref for Chain {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        match self {
            Self::One(request) => request,
            Self::Several(requests) => requests,
        }
    }
}

impl Step {
    /// Its place and captured time.
    pub(super) fn place(&self, requests: &[Request]) -> (u64, Timestamp) {
        match self {
            Self::Connect(place) => (place.seq, place.time),
            Self::Close(close) => (close.1.seq, close.1.time),
            Self::Send(chain) => chain
                .first()
                .and_then(|first| requests.get(*first))
                .map_or((u64::MAX, Timestamp(i64::MAX)), |first| (first.start_seq, first.start_time)),
        }
    }
}

/// A step with its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct PlacedStep<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// Place of the last thing the client had received on this connection; `None`: all that the capture shows before.
    pub acks: Option<u64>,
    /// When it is due, from the start of the run; `None`: as soon as its order allows.
    pub due: Option<Duration>,
}
