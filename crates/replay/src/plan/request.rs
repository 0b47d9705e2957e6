//! A planned request: a captured one with what the capture shows of its fate.

use crate::plan::identity::Reference;
use crate::plan::logon::Logon;
use crate::plan::payload::{self, MissingPayload};
use crate::plan::tokens::UsedToken;
use crate::trace::{Row, Trace};
use bytes::Bytes;
use capture::Timestamp;
use dissect::Kind;
use smb2::{Command, Header, NtStatus};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// What kind of message it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An SMB2 message.
    Smb2(Header),
    /// The SMB1 NEGOTIATE that may open a connection (MS-SMB2 3.3.5.3.1).
    MultiProtocol,
    /// Encrypted, and no key is known; or so broken that it has no header.
    Unreadable,
}

/// What the capture shows of the server's answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Captured {
    /// Place and time of the interim response.
    pub interim: Option<(u64, Timestamp)>,
    /// Place, time and status of the final response.
    pub answer: Option<(u64, Timestamp, NtStatus)>,
}

/// Whether a request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is.
    Send,
    /// It is not, for this reason.
    Skip(String),
}

/// One captured request. Indices of requests count in [`crate::plan::Plan::requests`].
#[derive(Clone, Debug)]
pub struct Request {
    /// Index of its row in the trace.
    pub row: usize,
    /// Number of the captured connection.
    pub connection: u32,
    /// The captured bytes, padding to the next message of the chain included.
    pub bytes: Bytes,
    /// What they are.
    pub form: Form,
    /// Place of its first byte.
    pub start_seq: u64,
    /// Time of its first byte.
    pub start_time: Timestamp,
    /// Place of the last response that the client had received when it sent; `None`: the capture does not tell.
    pub acks: Option<u64>,
    /// Chain it belongs to, if any.
    pub chain: Option<u64>,
    /// Place in that chain.
    pub chain_index: u16,
    /// What the captured server answered.
    pub captured: Captured,
    /// SessionId of the header.
    pub session: Reference,
    /// TreeId of the header.
    pub tree: Reference,
    /// The TREE_CONNECT whose tree it uses, also when it leaves the tree to an earlier member of its chain.
    pub tree_connect: Option<usize>,
    /// The share it is about, counted in [`crate::plan::Plan::shares`].
    pub share: Option<usize>,
    /// FileIds in the body: offset in the message, and whose they are.
    pub file_ids: Vec<(usize, Reference)>,
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
    /// Whether an id it uses is taken to be issued by a request whose answer the capture lacks.
    pub inferred: bool,
    /// Earlier requests on other connections that must have been seen by the server first, and for how long at most.
    pub conflicts: Vec<(usize, Duration)>,
    /// Whether it was encrypted in the capture.
    pub encrypted: bool,
    /// Whether it stands in for something from before the capture, and is no captured request.
    pub stand_in: bool,
    /// Whether it uses an id from before the capture, for which a stand-in has one.
    pub orphan: bool,
    /// The stand-in that opens the handle it uses.
    pub stand_in_handle: Option<usize>,
    /// Whether it is sent.
    pub fate: Fate,
}

impl Request {
    /// The command; `NEGOTIATE` for an SMB1 multi-protocol negotiate.
    pub fn command(&self) -> Option<Command> {
        match self.form {
            Form::Smb2(header) => Some(header.command),
            Form::MultiProtocol => Some(Command::NEGOTIATE),
            Form::Unreadable => None,
        }
    }

    /// The header of an SMB2 message.
    pub fn header(&self) -> Option<&Header> {
        match &self.form {
            Form::Smb2(header) => Some(header),
            _ => None,
        }
    }

    /// Captured final status.
    pub fn captured_status(&self) -> Option<NtStatus> {
        self.captured.answer.map(|(_, _, status)| status)
    }

    /// How long the captured server took for its final answer.
    pub fn captured_latency(&self) -> Option<Duration> {
        let (_, time, _) = self.captured.answer?;
        Some(Duration::from_nanos(time.0.saturating_sub(self.start_time.0).try_into().unwrap_or(0)))
    }

    /// How long its answer is waited for, the user's patience left aside; `None`: nothing waits for it.
    pub fn awaited_for(&self) -> Option<Duration> {
        self.captured_latency().or(self.awaited)
    }

    /// The chain it belongs to, told apart from those of other connections.
    pub fn chain_key(&self) -> Option<(u32, u64)> {
        self.chain.map(|chain| (self.connection, chain))
    }

    /// Makes the request one that is not sent, unless it already is.
    pub fn skip(&mut self, reason: impl Into<String>) {
        if self.fate == Fate::Send {
            self.fate = Fate::Skip(reason.into());
        }
    }

    /// Every request that issues an id this one uses.
    pub fn issuers(&self) -> impl Iterator<Item = usize> + '_ {
        let header = [self.session, self.tree].into_iter().chain(self.previous_session);
        let ids = header.chain(self.file_ids.iter().map(|(_, id)| *id)).filter_map(Reference::issuer);
        ids.chain(self.tokens.iter().map(|token| token.issuer))
    }
}

