//! From captured requests to live ones: ids mapped, handshakes made anew, flags as the live session wants them.

use crate::engine::requests::Progress;
use crate::engine::state::Outstanding;
use crate::engine::{Command, Engine};
use crate::message::{self, Draft, Patch, PatchError, negotiate::LiveNegotiate};
use crate::pattern;
use crate::payload::{self, Recorded};
use crate::plan::{Form, Planned};
use bytes::Bytes;
use client::Sealed;
use smb2::header::offset;
use smb2::message::{NegotiateRequest, SessionSetupRequest};
use smb2::{Command as Smb2Command, NtStatus};
use std::cmp::Reverse;
use std::sync::Arc;

/// Why a captured request is not sent after all.
pub(super) struct Refusal {
    pub(super) reason: String,
    /// The request whose live outcome explains it.
    pub(super) cause: Option<usize>,
}

impl Refusal {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause: None }
    }
}

impl From<PatchError> for Refusal {
    fn from(error: PatchError) -> Self {
        Self::because(format!("the captured request cannot be changed as needed: {error}"))
    }
}

impl From<message::OutsideMessage> for Refusal {
    fn from(error: message::OutsideMessage) -> Self {
        PatchError::from(error).into()
    }
}

impl Engine {
    /// Sends a chain, whole or not at all.
    pub(super) fn send(&mut self, lane: usize, chain: &[usize]) {
        if chain.iter().any(|index| !self.is_unsent(*index)) {
            self.skip_chain(lane, chain, "a part of its chain is not sent", None);
            return;
        }
        if let Err(refusal) = self.compose_and_write(lane, chain) {
            self.skip_chain(lane, chain, &refusal.reason, refusal.cause);
        }
    }

    /// Passes over a chain: later live MessageIds close up.
    pub(super) fn skip_chain(&mut self, lane: usize, chain: &[usize], reason: &str, cause: Option<usize>) {
        for &index in chain {
            if self.is_unsent(index) {
                self.leave_out(lane, index);
                self.skip(index, reason.to_owned(), cause);
            }
        }
    }

    fn compose_and_write(&mut self, lane: usize, chain: &[usize]) -> Result<(), Refusal> {
        if !self.window_allows(lane, chain) {
            return Err(Refusal::because("no credits"));
        }
        let encrypt = chain.iter().find_map(|index| self.encryption_session(*index));
        let mut drafts = Vec::with_capacity(chain.len());
        let plan = Arc::clone(&self.plan);
        for &index in chain {
            let Some(request) = plan.planned(index) else { continue };
            drafts.push(self.compose(lane, index, &request, encrypt.is_some())?);
        }
        relink(&mut drafts)?;
        let (mut messages, patches): (Vec<_>, Vec<_>) = drafts.into_iter().map(Draft::finish).unzip();
        let first_form = chain.first().and_then(|first| self.plan.requests.get(*first)).map(|request| request.form);
        let Some(state) = self.lanes.get_mut(lane) else { return Ok(()) };
        let sealed = match first_form {
            Some(Form::MultiProtocol) => state.core.seal_multi_protocol(messages.pop().unwrap_or_default()),
            _ => state.core.seal(messages, encrypt),
        };
        let Sealed { messages, wire } = sealed.map_err(|error| Refusal::because(error.to_string()))?;
        self.commands.extend(wire.into_iter().map(|bytes| Command::Write(lane, bytes)));
        for ((&index, message), patches) in chain.iter().zip(messages).zip(patches) {
            self.sent(lane, index, message, patches);
        }
        Ok(())
    }

