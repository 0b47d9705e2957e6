//! What the server of a captured connection did, in order.

use crate::plan::cause::Cause;
use crate::plan::request::Request;
use capture::Timestamp;
use smb2::{FileId, Guid};

/// Something the server did. Eight bytes, because there is one for each answer: where and when that was is told by its
/// request ([`PlacedMilestone`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// The interim or the final response to a request.
    AnyAnswer(u32),
    /// The final response to a request.
    Answer(u32),
    /// What is no response, by its number in [`crate::plan::Lane::events`].
    Event(u32),
}

const _: () = assert!(size_of::<Milestone>() == 8, "there are millions of them");

/// What a milestone waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
    /// The interim or the final response to a request.
    AnyAnswer(usize),
    /// The final response to a request.
    Answer(usize),
    /// A break of this handle or lease.
    Break {
        /// Handle of an oplock break, as captured.
        file_id: Option<FileId>,
        /// Key of a lease break.
        lease_key: Option<Guid>,
        /// What made the captured server send it.
        cause: Cause,
    },
    /// The connection is closed on both sides.
    Closed,
}

/// A milestone with its place in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedMilestone {
    /// Its place.
    pub seq: u64,
    /// Its captured time, if it is no response.
    pub time: Option<Timestamp>,
    /// What it waits for.
    pub kind: MilestoneKind,
}

impl Milestone {
    /// With its place, which for an answer is that of its request.
    pub(super) fn placed(self, requests: &[Request], events: &[PlacedMilestone]) -> PlacedMilestone {
        let (seq, kind) = match self {
            Self::AnyAnswer(request) => {
                let interim = requests.get(request as usize).and_then(|request| request.rare().interim);
                (interim.map(|(seq, _)| seq), MilestoneKind::AnyAnswer(request as usize))
            }
            Self::Answer(request) => {
                let answer = requests.get(request as usize).and_then(Request::answer);
                (answer.map(|answer| answer.seq), MilestoneKind::Answer(request as usize))
            }
            Self::Event(event) => match events.get(event as usize) {
                Some(event) => return *event,
                None => (None, MilestoneKind::Closed),
            },
        };
        PlacedMilestone { seq: seq.unwrap_or(u64::MAX), time: None, kind }
    }
}
