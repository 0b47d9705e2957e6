//! A planned request with the row that tells the rest of it.

use crate::plan::request::{Form, Request};
use crate::trace::{CapturedRow, Trace};
use capture::Timestamp;
use smb2::Header;
use std::ops::Deref;
use std::time::Duration;

/// A request with its row.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    request: &'a Request,
    /// Its row.
    pub row: CapturedRow<'a>,
}

impl<'a> Planned<'a> {
    /// The request, for as long as the plan.
    pub fn request(self) -> &'a Request {
        self.request
    }

    /// The captured bytes, padding to the next message of the chain included.
    pub fn bytes(&self) -> &'a [u8] {
        self.row.request().unwrap_or_default()
    }

    /// Time of its first byte.
    pub fn start_time(&self) -> Timestamp {
        self.row.request_start_time().or(self.row.request_time()).unwrap_or(Timestamp(0))
    }

    /// Time of the captured final response.
    pub fn answer_time(&self) -> Option<Timestamp> {
        self.request.answer_seq.and(self.row.response_time())
    }

    /// How long the captured server took for its final answer.
    pub fn captured_latency(&self) -> Option<Duration> {
        Some(span(self.start_time(), self.answer_time()?))
    }

    /// How long its answer is waited for, the user's patience left aside; `None`: nothing waits for it.
    pub fn awaited_for(&self) -> Option<Duration> {
        self.captured_latency().or(self.request.rare().awaited)
    }

    /// The header of an SMB2 message.
    pub fn header(&self) -> Option<Header> {
        matches!(self.request.form, Form::Smb2(_)).then(|| Header::parse(self.bytes()).ok()).flatten()
    }
}

impl Deref for Planned<'_> {
    type Target = Request;

    fn deref(&self) -> &Request {
        self.request
    }
}

impl Trace {
    /// A request of this trace with its row.
    pub fn planned<'a>(&'a self, request: &'a Request) -> Option<Planned<'a>> {
        Some(Planned { request, row: self.rows.get(request.row())? })
    }
}

/// From one time to another; nothing when a clock stepped back between them.
pub(super) fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_nanos(to.0.saturating_sub(from.0).try_into().unwrap_or(0))
}
