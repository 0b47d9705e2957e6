//! Whose ids a request uses: each SessionId, TreeId and FileId is resolved to the request whose response issued it.
//!
//! Ids are reused by servers, so the trace is walked in its order and the latest issuer before a request counts. An id
//! stays resolved after its session, tree or handle was closed: the live counterpart is closed by then as well.

use crate::message::handle;
use crate::plan::inferred::{Issue, Unanswered};
use crate::plan::planned::{Planned, span};
use crate::plan::reference::Reference;
use crate::plan::request::Request;
use crate::plan::walk::{Message, Walk};
use crate::trace::Trace;
use smb2::message::session_setup::SessionSetupRequest;
use smb2::message::{create::CreateResponse, session_setup};
use smb2::{Command, FileId, Header, NtStatus, header};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Fills the references of all requests, which are in trace order.
pub(super) fn resolve(trace: &Trace, requests: &mut [Request]) {
    let servers: HashMap<u32, IpAddr> =
        trace.connections.iter().map(|known| (known.connection, known.server.ip())).collect();
    let cancels = requests.iter().filter(|request| request.command() == Some(Command::CANCEL));
    let mut known = Issuers { cancelling: cancels.map(|request| request.connection).collect(), ..Issuers::default() };
    let mut walk = Walk::default();
    while let Some((message, index)) = walk.next(requests) {
        let Some(request) = requests.get(index) else { continue };
        let server = servers.get(&request.connection).copied();
        if matches!(message, Message::StandIn | Message::Request) {
            known.take_request(trace, server, index, requests);
        }
        let Some(request) = requests.get(index).and_then(|request| trace.planned(request)) else { continue };
        if matches!(message, Message::Interim | Message::Answer) {
            known.learn_async_id(index, &request);
        }
        if matches!(message, Message::StandIn | Message::Answer) {
            known.learn(server, index, &request);
        }
    }
}

type Server = Option<IpAddr>;

/// The latest issuer of every id so far.
#[derive(Default)]
struct Issuers {
    sessions: HashMap<(Server, u64), usize>,
    trees: HashMap<(Reference, u32), usize>,
    files: HashMap<(Server, FileId), usize>,
    /// Connections on which something is cancelled; of others no MessageIds are remembered.
    cancelling: HashSet<u32>,
    by_message_id: HashMap<(u32, u64), usize>,
    by_async_id: HashMap<(u32, u64), usize>,
    unanswered: Unanswered,
    /// Requests taken for the issuers of ids, though the capture lacks their answers.
    inferred: HashSet<usize>,
}

struct Resolved {
    session: Reference,
    tree: Reference,
    file_ids: Vec<(usize, Reference)>,
    previous_session: Option<Reference>,
    cancels: Option<usize>,
    /// Issuers that are inferred here.
    inferred: Vec<usize>,
}

impl Resolved {
    fn store(self, request: &mut Request) {
        request.refer(self.session, self.tree, self.file_ids);
        if self.previous_session.is_some() || self.cancels.is_some() {
            let rare = request.rare_mut();
            rare.previous_session = self.previous_session;
            rare.cancels = self.cancels;
        }
    }
}

impl Issuers {
    /// Resolves the ids of a request, and remembers what it may issue.
    fn take_request(&mut self, trace: &Trace, server: Server, index: usize, requests: &mut [Request]) {
        let Some(request) = requests.get(index).and_then(|request| trace.planned(request)) else { return };
        let (start, resolved) = (request.start_time(), self.resolve(server, &request));
        for issuer in resolved.iter().flat_map(|resolved| &resolved.inferred) {
            let Some(issuer) = requests.get_mut(*issuer) else { continue };
            if let Some(until) = trace.planned(issuer).map(|issuer| span(issuer.start_time(), start)) {
                issuer.rare_mut().awaited.get_or_insert(until);
            }
        }
        if let (Some(resolved), Some(request)) = (resolved, requests.get_mut(index)) {
            resolved.store(request);
            let inferred = request.issuers().any(|issuer| self.inferred.contains(&issuer));
            request.inferred = inferred;
        }
        if let Some(request) = requests.get(index).and_then(|request| trace.planned(request)) {
            self.remember_outstanding(index, &request);
        }
    }

