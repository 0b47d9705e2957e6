//! Responses: from a server's message to the row of its request, and what a success changes.

use crate::chain::{Handle, Opened};
use crate::connection::Connection;
use crate::meaning;
use crate::message::Message;
use crate::open::Open;
use crate::operation::{Kind, Operation};
use crate::pairing::Pending;
use crate::state::State;
use smb2::names::ntstatus::NtStatus;
use smb2::{Command, Header, header};

/// The control code that makes an open resilient (MS-SMB2 2.2.31.3).
const FSCTL_LMR_REQUEST_RESILIENCY: u32 = 0x0014_01d4;

impl State {
    /// Takes in a message of the server.
    pub(crate) fn response(&mut self, connection: &mut Connection, mut message: Message) {
        let Some(header) = message.header else {
            let mut operation = self.row(Kind::Response, connection.summary.connection);
            place(&mut operation, &message);
            self.faulty(&mut operation, "response", &message);
            operation.response_bytes(message.bytes, message.holes);
            self.complete(operation);
            return;
        };
        self.counters.messages = self.counters.messages.saturating_add(1);
        if header.message_id == header::ALL_ONES_64 {
            self.notification(connection, &header, message);
            return;
        }
        let mut pending = match connection.outstanding.take(&header) {
            Some(pending) => pending,
            None => self.without_request(connection, &header),
        };
        if NtStatus(header.status) == NtStatus::PENDING {
            self.interim(connection, &mut pending.operation, &header, message);
            // An answer in between shows that the request lives: it counts as the youngest from now on.
            if let Some(evicted) = connection.outstanding.insert(pending) {
                self.counters.outstanding_evicted = self.counters.outstanding_evicted.saturating_add(1);
                self.leave(evicted);
            }
            return;
        }
        if pending.operation.request.is_some() {
            pending.operation.kind = Kind::Exchange;
        }
        self.settle(&mut pending);
        self.answer(connection, &mut pending, &header, &mut message);
        self.complete(pending.operation);
    }

    /// SMB1 answered: a multi-protocol negotiate that waits was for SMB1, and only counts.
    pub(crate) fn smb1_response(&mut self, connection: &mut Connection) {
        let negotiate = connection.outstanding.take_smb1().map_or(0, |_| 1);
        self.counters.smb1_pdus = self.counters.smb1_pdus.saturating_add(1).saturating_add(negotiate);
    }

    /// Completes a row with what it says about a handle that a CREATE of its chain returned.
    pub(crate) fn settle(&mut self, pending: &mut Pending) {
        let Pending { operation, handle, .. } = pending;
        if operation.command != Some(Command::CREATE)
            && let Handle::Created(created) = handle
            && let Some(opened) = created.get()
        {
            operation.file_id = Some(opened.file_id);
            operation.open = opened.open;
            self.find_open(&Handle::Known(opened.file_id), operation);
        }
    }

    /// The row of a response whose request was not captured.
    fn without_request(&mut self, connection: &mut Connection, header: &Header) -> Pending {
        self.counters.responses_without_request = self.counters.responses_without_request.saturating_add(1);
        let mut operation = self.row(Kind::Response, connection.summary.connection);
        operation.command = Some(header.command);
        operation.message_id = Some(header.message_id);
        operation.async_id = header.async_id();
        operation.session_id = Some(header.session_id);
        operation.tree_id = header.tree_id();
        if header.command != Command::NEGOTIATE {
            operation.session = self.sessions.at(connection.place(), header.session_id);
        }
        connection.used(operation.session);
        self.find_tree(&mut operation);
        Pending { operation, handle: Handle::None, smb1: false }
    }

    fn interim(&mut self, connection: &Connection, operation: &mut Operation, header: &Header, message: Message) {
        operation.response_header(header);
        operation.wrapped(message.wrapping);
        let whole = |_: &Operation| message.holes.is_empty().then(|| message.bytes.clone());
        self.verify(connection, operation, header, message.wrapping, whole);
        if operation.interim.is_some() {
            self.counters.repeated_interim_responses = self.counters.repeated_interim_responses.saturating_add(1);
            return;
        }
        operation.interim(message.last);
        operation.interim = Some(message.bytes);
        operation.stand_alone();
    }

    fn answer(&mut self, connection: &mut Connection, pending: &mut Pending, header: &Header, message: &mut Message) {
        let operation = &mut pending.operation;
        place(operation, message);
        operation.response_header(header);
        operation.status = Some(header.status);
        operation.response_flags = Some(header.flags.0);
        self.faulty(operation, "response", message);
        if !header.flags.is_response() {
            self.malformed(operation, "response", &"SERVER_TO_REDIR is not set on a message of the server");
        }
        if let Err(problem) = meaning::response(operation, header, &message.understood(), &message.holes)
            && !message.hides(&problem)
        {
            self.malformed(operation, "response", &problem);
        }
        let wrapping = message.wrapping;
        operation.response_bytes(std::mem::take(&mut message.bytes), std::mem::take(&mut message.holes));
        match header.command {
            Command::NEGOTIATE => {
                connection.summary.multi_protocol |= pending.smb1;
                meaning::negotiate::settled(&mut connection.summary, operation, pending.smb1);
            }
            Command::SESSION_SETUP => {
                self.logon(connection, header, operation);
                let kerberos = self.open_ticket(operation);
                self.learn_keys(connection, operation, kerberos);
            }
            Command::LOGOFF if header.status == 0 => {
                operation.session.into_iter().for_each(|session| self.sessions.end(session));
            }
            Command::TREE_CONNECT => self.connected(header, operation),
            Command::CREATE => self.created(connection, pending),
            Command::SET_INFO => self.renamed(operation),
            Command::CLOSE => self.closed(operation),
            Command::IOCTL => self.resilient(operation),
            _ => {}
        }
        self.verify(connection, &mut pending.operation, header, wrapping, Operation::whole_response);
    }

