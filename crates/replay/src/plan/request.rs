//! A planned request: a captured one with what the capture shows of its fate.

use crate::plan::logon::Logon;
use crate::plan::payload::MissingPayload;
use crate::plan::reference::{Packed, Reference};
use crate::plan::tokens::UsedToken;
use crate::trace::{CapturedRow, Trace};
use capture::Timestamp;
use dissect::Kind;
use smb2::{Command, Header, NtStatus};
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

/// What kind of message it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An SMB2 message.
    Smb2(Command),
    /// The SMB1 NEGOTIATE that may open a connection (MS-SMB2 3.3.5.3.1).
    MultiProtocol,
    /// Encrypted, and no key is known; or so broken that it has no header.
    Unreadable,
}

/// The captured final response to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its place in the trace.
    pub seq: u64,
    /// Its NTSTATUS.
    pub status: NtStatus,
}

const _: () = assert!(size_of::<Request>() <= 80, "there are millions of them");

/// One captured request, as small as can be: there may be millions. Its bytes and whatever else is only looked at now and
/// then are in its row ([`Planned`](crate::plan::Planned)). Requests are named by their index in [`crate::plan::Plan::requests`].
#[derive(Debug)]
pub struct Request {
    /// Place of its first byte.
    pub start_seq: u64,
    /// Place of the captured final response; it is never that of the first byte of a trace.
    pub(super) answer_seq: Option<NonZeroU64>,
    /// NTSTATUS of that response, if there is one.
    status: NtStatus,
    /// Number of its row in the trace.
    row: u32,
    /// Number of the captured connection.
    pub connection: u32,
    /// What it is.
    pub form: Form,
    /// The share it is about, counted in [`crate::plan::Plan::shares`].
    share: Option<NonZeroU32>,
    session: Packed,
    tree: Packed,
    file_ids: FileIds,
    /// Chain it belongs to, if any; with one added, so that it takes no room to have none.
    chain: Option<NonZeroU64>,
    /// What few requests have.
    rare: Option<Box<Rare>>,
    /// Place in its chain.
    pub chain_index: u16,
    /// Whether an id it uses is taken to be issued by a request whose answer the capture lacks.
    pub inferred: bool,
    /// Whether it was encrypted in the capture.
    pub encrypted: bool,
    /// Whether it stands in for something from before the capture, and is no captured request.
    pub stand_in: bool,
    /// Whether it uses an id from before the capture, for which a stand-in has one.
    pub orphan: bool,
}

/// What few requests have.
#[derive(Debug, Default, Clone)]
pub struct Rare {
    /// Place and time of the interim response.
    pub interim: Option<(u64, Timestamp)>,
    /// The TREE_CONNECT of an earlier member of its chain, to which it leaves the tree.
    pub tree_of_chain: Option<usize>,
    /// FileIds in the body, when there are several: offset in the message, and whose they are.
    several_file_ids: Vec<(usize, Reference)>,
    /// Data that the capture lacks.
    pub missing_payload: Vec<MissingPayload>,
    /// What it brings back of earlier answers.
    pub tokens: Vec<UsedToken>,
    /// PreviousSessionId of a SESSION_SETUP.
    pub previous_session: Option<Reference>,
    /// The request a CANCEL is for.
    pub cancels: Option<usize>,
    /// The logon that a SESSION_SETUP is a leg of.
    pub logon: Option<Logon>,
    /// The request before it whose answer it waits for, because the capture does not tell what its client waited for.
    pub after: Option<usize>,
    /// Later requests wait for its live answer though the capture has none: the captured time until the first of them.
    pub awaited: Option<Duration>,
    /// Earlier requests on other connections that must have been seen by the server first, and for how long at most.
    pub conflicts: Vec<(usize, Duration)>,
    /// The stand-in that opens the handle it uses.
    pub stand_in_handle: Option<usize>,
    /// Why it is not sent.
    pub skipped: Option<String>,
}

impl Request {
    /// Number of its row in the trace.
    pub fn row(&self) -> usize {
        self.row as usize
    }

    /// The command; `NEGOTIATE` for an SMB1 multi-protocol negotiate.
    pub fn command(&self) -> Option<Command> {
        match self.form {
            Form::Smb2(command) => Some(command),
            Form::MultiProtocol => Some(Command::NEGOTIATE),
            Form::Unreadable => None,
        }
    }

    /// SessionId of the header.
    pub fn session(&self) -> Reference {
        self.session.into()
    }

    /// TreeId of the header.
    pub fn tree(&self) -> Reference {
        self.tree.into()
    }

