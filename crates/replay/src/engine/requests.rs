//! What has become of each captured request: a word for every one, more only for those under way and for what answers
//! have issued.

use crate::message::Patch;
use crate::plan::Plan;
use bytes::Bytes;
use rustc_hash::FxHashMap;
use smb2::{FileId, NtStatus};
use std::time::Duration;

/// How far a captured request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not sent yet.
    Waiting,
    /// Sent, no final response yet.
    Sent,
    /// Final response received; no error.
    Succeeded,
    /// Final response received: an error.
    Failed,
    /// Sent, and there will be no response: its connection is closed.
    Dropped,
    /// Not sent.
    Skipped,
}

/// A request between being composed and being recorded.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    pub(super) sent_at: Option<Duration>,
    /// When it might have been sent: all that it waits for had come.
    pub(super) free_at: Option<Duration>,
    /// Its interim response has come.
    pub(super) interim: bool,
    /// Its deadline has passed: nothing waits for it any more.
    pub(super) released: bool,
    pub(super) live_request: Bytes,
    /// Bytes at the end of the request that are left out above, because they are the captured ones.
    pub(super) live_request_left: Option<u32>,
    pub(super) patches: Vec<Patch>,
    pub(super) marks: Vec<&'static str>,
}

/// What a live answer issued.
#[derive(Clone, Copy, Debug)]
pub(super) enum Issue {
    /// A SessionId.
    Session(u64),
    /// A TreeId.
    Tree {
        /// The id.
        id: u32,
        /// Whether the share is in DFS.
        in_dfs: bool,
    },
    /// A FileId.
    File {
        /// The id.
        id: FileId,
        /// OplockLevel that the open has, 0xff for a lease; 0 once it is lost (MS-SMB2 2.2.14).
        oplock: u8,
    },
}

/// An [`Issue`] in as little room as it fits, because there is one for each open.
#[derive(Clone, Copy, Debug)]
enum Kept {
    Session([u8; 8]),
    Tree { id: [u8; 4], in_dfs: bool },
    File { id: FileId, oplock: u8 },
}

const _: () = assert!(size_of::<(u32, Kept)>() == 24, "there may be millions of them");

/// By what a live CANCEL names its target (MS-SMB2 3.2.4.24).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Target {
    pub(super) message_id: u64,
    pub(super) async_id: Option<u64>,
}

/// All requests of a plan.
#[derive(Debug)]
pub(super) struct Requests {
    progress: Vec<Progress>,
    under_way: FxHashMap<usize, UnderWay>,
    issued: FxHashMap<u32, Kept>,
    /// Requests whose live outcome explains why others issued nothing, by those.
    causes: FxHashMap<usize, usize>,
    /// Those that something in the plan cancels.
    targets: FxHashMap<usize, Target>,
}