    /// A first SESSION_SETUP belongs to the session that its response names.
    fn logon(&mut self, connection: &mut Connection, header: &Header, operation: &mut Operation) {
        if operation.session.is_none() {
            operation.session = self.sessions.begin(connection.place(), header.session_id);
            connection.used(operation.session);
        }
    }

    fn connected(&mut self, header: &Header, operation: &mut Operation) {
        if !succeeded(operation) {
            return;
        }
        operation.tree_id = header.tree_id().or(operation.tree_id);
        if let (Some(session), Some(tree_id)) = (operation.session, operation.tree_id) {
            let tree = self.trees.connect(session, tree_id, operation.share.clone(), operation.share_type);
            operation.tree = Some(tree.number);
        }
    }

    fn created(&mut self, connection: &Connection, pending: &mut Pending) {
        let operation = &mut pending.operation;
        let (Some(file_id), true) = (operation.file_id, succeeded(operation)) else { return };
        operation.open = operation.session.map(|session| {
            let open = self.opens.insert(Box::new(Open {
                number: 0,
                server: connection.place().server,
                session,
                file_id,
                tree: operation.tree,
                share: operation.share.clone(),
                share_type: operation.share_type,
                path: operation.path.clone(),
                returns: meaning::create::may_return(operation),
            }));
            if let (Some(key), Some(_)) = (operation.lease_key, operation.lease_granted) {
                self.opens.lease(connection.lease_owner(), key, session, file_id);
            }
            open
        });
        if let Handle::Created(created) = &pending.handle {
            created.get_or_init(|| Opened { file_id, open: operation.open });
        }
    }

    fn closed(&mut self, operation: &Operation) {
        if let (Some(session), Some(file_id), true) = (operation.session, operation.file_id, succeeded(operation)) {
            self.opens.close(session, file_id);
        }
    }

    fn resilient(&mut self, operation: &Operation) {
        if let (Some(session), Some(file_id), Some(FSCTL_LMR_REQUEST_RESILIENCY)) =
            (operation.session, operation.file_id, operation.ctl_code)
            && succeeded(operation)
        {
            self.opens.returns(session, file_id);
        }
    }

    fn renamed(&mut self, operation: &Operation) {
        if let (Some(session), Some(file_id), Some(new_path)) =
            (operation.session, operation.file_id, operation.new_path.as_deref())
            && succeeded(operation)
            && meaning::set_info::is_rename(operation)
        {
            let path = match new_path.starts_with(':') {
                true => {
                    let Some(path) = operation.path.as_deref() else { return };
                    let base = path.split_once(':').map_or(path, |(base, _)| base);
                    format!("{base}{new_path}").into()
                }
                false => new_path.into(),
            };
            self.opens.rename(session, file_id, path);
        }
    }
}

/// Finding what identifiers name.
impl State {
    /// Share and tree of a row, by its TreeId.
    pub(crate) fn find_tree(&mut self, operation: &mut Operation) {
        let treeless = matches!(
            operation.command,
            Some(Command::NEGOTIATE | Command::SESSION_SETUP | Command::LOGOFF | Command::TREE_CONNECT | Command::ECHO)
        );
        if let (Some(session), Some(tree_id), false) = (operation.session, operation.tree_id, treeless)
            && let Some(tree) = self.trees.get(session, tree_id)
        {
            operation.tree = Some(tree.number);
            operation.share.clone_from(&tree.share);
            operation.share_type = tree.share_type;
        }
    }

    /// Open and path of a row, by its handle.
    pub(crate) fn find_open(&mut self, handle: &Handle, operation: &mut Operation) {
        let file_id = match handle {
            Handle::None => return,
            Handle::Known(file_id) => *file_id,
            Handle::Created(created) => match created.get() {
                Some(opened) => opened.file_id,
                None => return,
            },
        };
        operation.file_id = Some(file_id);
        if let Some(open) = operation.session.and_then(|session| self.opens.get(session, file_id)) {
            works_on(operation, open);
        }
    }

    /// Open and path of an oplock break's row that names a lease.
    pub(crate) fn find_lease(&mut self, connection: &Connection, operation: &mut Operation) {
        let open = operation.lease_key.and_then(|key| self.opens.by_lease(connection.lease_owner(), key));
        if let Some(open) = open {
            works_on(operation, open);
        }
    }
}

/// Fills in what an open says; a TreeId that the message has itself stands, also when nothing is known of it.
pub(crate) fn works_on(operation: &mut Operation, open: &Open) {
    operation.session.get_or_insert(open.session);
    operation.open = Some(open.number);
    operation.path.clone_from(&open.path);
    if operation.tree.is_none() && operation.tree_id.is_none_or(|tree_id| tree_id == 0) {
        operation.tree = open.tree;
        operation.share.clone_from(&open.share);
        operation.share_type = open.share_type;
    }
}

/// Whether the final status is a success.
fn succeeded(operation: &Operation) -> bool {
    operation.status.is_some_and(|status| NtStatus(status).is_success())
}

/// Fills in where a message of the server was seen.
pub(crate) fn place(operation: &mut Operation, message: &Message) {
    operation.responded(message.last);
    operation.wrapped(message.wrapping);
    operation.response_chain = message.chain.map(|(chain, _)| chain);
    operation.response_compound_index = message.chain.map(|(_, index)| index);
}