    /// Notes that a request went out.
    fn sent(&mut self, lane: usize, index: usize, message: Bytes, patches: Vec<Patch>) {
        let plan = Arc::clone(&self.plan);
        let Some(request) = plan.planned(index) else { return };
        self.sent = self.sent.saturating_add(u64::from(!request.stand_in));
        let message_id = smb2::Header::parse(&message).map_or(0, |header| header.message_id);
        let is_cancel = request.command() == Some(Smb2Command::CANCEL);
        if let Some(state) = self.lanes.get_mut(lane) {
            if request.stand_in {
                state.ids.insert();
            } else if let (Some(header), false) = (request.header(), is_cancel) {
                state.ids.sent(header.message_id, header.credit_charge);
            } else if !is_cancel {
                state.ids.sent(0, 1);
            }
            if !is_cancel {
                state.outstanding.insert(message_id, Outstanding::Planned(index));
            }
            if request.command() == Some(Smb2Command::NEGOTIATE) {
                state.negotiate = Some(message.clone());
            }
        }
        // A pace slower than captured gives the causes of an answer more time; a faster one makes no server faster.
        let pace = self.options.pace;
        let latency = request.awaited_for().map(|latency| latency.max(pace.scaled(latency)));
        self.requests.set_progress(index, if is_cancel { Progress::Dropped } else { Progress::Sent });
        self.requests.has_message_id(index, message_id);
        let free_at = self.lanes.get(lane).and_then(|state| state.was_free_at);
        let state = self.requests.under_way_mut(index);
        state.sent_at = Some(self.now);
        state.free_at = free_at;
        if request.inferred {
            state.marks.push("inferred");
        }
        if request.orphan {
            state.marks.push("orphan");
        }
        if !request.rare().missing_payload.is_empty() {
            state.marks.push("pattern_payload");
        }
        // The data need not be kept until the answer comes.
        let Recorded { message, left } = payload::recorded_request(&request.row, message, &patches);
        state.live_request = message;
        state.live_request_left = left;
        state.patches = patches;
        self.changed(index);
        if is_cancel {
            self.record(lane, index, crate::verdict::LiveEnd::Nothing, None);
        } else if let Some(latency) = latency {
            let deadline = self.now.saturating_add(latency).saturating_add(self.options.max_wait);
            self.deadlines.push(Reverse((deadline, index)));
        }
    }

    fn leave_out(&mut self, lane: usize, index: usize) {
        if let Some(request) = self.plan.planned(index).filter(|request| !request.stand_in)
            && let Some(header) = request.header()
            && header.command != Smb2Command::CANCEL
            && let Some(state) = self.lanes.get_mut(lane)
        {
            state.ids.leave_out(header.message_id, header.credit_charge);
        }
    }

    fn compose(&mut self, lane: usize, index: usize, request: &Planned<'_>, encrypt: bool) -> Result<Draft, Refusal> {
        let left = Some(request.row).filter(|row| row.data_left());
        let whole = left.map(|row| self.payloads.request(row.file(), row.op())).transpose();
        let whole = whole.map_err(|error| Refusal::because(format!("its data cannot be read again: {error}")))?;
        let mut draft = whole.map_or_else(|| Draft::new(request.bytes()), Draft::of);
        let Some(header) = request.header() else {
            let selected = self.plan.lanes.get(lane).and_then(|lane| lane.dialect);
            message::multi_protocol::rewrite(&mut draft, selected)?;
            return Ok(draft);
        };
        for missing in &request.rare().missing_payload {
            let pattern = pattern::contents(missing.offset, missing.range.len());
            draft.overwrite(missing.range.start, &pattern, "Payload")?;
        }
        for (place, reference) in request.file_ids() {
            if let Some(id) = self.live_file_id(reference, request.bytes(), place)? {
                draft.overwrite(place, &id.0, "FileId")?;
            }
        }
        for token in &request.rare().tokens {
            let value = self.issued.tokens.get(&(token.issuer, token.slot.clone()));
            let value = value.ok_or_else(|| self.not_obtained(token.slot.name(), token.issuer))?;
            draft.overwrite(token.offset, value, token.slot.field())?;
        }
        self.rewrite_body(&mut draft, lane, index, request)?;
        let session = self.live_session(request.session(), header.session_id)?;
        if let Some(session) = session {
            draft.overwrite(offset::SESSION_ID, &session.to_le_bytes(), "SessionId")?;
        }
        if header.command == Smb2Command::CANCEL {
            self.address_cancel(&mut draft, lane, request)?;
        } else {
            if let Some(tree) = self.live_tree(request.tree(), header.tree_id().unwrap_or_default())? {
                draft.overwrite(offset::TREE_ID, &tree.to_le_bytes(), "TreeId")?;
            }
            if let Some(state) = self.lanes.get(lane) {
                let message_id = state.ids.of(request, header.message_id);
                draft.overwrite(offset::MESSAGE_ID, &message_id.to_le_bytes(), "MessageId")?;
            }
        }
        let session = self.live_session_of(index).or(session).unwrap_or(header.session_id);
        self.set_signed(&mut draft, lane, session, encrypt, request.captured_status())?;
        Ok(draft)
    }

