//! One answer to a request, as it is compared, and where captured answers come from.

use crate::map::{Names, units};
use crate::plan::Plan;
use crate::trace::Holes;
use smb2::NtStatus;
use std::borrow::Cow;

/// READ data that is not there any more, but its fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint {
    /// Bytes.
    pub length: u32,
    /// XXH3-128 of them.
    pub hash: [u8; 16],
}

/// The answer to compare with.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Final status.
    pub status: NtStatus,
    /// The message, header included; `None`: it was not kept.
    pub message: Option<&'a [u8]>,
    /// Which of its bytes are missing, and zero.
    pub holes: Holes<'a>,
    /// What is known of READ data that is missing.
    pub payload: Option<Fingerprint>,
}

impl<'a> Answer<'a> {
    /// A live answer.
    pub(super) fn live(status: NtStatus, message: &'a [u8]) -> Self {
        Self { status, message: Some(message), holes: Holes::NONE, payload: None }
    }

    /// The message with other bytes in its holes; what reads the same from both does not depend on them.
    pub(super) fn with_other_holes(&self) -> Option<Vec<u8>> {
        let mut message = self.message.filter(|_| !self.holes.is_empty())?.to_vec();
        for hole in self.holes.iter() {
            let end = hole.offset.saturating_add(hole.length) as usize;
            let end = end.min(message.len());
            if let Some(missing) = message.get_mut(hole.offset as usize..end) {
                missing.fill(0xff);
            }
        }
        Some(message)
    }
}

/// Where answers to compare with come from: the capture, or another run.
pub trait Answers {
    /// The final answer to a request of the plan.
    fn answer(&self, request: usize) -> Option<Answer<'_>>;
}

impl Answers for Plan {
    fn answer(&self, request: usize) -> Option<Answer<'_>> {
        let planned = self.planned(request)?;
        let row = planned.row;
        let payload = row.payload_hash().zip(row.payload_length());
        Some(Answer {
            status: planned.captured_status()?,
            message: row.response(),
            holes: row.response_holes(),
            payload: payload.map(|(hash, length)| Fingerprint { length, hash }),
        })
    }
}

/// Live names back to captured ones, where the replay maps them.
pub trait CapturedNames {
    /// The captured path for one that the live server named in answer to `request`, relative to the share.
    fn path<'a>(&self, request: usize, live: &'a str) -> Cow<'a, str>;

    /// The captured name of an entry of `folder`, a captured path, that the live server calls `live`.
    fn entry<'a>(&self, request: usize, folder: &str, live: &'a str) -> Cow<'a, str>;
}

/// The names of a replay that maps them.
pub struct MappedNames<'a> {
    /// What is replayed.
    pub plan: &'a Plan,
    /// Where its names lie live.
    pub names: &'a Names,
}

impl MappedNames<'_> {
    fn share(&self, request: usize) -> Option<usize> {
        self.plan.requests.get(request)?.share()
    }
}

impl CapturedNames for MappedNames<'_> {
    fn path<'a>(&self, request: usize, live: &'a str) -> Cow<'a, str> {
        // Servers put a backslash in front of paths from the root of the share, or do not.
        let (slash, name) = live.strip_prefix('\\').map_or(("", live), |name| ("\\", name));
        match self.names.captured_name(self.share(request), &units(name)) {
            Some(captured) => format!("{slash}{}", String::from_utf16_lossy(&captured)).into(),
            None => live.into(),
        }
    }

    fn entry<'a>(&self, request: usize, folder: &str, live: &'a str) -> Cow<'a, str> {
        let share = self.share(request);
        let mut path = self.names.live_name(share, &units(folder)).into_owned();
        if !path.is_empty() {
            path.push(u16::from(b'\\'));
        }
        path.extend(units(live));
        match self.names.captured_name(share, &path) {
            Some(captured) => {
                let captured = String::from_utf16_lossy(&captured);
                let skipped = if folder.is_empty() { 0 } else { folder.len().saturating_add(1) };
                captured.get(skipped..).map_or(Cow::Borrowed(live), |entry| entry.to_owned().into())
            }
            None => live.into(),
        }
    }
}

/// Names are live what they were captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SameNames;

impl CapturedNames for SameNames {
    fn path<'a>(&self, _request: usize, live: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(live)
    }

    fn entry<'a>(&self, _request: usize, _folder: &str, live: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(live)
    }
}
