//! What has become of each lane, and what the live server has issued.

use crate::engine::message_ids::MessageIds;
use crate::message::token::Slot;
use bytes::Bytes;
use client::Connection;
use client::logon;
use rustc_hash::{FxHashMap, FxHashSet};
use smb2::FileId;
use smb2::crypto::SessionKeys;
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
    /// When the next step might have been performed: all that it waits for had come by then. `None`: it waits.
    pub(super) free_at: Option<Duration>,
    /// The same of the step that is being performed.
    pub(super) was_free_at: Option<Duration>,
    /// The step for which credits were asked for.
    pub(super) asked: Option<usize>,
    /// The NEGOTIATE request that was sent.
    pub(super) negotiate: Option<Bytes>,
}

/// What a live MessageId stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outstanding {
    /// A captured request.
    Planned(usize),
    /// A request of our own.
    Extra(usize),
}

/// Ids that the live server has issued, closed ones included.
#[derive(Default)]
pub(super) struct Issued {
    /// TreeIds.
    pub(super) trees: FxHashSet<u32>,
    /// Whether `files` has all: something in the plan uses a FileId that must not be valid.
    pub(super) all_files: bool,
    /// FileIds of opens that had an oplock or a lease, and the latest request whose response issued each.
    pub(super) files: FxHashMap<FileId, u32>,
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
    pub(super) request: Bytes,
    pub(super) sent_at: Duration,
}

/// A logon under way.
pub(super) struct LogonState {
    pub(super) logon: logon::Logon,
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
