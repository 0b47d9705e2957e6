//! What was there before the capture began: sessions, tree connects and opens that its requests use and whose setup it
//! does not have (*orphans*).
//!
//! Rows that set them up are put in front of those that use them, as if they had been captured: requests of our own, and
//! answers that name the captured ids. All that is built on rows (ids, order, logons, names) then finds them. They are
//! marked [`Row::stand_in`]: no operations of the run, sent as extra requests.

mod exchange;
mod open;

use crate::message::tree_connect;
use crate::plan::planned::Planned;
use crate::plan::reference::Reference;
use crate::plan::request::Request;
use crate::trace::{CapturedRow, Row, Trace};
use client::request::create::{self, Kind};
use client::request::{TooLong, close, negotiate, session_setup, set_info, tree_connect as connect};
use dissect::Kind as RowKind;
use exchange::Exchange;
use open::Known;
use smb2::{Command, FileId, Guid, Header, NtStatus};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Share of an orphan tree when the capture names none.
const UNKNOWN_SHARE: &str = "unknown-share";
/// SMB2_SHARE_TYPE_PIPE (MS-SMB2 2.2.10).
const PIPE: u8 = 0x02;

/// Puts stand-ins in front of the trace for its orphans; whether there were any. `requests` are those of the trace, in its
/// order and resolved. Handles of pipes have no stand-in: what was said on them before decides what is answered.
pub(super) fn add(trace: &mut Trace, requests: &[Request]) -> bool {
    // What was captured from its beginning, as most is, need not be gone through.
    if !requests.iter().any(uses_orphan) && begun_before(trace, requests).next().is_none() {
        return false;
    }
    let mut orphans = Orphans::of(trace, requests);
    for request in requests.iter().filter_map(|request| trace.planned(request)) {
        // A path that does not fit leaves the orphan one.
        let _ = orphans.serve(&request);
    }
    let rows = orphans.rows;
    let found = !rows.is_empty();
    trace.rows.put_in_front(rows);
    found
}

/// Whether a name on the live server is that of a stand-in.
pub(crate) fn is_name(name: &str) -> bool {
    open::is_name(name)
}

/// Makes what follows stand-ins on their connection wait for them, and notes who uses them; requests are in trace order.
pub(super) fn mark(requests: &mut [Request]) {
    let mut latest: HashMap<u32, usize> = HashMap::new();
    for index in 0..requests.len() {
        let stands_in = |other: usize| requests.get(other).is_some_and(|other| other.stand_in);
        let Some(request) = requests.get(index) else { continue };
        let uses_some = request.issuers().any(stands_in);
        let handle = request.file_ids().filter_map(|(_, id)| id.issuer()).find(|issuer| stands_in(*issuer));
        let (connection, is_one) = (request.connection, request.stand_in);
        let before = if is_one { latest.insert(connection, index) } else { latest.remove(&connection) };
        let Some(request) = requests.get_mut(index) else { continue };
        request.orphan = uses_some && !is_one;
        let handle = handle.filter(|_| !is_one);
        if before.is_some() || handle.is_some() {
            let rare = request.rare_mut();
            rare.after = before.or(rare.after);
            rare.stand_in_handle = handle;
        }
    }
}

fn uses_orphan(request: &Request) -> bool {
    let ids = request.file_ids().map(|(_, id)| id);
    [request.session(), request.tree()].into_iter().chain(ids).any(|id| id == Reference::Orphan)
}

type Session = (Option<IpAddr>, u64);

/// An id, and where it is valid.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Session(Session),
    Tree(Session, u32),
    File(Option<IpAddr>, FileId),
}

/// Connections that the capture does not show being made, and whose first MessageId is not that of a new one.
fn begun_before<'a>(trace: &'a Trace, requests: &'a [Request]) -> impl Iterator<Item = u32> + 'a {
    let connects = trace.rows.iter().filter(|row| row.kind() == RowKind::Connect);
    let mut new: HashSet<u32> = connects.map(|row| row.connection()).collect();
    let others = requests.iter().filter(|request| !new.contains(&request.connection));
    let planned = others.filter_map(|request| trace.planned(request));
    let begins = planned.filter(|request| request.header().is_none_or(|header| header.message_id == 0));
    let begin: Vec<u32> = begins.map(|request| request.connection).collect();
    new.extend(begin);
    requests.iter().map(|request| request.connection).filter(move |connection| !new.contains(connection))
}