/// The requests of a trace in the order of their first bytes.
pub(super) fn requests(trace: &Trace) -> Vec<Request> {
    let mut requests: Vec<_> = trace.rows.iter().enumerate().filter_map(|(row, found)| request(row, found)).collect();
    requests.sort_by_key(|request| (request.start_seq, request.chain_index, request.row));
    requests
}

fn request(row: usize, found: &Row) -> Option<Request> {
    let operation = &found.operation;
    let bytes = operation.request.clone()?;
    let form = match (operation.kind, Header::parse(&bytes)) {
        (Kind::Exchange | Kind::Request, Ok(header)) => Form::Smb2(header),
        (Kind::Exchange | Kind::Request, Err(_)) if bytes.starts_with(&[0xff, b'S', b'M', b'B']) => Form::MultiProtocol,
        (Kind::Exchange | Kind::Request | Kind::Encrypted, _) => Form::Unreadable,
        _ => return None,
    };
    let start_seq = operation.request_start_seq.or(operation.request_seq)?;
    // Captures with several taps may show an answer before its request. What waits for it must not come before the
    // request, or it would wait for ever.
    let after_request = |seq: u64| seq.max(start_seq.saturating_add(1));
    let captured = Captured {
        interim: operation.interim_seq.map(after_request).zip(operation.interim_time),
        answer: match (operation.response_seq, operation.response_time, operation.status) {
            (Some(seq), Some(time), Some(status)) => Some((after_request(seq), time, NtStatus(status))),
            _ => None,
        },
    };
    Some(Request {
        row,
        connection: operation.connection,
        bytes,
        form,
        start_seq,
        start_time: operation.request_start_time.or(operation.request_time)?,
        acks: operation.request_acks,
        chain: operation.request_chain,
        chain_index: operation.compound_index.unwrap_or(0),
        captured,
        session: Reference::Verbatim,
        tree: Reference::Verbatim,
        tree_connect: None,
        share: None,
        file_ids: Vec::new(),
        missing_payload: Vec::new(),
        tokens: Vec::new(),
        previous_session: None,
        cancels: None,
        logon: None,
        after: None,
        awaited: None,
        inferred: false,
        conflicts: Vec::new(),
        encrypted: operation.encrypted,
        stand_in: found.stand_in,
        orphan: false,
        stand_in_handle: None,
        fate: Fate::Send,
    })
}

/// Decides which requests cannot be sent, whatever the live server does. A chain is sent whole or not at all.
pub(super) fn mark_unsendable(trace: &Trace, requests: &mut [Request]) {
    let known: HashSet<u32> = trace.connections.iter().map(|known| known.connection).collect();
    let mut chains = incomplete_chains(requests);
    for request in requests.iter_mut() {
        if !known.contains(&request.connection) {
            request.skip("nothing is known of its connection");
        }
        if let Some(missing) = trace.rows.get(request.row).and_then(|row| payload::missing(&row.operation)) {
            request.missing_payload = missing;
        }
        if let Some(reason) = unsendable(trace, request) {
            if let Some(chain) = request.chain_key() {
                chains.insert(chain, reason.clone());
            }
            request.skip(reason);
        }
    }
    for request in requests.iter_mut() {
        if let Some(reason) = request.chain_key().and_then(|chain| chains.get(&chain)) {
            request.skip(format!("its chain cannot be sent: {reason}"));
        }
    }
}

/// Chains some of whose members are not among the requests: of a session that is not replayed, say.
fn incomplete_chains(requests: &[Request]) -> HashMap<(u32, u64), String> {
    // By chain: how many members there are, and whether another must follow the latest.
    let mut members: HashMap<(u32, u64), (u16, bool)> = HashMap::new();
    let mut incomplete = HashMap::new();
    for request in requests {
        let Some(chain) = request.chain_key() else { continue };
        let (count, goes_on) = members.entry(chain).or_insert((0, true));
        if request.chain_index != *count || !*goes_on {
            incomplete.insert(chain, "a part of it is not in the replay".to_owned());
        }
        *count = count.saturating_add(1);
        // A NextCommand that leads elsewhere is the captured client's mistake, sent as it is.
        *goes_on = request.header().is_some_and(|header| header.next_command as usize == request.bytes.len());
    }
    let cut = members.into_iter().filter(|(_, (_, goes_on))| *goes_on);
    incomplete.extend(cut.map(|(chain, _)| (chain, "a part of it is not in the replay".to_owned())));
    incomplete
}

fn unsendable(trace: &Trace, request: &Request) -> Option<String> {
    if request.form == Form::Unreadable {
        return Some("encrypted or unreadable in the capture, and no key is known".into());
    }
    let operation = &trace.rows.get(request.row)?.operation;
    if operation.request_holes.len() > request.missing_payload.len() {
        return Some("part of the request is missing in the capture".into());
    }
    if request.session == Reference::Orphan {
        return Some("its session is from before the capture".into());
    }
    if request.tree == Reference::Orphan {
        return Some("its tree connect is from before the capture".into());
    }
    if request.file_ids.iter().any(|(_, id)| *id == Reference::Orphan) {
        return Some("its handle is from before the capture".into());
    }
    None
}
