//! What outlives a message: sessions, trees, opens, and the rows on their way out.

use crate::counters::Counters;
use crate::keys::Keys;
use crate::message::Message;
use crate::open::Opens;
use crate::operation::{Kind, Operation, SignatureState};
use crate::pairing::Pending;
use crate::pipe::Pipes;
use crate::session::Sessions;
use crate::tree::Trees;
use crate::unwrapping::Expander;
use bytes::Bytes;
use capture::{Hole, Mark};
use smb2::{Command, Header};
use std::collections::VecDeque;

/// The state of a trace beside that of its connections.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) sessions: Sessions,
    pub(crate) trees: Trees,
    pub(crate) opens: Opens,
    pub(crate) pipes: Pipes,
    pub(crate) keys: Keys,
    pub(crate) expander: Expander,
    pub(crate) counters: Counters,
    /// Complete rows.
    pub(crate) ready: VecDeque<Box<Operation>>,
    rows: u32,
}

impl State {
    /// A new row with the next number.
    pub(crate) fn row(&mut self, kind: Kind, connection: u32) -> Box<Operation> {
        let op = self.rows;
        self.rows = self.rows.saturating_add(1);
        Box::new(Operation::new(op, kind, connection))
    }

    /// The number that the next row will get.
    pub(crate) fn next_number(&self) -> u32 {
        self.rows
    }

    /// A row is complete.
    pub(crate) fn complete(&mut self, mut operation: Box<Operation>) {
        operation.latency_ns = self.latency(&operation);
        self.counters.operations = self.counters.operations.saturating_add(1);
        if operation.command == Some(Command::SESSION_SETUP) {
            self.learn_identity(&operation);
        }
        self.name_rpc(&mut operation);
        self.sessions.account(&operation);
        self.ready.push_back(operation);
    }

    /// A row leaves without a final response.
    pub(crate) fn leave(&mut self, mut pending: Pending) {
        self.settle(&mut pending);
        if pending.smb1 && !pending.operation.request_holes.is_empty() {
            // Whether it offers SMB2 was cut off, and no answer tells.
            self.counters.smb1_pdus = self.counters.smb1_pdus.saturating_add(1);
            return;
        }
        if pending.operation.kind == Kind::Request && pending.operation.command != Some(Command::CANCEL) {
            self.counters.requests_without_response = self.counters.requests_without_response.saturating_add(1);
        }
        self.complete(pending.operation);
    }

    /// Marks a row with what kept one of its messages from being read, if anything did.
    pub(crate) fn faulty(&mut self, operation: &mut Operation, what: &str, message: &Message) {
        let Some(problem) = &message.problem else { return };
        let counter = match message.header_cut {
            true => &mut self.counters.messages_without_header,
            false => &mut self.counters.malformed_messages,
        };
        *counter = counter.saturating_add(1);
        Self::mark(operation, what, problem);
    }

    /// Marks a row with what is wrong with one of its messages.
    pub(crate) fn malformed(&mut self, operation: &mut Operation, message: &str, reason: &dyn std::fmt::Display) {
        self.counters.malformed_messages = self.counters.malformed_messages.saturating_add(1);
        Self::mark(operation, message, reason);
    }

    fn mark(operation: &mut Operation, message: &str, reason: &dyn std::fmt::Display) {
        let reason = format!("{message}: {reason}");
        operation.malformed = Some(match operation.malformed.take() {
            Some(earlier) => format!("{earlier}; {reason}"),
            None => reason,
        });
    }

    fn latency(&mut self, operation: &Operation) -> Option<u64> {
        let (request, response) = (operation.request_time?, operation.response_time?);
        let latency = response.0.checked_sub(request.0).and_then(|latency| u64::try_from(latency).ok());
        if latency.is_none() {
            self.counters.negative_latencies = self.counters.negative_latencies.saturating_add(1);
        }
        latency
    }
}

/// Filling in where a row's messages were seen, and their headers.
impl Operation {
    /// The place of the request.
    pub(crate) fn requested(&mut self, first: Mark, last: Mark) {
        self.request_start_seq = Some(first.seq);
        self.request_start_time = Some(first.time);
        self.request_seq = Some(last.seq);
        self.request_frame = Some(last.frame);
        self.request_time = Some(last.time);
    }

    /// The place of the final response, or of what the server sent without being asked.
    pub(crate) fn responded(&mut self, last: Mark) {
        self.response_seq = Some(last.seq);
        self.response_frame = Some(last.frame);
        self.response_time = Some(last.time);
    }

    /// The place of the interim response.
    pub(crate) fn interim(&mut self, last: Mark) {
        self.interim_seq = Some(last.seq);
        self.interim_frame = Some(last.frame);
        self.interim_time = Some(last.time);
    }

    /// The bytes of the request.
    pub(crate) fn request_bytes(&mut self, bytes: Bytes, holes: Vec<Hole>) {
        self.request_length = u32::try_from(bytes.len()).ok();
        self.request_holes = holes;
        self.request = Some(bytes);
    }

    /// The bytes of the final response.
    pub(crate) fn response_bytes(&mut self, bytes: Bytes, holes: Vec<Hole>) {
        self.response_length = u32::try_from(bytes.len()).ok();
        self.response_holes = holes;
        self.response = Some(bytes);
    }

    /// The request, if none of its bytes is missing.
    pub(crate) fn whole_request(&self) -> Option<Bytes> {
        self.request.clone().filter(|_| self.request_holes.is_empty())
    }

    /// The final response likewise.
    pub(crate) fn whole_response(&self) -> Option<Bytes> {
        self.response.clone().filter(|_| self.response_holes.is_empty())
    }

    /// The header of the request.
    pub(crate) fn request_header(&mut self, header: &Header) {
        self.command = Some(header.command);
        self.message_id = Some(header.message_id);
        self.async_id = header.async_id();
        self.session_id = Some(header.session_id);
        self.tree_id = header.tree_id();
        self.credit_charge = Some(header.credit_charge);
        self.credits_requested = Some(header.credits);
        self.channel_sequence = Some(header.channel_sequence());
        self.request_flags = Some(header.flags.0);
        self.related = header.flags.is_related();
    }

    /// The header of an interim or final response, or of what the server sent without being asked.
    pub(crate) fn response_header(&mut self, header: &Header) {
        self.command.get_or_insert(header.command);
        self.message_id.get_or_insert(header.message_id);
        self.async_id = self.async_id.or(header.async_id());
        self.tree_id = self.tree_id.or(header.tree_id());
        self.credit_charge.get_or_insert(header.credit_charge);
        self.credits_granted = Some(self.credits_granted.unwrap_or(0).saturating_add(header.credits));
        if self.session_id.is_none_or(|session_id| session_id == 0) {
            self.session_id = Some(header.session_id);
        }
    }

    /// The signature of one of its messages: the row shows the worst.
    pub(crate) fn signed(&mut self, state: SignatureState) {
        let rank = |state: SignatureState| match state {
            SignatureState::Absent => 0,
            SignatureState::Ok => 1,
            SignatureState::Unverified => 2,
            SignatureState::Bad => 3,
        };
        if self.signature_state.is_none_or(|worst| rank(state) > rank(worst)) {
            self.signature_state = Some(state);
        }
    }
}