impl Requests {
    /// None was sent yet.
    pub(super) fn of(plan: &Plan) -> Self {
        let cancelled = plan.requests.iter().filter_map(|request| request.rare().cancels);
        Self {
            progress: vec![Progress::Waiting; plan.requests.len()],
            under_way: FxHashMap::default(),
            issued: FxHashMap::default(),
            causes: FxHashMap::default(),
            targets: cancelled.map(|target| (target, Target::default())).collect(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.progress.len()
    }

    /// How far a request is; one that the plan does not have is not sent.
    pub(super) fn progress(&self, request: usize) -> Progress {
        self.progress.get(request).copied().unwrap_or(Progress::Skipped)
    }

    /// Whether it went out, whatever became of it.
    pub(super) fn went_out(&self, request: usize) -> bool {
        !matches!(self.progress(request), Progress::Waiting | Progress::Skipped)
    }

    /// Whether its final response has come.
    pub(super) fn is_answered(&self, request: usize) -> bool {
        matches!(self.progress(request), Progress::Succeeded | Progress::Failed)
    }

    /// Its final response has come.
    pub(super) fn answer(&mut self, request: usize, status: NtStatus) {
        self.set_progress(request, if status.is_error() { Progress::Failed } else { Progress::Succeeded });
    }

    /// Nothing more will come of it.
    pub(super) fn is_settled(&self, request: usize) -> bool {
        !matches!(self.progress(request), Progress::Waiting | Progress::Sent)
    }

    /// Nothing waits for it: it is settled, or its deadline has passed.
    pub(super) fn is_let_go(&self, request: usize) -> bool {
        self.is_settled(request) || self.under_way.get(&request).is_some_and(|under_way| under_way.released)
    }

    /// Some answer has come, or nothing waits for one.
    pub(super) fn is_heard_of(&self, request: usize) -> bool {
        self.is_let_go(request) || self.under_way.get(&request).is_some_and(|under_way| under_way.interim)
    }

    /// It is that far now.
    pub(super) fn set_progress(&mut self, request: usize, progress: Progress) {
        if let Some(known) = self.progress.get_mut(request) {
            *known = progress;
        }
    }

    /// What is known of it while it is under way.
    pub(super) fn under_way(&self, request: usize) -> Option<&UnderWay> {
        self.under_way.get(&request)
    }

    /// The same, to be changed.
    pub(super) fn under_way_mut(&mut self, request: usize) -> &mut UnderWay {
        self.under_way.entry(request).or_default()
    }

    /// The same, to be recorded.
    pub(super) fn take_under_way(&mut self, request: usize) -> UnderWay {
        self.under_way.remove(&request).unwrap_or_default()
    }

    /// Marks it with a word.
    pub(super) fn mark(&mut self, request: usize, mark: &'static str) {
        self.under_way_mut(request).marks.push(mark);
    }

    /// Its answer issued this.
    pub(super) fn issue(&mut self, request: usize, issue: Issue) {
        let kept = match issue {
            Issue::Session(id) => Kept::Session(id.to_le_bytes()),
            Issue::Tree { id, in_dfs } => Kept::Tree { id: id.to_le_bytes(), in_dfs },
            Issue::File { id, oplock } => Kept::File { id, oplock },
        };
        self.issued.extend(number(request).map(|request| (request, kept)));
    }

    /// What it issued is of no use.
    pub(super) fn take_back(&mut self, request: usize) {
        number(request).and_then(|request| self.issued.remove(&request));
    }

    /// The SessionId that its answer issued.
    pub(super) fn session(&self, request: usize) -> Option<u64> {
        match self.issued.get(&number(request)?)? {
            Kept::Session(id) => Some(u64::from_le_bytes(*id)),
            _ => None,
        }
    }

    /// The TreeId that its answer issued.
    pub(super) fn tree(&self, request: usize) -> Option<u32> {
        match self.issued.get(&number(request)?)? {
            Kept::Tree { id, .. } => Some(u32::from_le_bytes(*id)),
            _ => None,
        }
    }

    /// Whether the share it connected to is in DFS.
    pub(super) fn is_in_dfs(&self, request: usize) -> bool {
        let issued = number(request).and_then(|request| self.issued.get(&request));
        matches!(issued, Some(Kept::Tree { in_dfs: true, .. }))
    }

    /// The FileId that its answer issued.
    pub(super) fn file(&self, request: usize) -> Option<FileId> {
        match self.issued.get(&number(request)?)? {
            Kept::File { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The OplockLevel of the open that its answer issued.
    pub(super) fn oplock(&self, request: usize) -> u8 {
        match number(request).and_then(|request| self.issued.get(&request)) {
            Some(Kept::File { oplock, .. }) => *oplock,
            _ => 0,
        }
    }

    /// The open has this OplockLevel now.
    pub(super) fn set_oplock(&mut self, request: usize, level: u8) {
        if let Some(Kept::File { oplock, .. }) = number(request).and_then(|request| self.issued.get_mut(&request)) {
            *oplock = level;
        }
    }

    /// Why it issued nothing.
    pub(super) fn cause(&self, request: usize) -> Option<usize> {
        self.causes.get(&request).copied()
    }

    /// Why it issues nothing is the outcome of another.
    pub(super) fn set_cause(&mut self, request: usize, cause: usize) {
        self.causes.insert(request, cause);
    }

    /// How a CANCEL names it.
    pub(super) fn target(&self, request: usize) -> Option<Target> {
        self.targets.get(&request).copied()
    }

    /// It goes by this MessageId.
    pub(super) fn has_message_id(&mut self, request: usize, message_id: u64) {
        if let Some(target) = self.targets.get_mut(&request) {
            target.message_id = message_id;
        }
    }

    /// It goes by this AsyncId.
    pub(super) fn has_async_id(&mut self, request: usize, async_id: Option<u64>) {
        if let Some(target) = self.targets.get_mut(&request) {
            target.async_id = async_id;
        }
    }
}

fn number(request: usize) -> Option<u32> {
    u32::try_from(request).ok()
}