    fn resolve(&mut self, server: Server, request: &Planned<'_>) -> Option<Resolved> {
        let header = request.header()?;
        let status = request.captured_status();
        let mut inferred = Vec::new();
        let session = match header.session_id {
            0 | header::ALL_ONES_64 => Reference::Verbatim,
            id => match self.sessions.get(&(server, id)) {
                Some(issuer) => Reference::issued_by(*issuer),
                None => {
                    let issuer = self.infer(Issue::Session(request.connection), status, false, &mut inferred);
                    self.sessions.extend(issuer.issuer().map(|issuer| ((server, id), issuer)));
                    issuer
                }
            },
        };
        let setup_captured = session.issuer().is_some();
        let tree = match header.tree_id() {
            None | Some(0 | u32::MAX) => Reference::Verbatim,
            Some(id) => match self.trees.get(&(session, id)) {
                Some(issuer) => Reference::issued_by(*issuer),
                None if !needs_tree(header.command) => Reference::Verbatim,
                None => {
                    let issuer = self.infer(Issue::Tree(session), status, setup_captured, &mut inferred);
                    self.trees.extend(issuer.issuer().map(|issuer| ((session, id), issuer)));
                    issuer
                }
            },
        };
        let file_ids = handle::file_id_offsets(header.command, request.bytes())
            .into_iter()
            .filter_map(|offset| Some((offset, handle::file_id_at(request.bytes(), offset)?)))
            .map(|(offset, id)| {
                let reference = match self.files.get(&(server, id)) {
                    _ if id.is_reserved() => Reference::Verbatim,
                    Some(issuer) => Reference::issued_by(*issuer),
                    None => {
                        let issuer = self.infer(Issue::File(session), status, setup_captured, &mut inferred);
                        self.files.extend(issuer.issuer().map(|issuer| ((server, id), issuer)));
                        issuer
                    }
                };
                (offset, reference)
            })
            .collect();
        let previous_session = match header.command {
            Command::SESSION_SETUP => self.previous_session(server, request.bytes()),
            _ => None,
        };
        let cancels = (header.command == Command::CANCEL)
            .then(|| match header.async_id() {
                Some(id) => self.by_async_id.get(&(request.connection, id)).copied(),
                None => self.by_message_id.get(&(request.connection, header.message_id)).copied(),
            })
            .flatten();
        Some(Resolved { session, tree, file_ids, previous_session, cancels, inferred })
    }

    /// What an id is that no captured response issued: a request without a captured answer may have.
    fn infer(
        &mut self,
        issue: Issue,
        status: Option<NtStatus>,
        setup_captured: bool,
        inferred: &mut Vec<usize>,
    ) -> Reference {
        let unknown = unknown(issue, status, setup_captured);
        if unknown == Reference::Dead && status.is_some() {
            return unknown;
        }
        let Some(issuer) = self.unanswered.take(issue) else { return unknown };
        self.inferred.insert(issuer);
        inferred.push(issuer);
        Reference::issued_by(issuer)
    }

    fn previous_session(&self, server: Server, message: &[u8]) -> Option<Reference> {
        match SessionSetupRequest::parse(message).ok()?.previous_session_id() {
            0 | header::ALL_ONES_64 => None,
            id => {
                Some(self.sessions.get(&(server, id)).map_or(Reference::Dead, |issuer| Reference::issued_by(*issuer)))
            }
        }
    }

    fn remember_outstanding(&mut self, index: usize, request: &Planned<'_>) {
        if let Some(header) = request.header().filter(|header| header.command != Command::CANCEL) {
            if self.cancelling.contains(&request.connection) {
                self.by_message_id.insert((request.connection, header.message_id), index);
            }
            self.unanswered.remember(index, request);
        }
    }

    fn learn_async_id(&mut self, index: usize, request: &Planned<'_>) {
        if let Some(id) = request.row.async_id() {
            self.by_async_id.insert((request.connection, id), index);
        }
    }

    fn learn(&mut self, server: Server, index: usize, request: &Planned<'_>) {
        let Some(response) = request.row.response() else { return };
        let Ok(header) = Header::parse(response) else { return };
        let status = NtStatus(header.status);
        match request.command() {
            // A later leg, a bind or a reauthentication continues the session that its request names.
            Some(Command::SESSION_SETUP)
                if (status == NtStatus::SUCCESS || status == NtStatus::MORE_PROCESSING_REQUIRED)
                    && request.session().issuer().is_none()
                    && header.session_id != 0 =>
            {
                self.sessions.insert((server, header.session_id), index);
            }
            Some(Command::TREE_CONNECT) if status == NtStatus::SUCCESS => {
                if let Some(id) = header.tree_id() {
                    self.trees.insert((request.session(), id), index);
                }
            }
            Some(Command::CREATE) if !status.is_error() => {
                if let Ok(view) = CreateResponse::parse(response) {
                    self.files.insert((server, view.file_id()), index);
                }
            }
            _ => {}
        }
    }
}

/// What an id is that no captured response issued. The captured server's answer tells whether it was valid: it looks at
/// the session first, then at the tree, then at the handle. Within a session whose setup was captured, any other error
/// tells that it was not.
fn unknown(issue: Issue, status: Option<NtStatus>, setup_captured: bool) -> Reference {
    let Some(status) = status else { return Reference::Dead };
    let looked_at = match status {
        NtStatus::USER_SESSION_DELETED => 1,
        NtStatus::NETWORK_NAME_DELETED => 2,
        NtStatus::FILE_CLOSED | NtStatus::INVALID_HANDLE => 3,
        other if other.is_error() && setup_captured => return Reference::Dead,
        _ => return Reference::Orphan,
    };
    let place = match issue {
        Issue::Session(_) => 1,
        Issue::Tree(_) => 2,
        Issue::File(_) => 3,
    };
    if place < looked_at { Reference::Orphan } else { Reference::Dead }
}

fn needs_tree(command: Command) -> bool {
    !matches!(
        command,
        Command::NEGOTIATE
            | Command::SESSION_SETUP
            | Command::LOGOFF
            | Command::TREE_CONNECT
            | Command::ECHO
            | Command::CANCEL
    )
}

/// SMB2_SESSION_FLAG_BINDING of a SESSION_SETUP (MS-SMB2 2.2.5).
pub fn is_bind(message: &[u8]) -> bool {
    session_setup::SessionSetupRequest::parse(message).is_ok_and(|view| view.flags() & 1 != 0)
}