/// One ClientGuid for each captured client: its connections may share sessions, and those of two clients do not.
fn client_guid(client: Option<IpAddr>) -> Guid {
    let mut guid = [0xa5; 16];
    let octets = match client {
        Some(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
        Some(IpAddr::V6(address)) => address.octets(),
        None => return Guid(guid),
    };
    guid.iter_mut().zip(octets).for_each(|(byte, octet)| *byte ^= octet);
    Guid(guid)
}

/// The orphans of a trace, and the rows that stand in for them so far.
struct Orphans<'a> {
    servers: HashMap<u32, IpAddr>,
    clients: HashMap<u32, IpAddr>,
    /// Connections whose NEGOTIATE the trace has, or a stand-in for it.
    negotiated: HashSet<u32>,
    /// Sessions that were set up, and the connections on which they are valid.
    sessions: HashMap<Session, HashSet<u32>>,
    trees: HashSet<(Session, u32)>,
    files: HashSet<(Option<IpAddr>, FileId)>,
    opens: HashMap<(Option<IpAddr>, FileId), Known>,
    pipe_trees: HashSet<(Session, u32)>,
    /// What the capture proves to be from before it; it may be used before that by a request without an answer.
    proven: HashSet<Id>,
    /// Connections that begin in the middle.
    middle: HashSet<u32>,
    /// By server: the disk shares that the trace connects to.
    shares: HashMap<Option<IpAddr>, Vec<&'a str>>,
    rows: Vec<Row>,
}

/// The request that needs a stand-in: where it goes, and in which session and tree.
struct Need<'a> {
    row: CapturedRow<'a>,
    server: Option<IpAddr>,
    session: u64,
    tree: u32,
}

impl<'a> Orphans<'a> {
    fn of(trace: &'a Trace, requests: &'a [Request]) -> Self {
        let servers: HashMap<u32, IpAddr> =
            trace.connections.iter().map(|known| (known.connection, known.server.ip())).collect();
        let clients = trace.connections.iter().map(|known| (known.connection, known.client.ip())).collect();
        let mut orphans = Self {
            servers,
            clients,
            negotiated: HashSet::new(),
            sessions: HashMap::new(),
            trees: HashSet::new(),
            files: HashSet::new(),
            opens: HashMap::new(),
            pipe_trees: HashSet::new(),
            proven: HashSet::new(),
            middle: HashSet::new(),
            shares: HashMap::new(),
            rows: Vec::new(),
        };
        for request in requests.iter().filter_map(|request| trace.planned(request)) {
            orphans.learn(&request);
        }
        orphans
            .middle
            .extend(begun_before(trace, requests).filter(|connection| !orphans.negotiated.contains(connection)));
        orphans
    }

    /// Whether an id is from before the capture.
    fn is_orphan(&self, request: &Request, reference: Reference, id: Id) -> bool {
        let unanswered = reference == Reference::Dead && request.captured_status().is_none();
        reference == Reference::Orphan || unanswered && self.proven.contains(&id)
    }

    /// What the whole trace tells of orphans.
    fn learn(&mut self, request: &Planned<'a>) {
        let row = request.row;
        let server = self.servers.get(&request.connection).copied();
        match request.command() {
            Some(Command::NEGOTIATE) => {
                self.negotiated.insert(request.connection);
            }
            Some(Command::TREE_CONNECT) if request.captured_status() == Some(NtStatus::SUCCESS) => {
                let share = row.share().map(tree_connect::share_name);
                let shares = self.shares.entry(server).or_default();
                if let Some(share) = share.filter(|share| row.share_type() != Some(PIPE) && !shares.contains(share)) {
                    shares.push(share);
                }
            }
            _ => {}
        }
        let Some(header) = request.header() else { return };
        let session = (server, header.session_id);
        if request.session() == Reference::Orphan {
            self.proven.insert(Id::Session(session));
            self.middle.insert(request.connection);
        }
        if let (Reference::Orphan, Some(tree)) = (request.tree(), header.tree_id()) {
            self.proven.insert(Id::Tree(session, tree));
            if open::is_about_pipes(&row) {
                self.pipe_trees.insert((session, tree));
            }
        }
        for (place, reference) in request.file_ids() {
            if let (Reference::Orphan, Some(id)) =
                (reference, crate::message::handle::file_id_at(request.bytes(), place))
            {
                self.proven.insert(Id::File(server, id));
                self.opens.entry((server, id)).or_default().learn(&row);
            }
        }
    }

