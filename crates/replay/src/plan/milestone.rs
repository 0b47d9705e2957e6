//! What the server of a captured connection did, in order.

use crate::plan::cause::Cause;
use crate::plan::request::Request;
use capture::Timestamp;
use smb2::{FileId, Guid};

/// Something the server did. Sixteen bytes, because there is one for each answer: where and when that was is told by its
/// request ([`PlacedMilestone`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// The interim or the final response to a request.
    AnyAnswer(u32),
    /// The final response to a request.
    Answer(u32),
    /// What is no response.
    Event(Box<PlacedMilestone>),
}

const _: () = assert!(size_of::<Milestone>() == 16, "there are millions of them");

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
    /// Its captured time.
    pub time: Timestamp,
    /// What it waits for.
    pub kind: MilestoneKind,
}

impl Milestone {
    /// With its place, which for an answer is that of its request.
    pub(super) fn placed(&self, requests: &[Request]) -> PlacedMilestone {
        let nowhere = (u64::MAX, Timestamp(i64::MAX));
        match self {
            Self::AnyAnswer(request) => {
                let index = *request as usize;
                let interim = requests.get(index).and_then(|request| request.rare().interim);
                let (seq, time) = interim.unwrap_or(nowhere);
                PlacedMilestone { seq, time, kind: MilestoneKind::AnyAnswer(index) }
            }
            Self::Answer(request) => {
                let index = *request as usize;
                let answer = requests.get(index).and_then(|request| request.answer);
                let (seq, time) = answer.map_or(nowhere, |answer| (answer.seq(), answer.time));
                PlacedMilestone { seq, time, kind: MilestoneKind::Answer(index) }
            }
            Self::Event(event) => **event,
        }
    }
}
