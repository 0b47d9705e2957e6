//! Requests: from a client's message to an outstanding row.

use crate::chain::{Chain, Handle, Inherited};
use crate::connection::Connection;
use crate::logon;
use crate::meaning;
use crate::message::Message;
use crate::operation::{Kind, Operation};
use crate::pairing::Pending;
use crate::state::State;
use smb2::{Command, FileId, Header};
use std::sync::Arc;

impl State {
    /// Takes in a request, the next of its `chain`.
    pub(crate) fn request(
        &mut self,
        connection: &mut Connection,
        message: Message,
        chain: &mut Chain,
        acks: Option<u64>,
    ) {
        let mut operation = self.row(Kind::Request, connection.summary.connection);
        place(&mut operation, &message, acks);
        self.faulty(&mut operation, "request", &message);
        let Some(header) = message.header else {
            operation.request_bytes(message.bytes, message.holes);
            self.complete(operation);
            return;
        };
        self.counters.messages = self.counters.messages.saturating_add(1);
        operation.request_header(&header);
        if header.flags.is_response() {
            self.malformed(&mut operation, "request", &"SERVER_TO_REDIR is set on a message of the client");
        }
        if let Err(problem) = meaning::request(&mut operation, &message.understood(), &message.holes)
            && !message.hides(&problem)
        {
            self.malformed(&mut operation, "request", &problem);
        }
        // A message that is alone has nobody to hand anything on to.
        let chain = Some(chain).filter(|_| message.chain.is_some());
        operation.request_bytes(message.bytes, message.holes);
        let handle = self.identify(connection, &header, &mut operation, chain);
        self.verify(connection, &mut operation, &header, message.wrapping, Operation::whole_request);
        if header.command == Command::CANCEL {
            self.cancel(connection, &header, operation);
            return;
        }
        if connection.outstanding.has(header.message_id) {
            self.counters.duplicate_message_ids = self.counters.duplicate_message_ids.saturating_add(1);
        }
        self.wait(connection, Pending { operation, handle, smb1: false });
    }

    /// Takes in an SMB1 message of the client: only a multi-protocol negotiate becomes a row, if SMB2 answers it
    /// (MS-SMB2 3.3.5.3).
    pub(crate) fn smb1_request(&mut self, connection: &mut Connection, message: Message, acks: Option<u64>) {
        let cut = !message.holes.is_empty();
        let Some(dialects) = meaning::negotiate::smb1_dialects(&message.understood(), cut) else {
            self.counters.smb1_pdus = self.counters.smb1_pdus.saturating_add(1);
            return;
        };
        let mut operation = self.row(Kind::Request, connection.summary.connection);
        place(&mut operation, &message, acks);
        operation.command = Some(Command::NEGOTIATE);
        operation.message_id = Some(0);
        let ellipsis = if cut { ", …" } else { "" };
        operation.detail = Some(format!("SMB1 multi-protocol negotiate: {}{ellipsis}", dialects.join(", ")));
        operation.request_bytes(message.bytes, message.holes);
        self.wait(connection, Pending { operation, handle: Handle::None, smb1: true });
    }

    fn wait(&mut self, connection: &mut Connection, pending: Pending) {
        if let Some(evicted) = connection.outstanding.insert(pending) {
            self.counters.outstanding_evicted = self.counters.outstanding_evicted.saturating_add(1);
            self.leave(evicted);
        }
    }

    /// Finds session, tree and handle of a request, with what it inherits from the one before it in its `chain`.
    fn identify(
        &mut self,
        connection: &mut Connection,
        header: &Header,
        operation: &mut Operation,
        chain: Option<&mut Chain>,
    ) -> Handle {
        let inherited = chain.as_ref().and_then(|chain| chain.inherited(header)).cloned();
        let session_id = inherited.as_ref().map_or(header.session_id, |inherited| inherited.session_id);
        let tree_id = inherited.as_ref().map_or(header.tree_id(), |inherited| inherited.tree_id);
        operation.session_id = Some(session_id);
        operation.tree_id = tree_id;
        operation.session = if logon::is_bind(operation) {
            self.sessions.bind(connection.place(), session_id)
        } else if header.command == Command::NEGOTIATE {
            None
        } else {
            self.sessions.at(connection.place(), session_id)
        };
        connection.used(operation.session);
        self.find_tree(operation);

        let handle = match (header.command, operation.file_id) {
            // Nobody but the rest of its chain asks for the handle that it is to return.
            (Command::CREATE, _) if chain.is_some() => Handle::Created(Arc::default()),
            (Command::CREATE, _) => Handle::None,
            (_, Some(FileId::RELATED)) => {
                inherited.as_ref().map(|inherited| inherited.handle.clone()).unwrap_or_default()
            }
            (_, Some(file_id)) if !file_id.is_reserved() => Handle::Known(file_id),
            _ => Handle::None,
        };
        if header.command == Command::CREATE {
            self.find_reconnected(connection, operation);
        } else {
            if operation.file_id == Some(FileId::RELATED) {
                operation.path = inherited.as_ref().and_then(|inherited| inherited.path.clone());
            }
            self.find_open(&handle, operation);
        }
        if operation.command == Some(Command::OPLOCK_BREAK) {
            self.find_lease(connection, operation);
        }

        let Some(chain) = chain else { return handle };
        let carries_on = matches!(handle, Handle::None);
        chain.advance(Inherited {
            session_id,
            tree_id,
            handle: match inherited {
                Some(Inherited { handle: ref earlier, .. }) if carries_on => earlier.clone(),
                _ => handle.clone(),
            },
            path: match inherited {
                Some(Inherited { path, .. }) if carries_on => path,
                _ => operation.path.clone(),
            },
        });
        handle
    }

    /// A durable reconnect may leave the name out: its path is that of the open it names.
    fn find_reconnected(&self, connection: &Connection, operation: &mut Operation) {
        if operation.path.as_deref().is_none_or(str::is_empty)
            && let Some(open) =
                operation.file_id.and_then(|file_id| self.opens.reconnected(connection.place().server, file_id))
        {
            operation.path.clone_from(&open.path);
        }
    }

    /// A CANCEL is complete at once, as it is never answered (MS-SMB2 3.3.5.16). It shows what its target shows.
    fn cancel(&mut self, connection: &mut Connection, header: &Header, mut operation: Box<Operation>) {
        operation.detail = Some(match connection.outstanding.cancelled_by(header) {
            Some(target) => {
                self.settle(target);
                let target = &target.operation;
                operation.tree = target.tree;
                operation.tree_id = operation.tree_id.or(target.tree_id);
                operation.share.clone_from(&target.share);
                operation.share_type = target.share_type;
                operation.open = target.open;
                operation.file_id = target.file_id;
                operation.path.clone_from(&target.path);
                if operation.session.is_none() {
                    operation.session = target.session;
                }
                let command = target.command.map(|command| command.to_string()).unwrap_or_default();
                format!("of {command}, operation {}", target.op)
            }
            None => "of nothing outstanding".to_owned(),
        });
        self.complete(operation);
    }
}

fn place(operation: &mut Operation, message: &Message, acks: Option<u64>) {
    operation.requested(message.first, message.last);
    operation.wrapped(message.wrapping);
    operation.request_acks = acks;
    operation.request_chain = message.chain.map(|(chain, _)| chain);
    operation.compound_index = message.chain.map(|(_, index)| index);
}