    /// Makes what a request needs and nothing has set up.
    fn serve(&mut self, request: &Planned<'_>) -> Result<(), TooLong> {
        let Some(header) = request.header() else { return Ok(()) };
        let server = self.servers.get(&request.connection).copied();
        let need =
            Need { row: request.row, server, session: header.session_id, tree: header.tree_id().unwrap_or_default() };
        self.negotiate(&need)?;
        let session = (server, header.session_id);
        if self.is_orphan(request, request.session(), Id::Session(session)) {
            self.set_up_session(&need)?;
        }
        if self.is_orphan(request, request.tree(), Id::Tree(session, need.tree)) {
            self.connect_tree(&need)?;
        }
        for (place, reference) in request.file_ids() {
            let id = crate::message::handle::file_id_at(request.bytes(), place);
            if let Some(id) = id.filter(|id| self.is_orphan(request, reference, Id::File(server, *id))) {
                self.open(&need, &header, request.tree(), id)?;
            }
        }
        Ok(())
    }

    /// Negotiates before the first request of a connection that begins in the middle.
    fn negotiate(&mut self, need: &Need<'_>) -> Result<(), TooLong> {
        let connection = need.row.connection();
        if self.middle.contains(&connection) && self.negotiated.insert(connection) {
            let client_guid = client_guid(self.clients.get(&connection).copied());
            let offer = negotiate::Offer { dialects: &negotiate::ALL_DIALECTS, client_guid, salt: [0; 32] };
            self.push(need, Exchange::of(negotiate::negotiate(&offer)?));
        }
        Ok(())
    }

    fn set_up_session(&mut self, need: &Need<'_>) -> Result<(), TooLong> {
        let connection = need.row.connection();
        let valid_on = self.sessions.entry((need.server, need.session)).or_default();
        let is_known = !valid_on.is_empty();
        if !valid_on.insert(connection) {
            return Ok(());
        }
        let (setup, named) = match is_known {
            true => (session_setup::bind(&[])?, need.session),
            false => (session_setup::session_setup(&[])?, 0),
        };
        let leg = || if is_known { Exchange::of(setup.clone()).signed() } else { Exchange::of(setup.clone()) };
        let first = leg().in_session(named);
        self.push(need, first.answered(NtStatus::MORE_PROCESSING_REQUIRED, need.session));
        self.push(need, leg().in_session(need.session));
        Ok(())
    }

    fn connect_tree(&mut self, need: &Need<'_>) -> Result<(), TooLong> {
        let tree = ((need.server, need.session), need.tree);
        if !self.trees.insert(tree) {
            return Ok(());
        }
        let is_pipe = self.pipe_trees.contains(&tree);
        let known = self.shares.get(&need.server).map(Vec::as_slice);
        let share = match (is_pipe, known) {
            (true, _) => "IPC$",
            (false, Some([only])) => only,
            (false, _) => UNKNOWN_SHARE,
        };
        let server = need.server.map_or_else(String::new, |server| server.to_string());
        let path = connect::share_path(&server, share);
        let exchange = Exchange::of(connect::tree_connect(&path)?).in_session(need.session).in_tree(need.tree);
        self.push(need, exchange);
        Ok(())
    }

    fn open(&mut self, need: &Need<'_>, header: &Header, tree: Reference, id: FileId) -> Result<(), TooLong> {
        let has_tree = header.tree_id().is_some() && tree.issuer().is_some()
            || self.trees.contains(&((need.server, need.session), need.tree));
        let is_pipe = self.pipe_trees.contains(&((need.server, need.session), need.tree));
        let known = self.opens.get(&(need.server, id)).copied().unwrap_or_default();
        if !has_tree || is_pipe || known.is_pipe || !self.files.insert((need.server, id)) {
            return Ok(());
        }
        // A folder of a name of our own would be in listings; which one it was, the capture does not tell.
        let is_share = known.kind() == Kind::Folder && !known.changes_its_name();
        let path: Vec<u16> = if is_share { Vec::new() } else { open::name(id).encode_utf16().collect() };
        let exchange = |request| Exchange::of(request).in_session(need.session).in_tree(need.tree);
        if known.kind() == Kind::File {
            let maker = FileId(id.0.map(|byte| !byte));
            let made = exchange(create::open_or_make(&path, Kind::File)?).opening(maker);
            self.push(need, made);
            self.push(need, exchange(set_info::end_of_file(maker, known.size())));
            self.push(need, exchange(close::close(maker)));
        }
        let opened = exchange(create::open_or_make_for(&path, known.kind(), known.access())?).opening(id);
        self.push(need, opened);
        Ok(())
    }

    fn push(&mut self, need: &Need<'_>, exchange: Exchange) {
        self.rows.push(exchange.before(&need.row));
    }
}
