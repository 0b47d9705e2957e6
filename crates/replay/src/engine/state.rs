//! What has become of each lane and each request.

use crate::engine::message_ids::MessageIds;
use crate::message::Patch;
use crate::message::token::Slot;
use bytes::Bytes;
use client::Connection;
use rustc_hash::{FxHashMap, FxHashSet};
use smb2::auth::NtlmLogon;
use smb2::crypto::SessionKeys;
use smb2::{FileId, NtStatus};
use std::time::Duration;

/// How far a live connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not yet made.
    Before,
    /// Being made.
    Connecting,
    /// Standing.
    Open,
    /// We have closed our side.
    Closing,
    /// Closed on both sides.
    Closed {
        /// Whether the server closed first.
        by_server: bool,
    },
}

/// A live connection.
pub(super) struct LaneState {
    pub(super) core: Connection,
    pub(super) phase: Phase,
    /// Index of the next step to perform.
    pub(super) next_step: usize,
    /// Index of the first milestone that may be unreached.
    pub(super) next_milestone: usize,
    /// Milestones that are no response: reached, or given up.
    pub(super) reached: Vec<bool>,
    pub(super) ids: MessageIds,
    /// What is outstanding, by live MessageId.
    pub(super) outstanding: FxHashMap<u64, Outstanding>,
    /// The step for which credits were asked for.
    pub(super) asked: Option<usize>,
    /// The NEGOTIATE request that was sent.
    pub(super) negotiate: Option<Vec<u8>>,
}

/// What a live MessageId stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outstanding {
    /// A captured request.
    Planned(usize),
    /// A request of our own.
    Extra(usize),
}

/// How far a captured request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not sent yet.
    Waiting,
    /// Sent, no final response yet.
    Sent,
    /// Final response received.
    Answered(NtStatus),
    /// Sent, and there will be no response: its connection is closed.
    Dropped,
    /// Not sent.
    Skipped,
}

/// A captured request, live.
#[derive(Debug)]
pub(super) struct RequestState {
    pub(super) progress: Progress,
    pub(super) sent_at: Option<Duration>,
    pub(super) message_id: u64,
    pub(super) interim: bool,
    pub(super) async_id: Option<u64>,
    /// Its deadline has passed: nothing waits for it any more.
    pub(super) released: bool,
    /// The request whose live outcome explains why this one issued nothing.
    pub(super) cause: Option<usize>,
    /// SessionId, TreeId or FileId that its response issued.
    pub(super) issued_session: Option<u64>,
    pub(super) issued_tree: Option<u32>,
    /// Whether the share it connected to is in DFS.
    pub(super) in_dfs: bool,
    pub(super) issued_file: Option<FileId>,
    /// OplockLevel that the open has, 0xff for a lease; 0 once it is lost (MS-SMB2 2.2.14).
    pub(super) oplock: u8,
    pub(super) live_request: Vec<u8>,
    pub(super) patches: Vec<Patch>,
    pub(super) marks: Vec<&'static str>,
}

impl Default for RequestState {
    fn default() -> Self {
        Self {
            progress: Progress::Waiting,
            sent_at: None,
            message_id: 0,
            interim: false,
            async_id: None,
            released: false,
            cause: None,
            issued_session: None,
            issued_tree: None,
            in_dfs: false,
            issued_file: None,
            oplock: 0,
            live_request: Vec::new(),
            patches: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl RequestState {
    /// Nothing more will come of it.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.progress, Progress::Answered(_) | Progress::Dropped | Progress::Skipped)
    }
}

/// Ids that the live server has issued, closed ones included.
#[derive(Default)]
pub(super) struct Issued {
    /// TreeIds.
    pub(super) trees: FxHashSet<u32>,
    /// FileIds, and the latest request whose response issued each.
    pub(super) files: FxHashMap<FileId, usize>,
    /// Tokens that later requests bring back, by the request whose answer issued them.
    pub(super) tokens: FxHashMap<(usize, Slot), Vec<u8>>,
}

/// A request that the capture does not have.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    /// Why it is sent: a word for the `marks` column.
    pub(super) mark: &'static str,
    /// One phrase.
    pub(super) detail: String,
    /// Index of the lane.
    pub(super) lane: usize,
    /// The request it completes or follows from.
    pub(super) of: Option<usize>,
    pub(super) request: Vec<u8>,
    pub(super) sent_at: Duration,
}

/// A logon under way.
pub(super) struct LogonState {
    pub(super) ntlm: NtlmLogon,
    /// The server's last token.
    pub(super) token: Option<Bytes>,
    /// Live SessionId, once the server has named it.
    pub(super) session_id: u64,
}

/// A live session.
#[derive(Clone)]
pub(super) struct SessionState {
    /// Keys, for binding further connections.
    pub(super) keys: Option<SessionKeys>,
    /// Whether the server demands encryption.
    pub(super) encrypt: bool,
    /// Guest or anonymous: nothing is signed.
    pub(super) unsigned: bool,
    /// Whether the client demands signatures, upon which the server refuses what has none.
    pub(super) signing_required: bool,
}