    fn rewrite_body(
        &mut self,
        draft: &mut Draft,
        lane: usize,
        index: usize,
        request: &Planned<'_>,
    ) -> Result<(), Refusal> {
        match request.command() {
            Some(Smb2Command::NEGOTIATE) => {
                let live = self.live_negotiate(lane, request);
                let captured = draft.clone();
                match message::negotiate::rewrite(draft, &live) {
                    // Malformed on purpose: that is what the server is to see.
                    Err(PatchError::Malformed(_)) => *draft = captured,
                    rewritten => rewritten?,
                }
            }
            Some(Smb2Command::SESSION_SETUP) if SessionSetupRequest::parse(request.bytes()).is_err() => {}
            Some(Smb2Command::SESSION_SETUP) => {
                let token = self.logon_token(lane, index, request)?;
                message::session_setup::rewrite(draft, &token)?;
                if let Some(previous) = request.rare().previous_session
                    && let Some(id) = self.live_session(previous, captured_previous_session(request.bytes()))?
                {
                    let place = SessionSetupRequest::PREVIOUS_SESSION_ID_OFFSET;
                    draft.overwrite(place, &id.to_le_bytes(), "PreviousSessionId")?;
                }
            }
            Some(Smb2Command::IOCTL) if message::validate_negotiate::is_validate_negotiate(request.bytes()) => {
                let state = self.lanes.get(lane);
                let dialect = state.and_then(|state| state.core.negotiated()).map(|negotiated| negotiated.dialect);
                if dialect == Some(0x0311) {
                    return Err(Refusal::because(
                        "a 3.1.1 server drops a connection that validates its negotiation (MS-SMB2 3.3.5.15.12)",
                    ));
                }
                if let Some(negotiate) = state.and_then(|state| state.negotiate.clone()) {
                    message::validate_negotiate::rewrite(draft, &negotiate)?;
                }
            }
            command => {
                self.rewrite_names(draft, index, request)?;
                let Some(command) = command else { return Ok(()) };
                let rules = &self.options.mapping.sids;
                message::sid::rewrite(draft, command, rules)?;
                if message::sid::names_foreign(command, request.bytes(), rules) {
                    self.requests.mark(index, "foreign_sid");
                }
            }
        }
        Ok(())
    }

    fn live_negotiate(&mut self, lane: usize, request: &Planned<'_>) -> LiveNegotiate {
        let captured = NegotiateRequest::parse(request.bytes()).map(|view| view.client_guid()).unwrap_or_default();
        let selected = self.plan.lanes.get(lane).and_then(|lane| lane.dialect);
        let first = self.lanes.get(lane).is_none_or(|state| state.core.negotiated().is_none());
        let succeeded = request.captured_status() == Some(NtStatus::SUCCESS);
        LiveNegotiate {
            client_guid: self.client_guid(captured),
            only_dialect: if first && succeeded { self.options.dialect.or(selected) } else { None },
            salt: self.draw(),
            server_name: self.options.target.server.clone(),
            compression: self.options.compress,
        }
    }
}

fn captured_previous_session(message: &[u8]) -> u64 {
    SessionSetupRequest::parse(message).map_or(0, |view| view.previous_session_id())
}

/// Restores the links of a chain whose members changed their lengths (MS-SMB2 3.2.4.1.4): each but the last is padded
/// to a multiple of 8 and says where the next one begins.
fn relink(drafts: &mut [Draft]) -> Result<(), PatchError> {
    let Some((_, linked)) = drafts.split_last_mut() else { return Ok(()) };
    for draft in linked {
        let length = draft.bytes().len();
        let header = smb2::Header::parse(draft.bytes())?;
        let aligned = length.next_multiple_of(8);
        if header.next_command as usize == length && aligned == length {
            continue;
        }
        if aligned > length {
            draft.replace(length..length, &vec![0; aligned.saturating_sub(length)], "padding")?;
        }
        let next = u32::try_from(aligned).unwrap_or(0).to_le_bytes();
        draft.overwrite(offset::NEXT_COMMAND, &next, "NextCommand")?;
    }
    Ok(())
}