    /// FileIds in the body: offset in the message, and whose they are.
    pub fn file_ids(&self) -> impl Iterator<Item = (usize, Reference)> + '_ {
        let one = match self.file_ids {
            FileIds::One(offset, id) => Some((usize::from(offset), Reference::from(id))),
            FileIds::None | FileIds::Several => None,
        };
        one.into_iter().chain(self.rare().several_file_ids.iter().copied())
    }

    /// Its ids stand for these.
    pub(super) fn refer(&mut self, session: Reference, tree: Reference, file_ids: Vec<(usize, Reference)>) {
        (self.session, self.tree) = (session.into(), tree.into());
        self.file_ids = match *file_ids.as_slice() {
            [] => FileIds::None,
            [(offset, id)] if u16::try_from(offset).is_ok() => {
                FileIds::One(u16::try_from(offset).unwrap_or(0), id.into())
            }
            _ => {
                self.rare_mut().several_file_ids = file_ids;
                FileIds::Several
            }
        };
    }

    /// What few requests have.
    pub fn rare(&self) -> &Rare {
        static NOTHING: Rare = Rare {
            interim: None,
            tree_of_chain: None,
            several_file_ids: Vec::new(),
            missing_payload: Vec::new(),
            tokens: Vec::new(),
            previous_session: None,
            cancels: None,
            logon: None,
            after: None,
            awaited: None,
            conflicts: Vec::new(),
            stand_in_handle: None,
            skipped: None,
        };
        self.rare.as_deref().unwrap_or(&NOTHING)
    }

    /// The same, to be changed.
    pub(super) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The logon that a SESSION_SETUP is a leg of.
    pub fn logon(&self) -> Option<Logon> {
        self.rare().logon
    }

    /// The same, if there is one, to be changed.
    pub fn logon_mut(&mut self) -> Option<&mut Logon> {
        self.rare.as_mut()?.logon.as_mut()
    }

    /// The share it is about, counted in [`crate::plan::Plan::shares`].
    pub fn share(&self) -> Option<usize> {
        self.share.map(|share| (share.get() as usize).saturating_sub(1))
    }

    pub(super) fn set_share(&mut self, share: Option<usize>) {
        let number = share.and_then(|share| u32::try_from(share).ok()?.checked_add(1));
        self.share = number.and_then(NonZeroU32::new);
    }

    /// The TREE_CONNECT whose tree it uses, also when it leaves the tree to an earlier member of its chain. `index` is its
    /// own.
    pub fn tree_connect(&self, index: usize) -> Option<usize> {
        match self.command() {
            Some(Command::TREE_CONNECT) => Some(index),
            _ => self.tree().issuer().or(self.rare().tree_of_chain),
        }
    }

    /// What the captured server answered in the end.
    pub fn answer(&self) -> Option<Answer> {
        self.answer_seq.map(|seq| Answer { seq: seq.get(), status: self.status })
    }

    /// Captured final status.
    pub fn captured_status(&self) -> Option<NtStatus> {
        self.answer().map(|answer| answer.status)
    }

    /// The chain it belongs to, told apart from those of other connections.
    pub fn chain_key(&self) -> Option<(u32, u64)> {
        self.chain.map(|chain| (self.connection, chain.get()))
    }

    /// Why it is not sent; `None`: it is.
    pub fn skipped(&self) -> Option<&str> {
        self.rare().skipped.as_deref()
    }

    /// Makes the request one that is not sent, unless it already is.
    pub(super) fn skip(&mut self, reason: impl Into<String>) {
        if self.skipped().is_none() {
            self.rare_mut().skipped = Some(reason.into());
        }
    }

    /// Every request that issues an id this one uses.
    pub fn issuers(&self) -> impl Iterator<Item = usize> + '_ {
        let header = [self.session(), self.tree()].into_iter().chain(self.rare().previous_session);
        let ids = header.chain(self.file_ids().map(|(_, id)| id)).filter_map(Reference::issuer);
        ids.chain(self.rare().tokens.iter().map(|token| token.issuer))
    }
}

/// The FileIds in the body of a request: most have one.
#[derive(Debug, Clone, Copy)]
enum FileIds {
    None,
    One(u16, Packed),
    /// Among what few requests have.
    Several,
}

/// The requests of a trace in the order of their first bytes.
pub(super) fn requests(trace: &Trace) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::with_capacity(trace.rows.len());
    requests.extend(trace.rows.iter().zip(0..).filter_map(|(row, number)| request(number, &row)));
    requests.shrink_to_fit();
    requests.sort_unstable_by_key(|request| (request.start_seq, request.chain_index, request.row));
    requests
}

fn request(number: u32, row: &CapturedRow<'_>) -> Option<Request> {
    let bytes = row.request()?;
    let form = match (row.kind(), Header::parse(bytes)) {
        (Kind::Exchange | Kind::Request, Ok(header)) => Form::Smb2(header.command),
        (Kind::Exchange | Kind::Request, Err(_)) if bytes.starts_with(&[0xff, b'S', b'M', b'B']) => Form::MultiProtocol,
        (Kind::Exchange | Kind::Request | Kind::Encrypted, _) => Form::Unreadable,
        _ => return None,
    };
    let start_seq = row.request_start_seq().or(row.request_seq())?;
    // Captures with several taps may show an answer before its request. What waits for it must not come before the
    // request, or it would wait for ever.
    let after_request = |seq: u64| seq.max(start_seq.saturating_add(1));
    let answer = match (row.response_seq(), row.response_time(), row.status()) {
        (Some(seq), Some(_), Some(status)) => NonZeroU64::new(after_request(seq)).map(|seq| (seq, NtStatus(status))),
        _ => None,
    };
    row.request_start_time().or(row.request_time())?;
    let mut request = Request {
        start_seq,
        answer_seq: answer.map(|(seq, _)| seq),
        status: answer.map_or(NtStatus::SUCCESS, |(_, status)| status),
        row: number,
        connection: row.connection(),
        form,
        share: None,
        session: Packed::VERBATIM,
        tree: Packed::VERBATIM,
        file_ids: FileIds::None,
        chain: row.request_chain().and_then(|chain| NonZeroU64::new(chain.saturating_add(1))),
        rare: None,
        chain_index: row.compound_index().unwrap_or(0),
        inferred: false,
        encrypted: row.encrypted(),
        stand_in: row.stand_in(),
        orphan: false,
    };
    if let Some(interim) = row.interim_seq().map(after_request).zip(row.interim_time()) {
        request.rare_mut().interim = Some(interim);
    }
    Some(request)
}
