//! From captured requests to live ones: ids mapped, handshakes made anew, flags as the live session wants them.

use crate::engine::state::{LogonState, Outstanding, Progress};
use crate::engine::{Command, Engine};
use crate::message::{self, Draft, Patch, PatchError, negotiate::LiveNegotiate};
use crate::plan::logon::{Identity, Logon};
use crate::plan::{Form, Reference, Request};
use smb2::auth::ntlm::Entropy;
use smb2::auth::{Credentials, NtlmLogon};
use smb2::header::offset;
use smb2::message::{NegotiateRequest, SessionSetupRequest};
use smb2::{Command as Smb2Command, FileId, HeaderFlags, NtStatus};
use std::cmp::Reverse;

/// Why a captured request is not sent after all.
struct Refusal {
    reason: String,
    cause: Option<usize>,
}

impl Refusal {
    fn because(reason: impl Into<String>) -> Self {
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
            return;
        }
        if let Err(refusal) = self.compose_and_write(lane, chain) {
            for &index in chain {
                self.leave_out(lane, index);
                self.skip(index, refusal.reason.clone(), refusal.cause);
            }
        }
    }

    fn compose_and_write(&mut self, lane: usize, chain: &[usize]) -> Result<(), Refusal> {
        if !self.window_allows(lane, chain) {
            return Err(Refusal::because("no credits"));
        }
        let mut drafts = Vec::with_capacity(chain.len());
        for &index in chain {
            let Some(request) = self.plan.requests.get(index).cloned() else { continue };
            drafts.push(self.compose(lane, index, &request)?);
        }
        relink(&mut drafts)?;
        let encrypt = chain.first().and_then(|first| self.encryption_session(*first));
        let (mut messages, patches): (Vec<_>, Vec<_>) = drafts.into_iter().map(Draft::finish).unzip();
        let first_form = chain.first().and_then(|first| self.plan.requests.get(*first)).map(|request| request.form);
        let Some(state) = self.lanes.get_mut(lane) else { return Ok(()) };
        let sealed = match (first_form, messages.first()) {
            (Some(Form::MultiProtocol), Some(message)) => state.core.seal_multi_protocol(message),
            _ => state.core.seal(&mut messages, encrypt),
        };
        let wire = sealed.map_err(|error| Refusal::because(error.to_string()))?;
        self.commands.push_back(Command::Write(lane, wire));
        for ((&index, message), patches) in chain.iter().zip(messages).zip(patches) {
            self.sent(lane, index, message, patches);
        }
        Ok(())
    }

    /// Notes that a request went out.
    fn sent(&mut self, lane: usize, index: usize, message: Vec<u8>, patches: Vec<Patch>) {
        let Some(request) = self.plan.requests.get(index) else { return };
        let message_id = smb2::Header::parse(&message).map_or(0, |header| header.message_id);
        let is_cancel = request.command() == Some(Smb2Command::CANCEL);
        if let Some(state) = self.lanes.get_mut(lane) {
            if let (Some(header), false) = (request.header(), is_cancel) {
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
        let slower = match self.options.pace {
            crate::options::Pace::Times(factor) if factor < 1.0 => factor,
            _ => 1.0,
        };
        let latency = request.captured_latency();
        if let Some(state) = self.requests.get_mut(index) {
            state.progress = if is_cancel { Progress::Dropped } else { Progress::Sent };
            state.sent_at = Some(self.now);
            state.message_id = message_id;
            state.live_request = message;
            state.patches = patches;
        }
        if is_cancel {
            self.record(lane, index, crate::verdict::LiveEnd::Nothing, None);
        } else if let Some(latency) = latency {
            let deadline = self.now.saturating_add(latency.div_f64(slower)).saturating_add(self.options.max_wait);
            self.deadlines.push(Reverse((deadline, index)));
        }
    }

    fn leave_out(&mut self, lane: usize, index: usize) {
        if let Some(header) = self.plan.requests.get(index).and_then(Request::header)
            && header.command != Smb2Command::CANCEL
            && let Some(state) = self.lanes.get_mut(lane)
        {
            state.ids.leave_out(header.message_id, header.credit_charge);
        }
    }

    fn compose(&mut self, lane: usize, index: usize, request: &Request) -> Result<Draft, Refusal> {
        let mut draft = Draft::new(&request.bytes);
        let Some(header) = request.header().copied() else {
            let selected = self.plan.lanes.get(lane).and_then(|lane| lane.dialect);
            message::multi_protocol::rewrite(&mut draft, selected)?;
            return Ok(draft);
        };
        for (place, reference) in &request.file_ids {
            if let Some(id) = self.live_file_id(*reference, &request.bytes, *place)? {
                draft.overwrite(*place, &id.0, "FileId")?;
            }
        }
        if let Some((place, issuer)) = request.resume_key {
            let key = self.requests.get(issuer).and_then(|state| state.issued_resume_key);
            draft.overwrite(place, &key.ok_or_else(|| not_obtained("resume key", issuer))?, "SourceKey")?;
        }
        self.rewrite_body(&mut draft, lane, index, request)?;
        let session = self.live_session(request.session, header.session_id)?;
        if let Some(session) = session {
            draft.overwrite(offset::SESSION_ID, &session.to_le_bytes(), "SessionId")?;
        }
        if let Some(tree) = self.live_tree(request.tree, header.tree_id().unwrap_or_default())? {
            draft.overwrite(offset::TREE_ID, &tree.to_le_bytes(), "TreeId")?;
        }
        if header.command == Smb2Command::CANCEL {
            self.address_cancel(&mut draft, lane, request)?;
        } else if let Some(state) = self.lanes.get(lane) {
            let message_id = state.ids.live(header.message_id);
            draft.overwrite(offset::MESSAGE_ID, &message_id.to_le_bytes(), "MessageId")?;
        }
        self.set_signed(&mut draft, lane, index, session.unwrap_or(header.session_id))?;
        Ok(draft)
    }

    fn rewrite_body(&mut self, draft: &mut Draft, lane: usize, index: usize, request: &Request) -> Result<(), Refusal> {
        match request.command() {
            Some(Smb2Command::NEGOTIATE) => {
                let live = self.live_negotiate(lane, request);
                message::negotiate::rewrite(draft, &live)?;
            }
            Some(Smb2Command::SESSION_SETUP) => {
                let token = self.logon_token(lane, index, request)?;
                message::session_setup::rewrite(draft, &token)?;
                if let Some(previous) = request.previous_session
                    && let Some(id) = self.live_session(previous, captured_previous_session(&request.bytes))?
                {
                    let place = SessionSetupRequest::PREVIOUS_SESSION_ID_OFFSET;
                    draft.overwrite(place, &id.to_le_bytes(), "PreviousSessionId")?;
                }
            }
            Some(Smb2Command::TREE_CONNECT) => {
                if let Some(path) = self.live_share_path(request) {
                    message::tree_connect::rewrite(draft, &path)?;
                }
            }
            Some(Smb2Command::IOCTL) if message::validate_negotiate::is_validate_negotiate(&request.bytes) => {
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
            _ => {}
        }
        Ok(())
    }

    fn live_negotiate(&mut self, lane: usize, request: &Request) -> LiveNegotiate {
        let captured = NegotiateRequest::parse(&request.bytes).map(|view| view.client_guid()).unwrap_or_default();
        let selected = self.plan.lanes.get(lane).and_then(|lane| lane.dialect);
        let first = self.lanes.get(lane).is_none_or(|state| state.core.negotiated().is_none());
        let succeeded = request.captured_status() == Some(NtStatus::SUCCESS);
        LiveNegotiate {
            client_guid: self.client_guid(captured),
            only_dialect: if first && succeeded { self.options.dialect.or(selected) } else { None },
            salt: self.draw(),
            server_name: self.options.target.server.clone(),
        }
    }

    /// The security token of a leg of a logon.
    fn logon_token(&mut self, lane: usize, index: usize, request: &Request) -> Result<Vec<u8>, Refusal> {
        let Some(leg) = request.logon else { return Err(Refusal::because("not part of a logon")) };
        if leg.leg == 0 {
            let state = LogonState { ntlm: self.new_logon(leg), token: None, session_id: 0 };
            self.logons.insert(index, state);
            if leg.bind {
                self.begin_bind(lane, request);
            }
        }
        let Some(logon) = self.logons.get_mut(&leg.first) else {
            return Err(Refusal { reason: "its logon did not begin".into(), cause: Some(leg.first) });
        };
        if leg.leg > 0 && logon.token.is_none() {
            return Err(Refusal { reason: "the live logon was over by then".into(), cause: Some(leg.first) });
        }
        let token = logon.token.take();
        let step = logon.ntlm.step(token.as_deref());
        step.map(|step| step.token)
            .map_err(|error| Refusal { reason: format!("the logon cannot go on: {error}"), cause: Some(leg.first) })
    }

    fn new_logon(&mut self, leg: Logon) -> NtlmLogon {
        let target = &self.options.target;
        let credentials = match leg.identity {
            Identity::Anonymous => Credentials::default(),
            Identity::User | Identity::WrongProof => Credentials {
                domain: target.domain.clone(),
                user: target.username.clone(),
                password: target.password.clone(),
            },
        };
        let since_start = u64::try_from(self.now.as_nanos() / 100).unwrap_or(0);
        let entropy = Entropy {
            client_challenge: self.draw(),
            exported_session_key: self.draw(),
            filetime: self.seed.filetime.saturating_add(since_start),
        };
        let logon = NtlmLogon::new(&credentials, entropy);
        if leg.identity == Identity::WrongProof { logon.with_wrong_proof() } else { logon }
    }

    fn begin_bind(&mut self, lane: usize, request: &Request) {
        let id = request.session.issuer().and_then(|issuer| self.requests.get(issuer)?.issued_session);
        let keys = id.and_then(|id| self.sessions.get(&id)?.keys.clone());
        if let (Some(id), Some(keys), Some(state)) = (id, keys, self.lanes.get_mut(lane)) {
            state.core.begin_bind(id, &keys);
        }
    }

    /// `\\server\share` on the live server; `None` leaves the captured path.
    fn live_share_path(&self, request: &Request) -> Option<String> {
        let captured = message::tree_connect::captured_path(&request.bytes)?;
        if !captured.starts_with("\\\\") {
            return None;
        }
        let share = message::tree_connect::share_name(&captured);
        let target = &self.options.target;
        let keeps_name =
            share.eq_ignore_ascii_case("IPC$") || request.captured_status() == Some(NtStatus::BAD_NETWORK_NAME);
        let share = if keeps_name { share } else { &target.share };
        Some(format!("\\\\{}\\{share}", target.server))
    }

    fn live_session(&self, reference: Reference, captured: u64) -> Result<Option<u64>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.get(issuer).and_then(|state| state.issued_session) {
                Some(id) => Ok(Some(id)),
                None => Err(not_obtained("session", issuer)),
            },
            Reference::Dead => Ok(Some(if self.sessions.contains_key(&captured) { !captured } else { captured })),
            Reference::Orphan => Err(Refusal::because("its session is from before the capture")),
        }
    }

    fn live_tree(&self, reference: Reference, captured: u32) -> Result<Option<u32>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.get(issuer).and_then(|state| state.issued_tree) {
                Some(id) => Ok(Some(id)),
                None => Err(not_obtained("tree connect", issuer)),
            },
            Reference::Dead => {
                let taken = self.requests.iter().any(|state| state.issued_tree == Some(captured));
                Ok(Some(if taken { !captured } else { captured }))
            }
            Reference::Orphan => Err(Refusal::because("its tree connect is from before the capture")),
        }
    }

    fn live_file_id(&self, reference: Reference, message: &[u8], place: usize) -> Result<Option<FileId>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.get(issuer).and_then(|state| state.issued_file) {
                Some(id) => Ok(Some(id)),
                None => Err(not_obtained("handle", issuer)),
            },
            Reference::Dead => {
                let captured = message::handle::file_id_at(message, place).unwrap_or_default();
                let taken = self.requests.iter().any(|state| state.issued_file == Some(captured));
                Ok(Some(if taken { FileId(captured.0.map(|byte| !byte)) } else { captured }))
            }
            Reference::Orphan => Err(Refusal::because("its handle is from before the capture")),
        }
    }

    /// Points a CANCEL at its live target (MS-SMB2 3.2.4.24): by AsyncId once the target has had its interim response.
    fn address_cancel(&self, draft: &mut Draft, lane: usize, request: &Request) -> Result<(), Refusal> {
        let header = smb2::Header::parse(draft.bytes()).map_err(PatchError::from)?;
        let target = request.cancels.and_then(|target| self.requests.get(target));
        let message_id = match (target.filter(|target| target.sent_at.is_some()), self.lanes.get(lane)) {
            (Some(target), _) => target.message_id,
            // Its MessageId stays 0 in the asynchronous form.
            (None, _) if header.flags.is_async() => header.message_id,
            (None, Some(state)) => state.ids.live(header.message_id),
            (None, None) => header.message_id,
        };
        let captured_async = header.flags.is_async();
        let live_async = target.and_then(|target| target.async_id);
        let message_id = if captured_async && header.message_id == 0 && live_async.is_some() { 0 } else { message_id };
        draft.overwrite(offset::MESSAGE_ID, &message_id.to_le_bytes(), "MessageId")?;
        match live_async {
            Some(id) => draft.overwrite(offset::ASYNC_ID, &id.to_le_bytes(), "AsyncId")?,
            None if captured_async && target.is_some() => draft.overwrite(offset::ASYNC_ID, &[0; 8], "AsyncId")?,
            None => {}
        }
        if target.is_some() && captured_async != live_async.is_some() {
            let flags = header.flags.0 ^ HeaderFlags::ASYNC_COMMAND;
            draft.overwrite(offset::FLAGS, &flags.to_le_bytes(), "Flags")?;
        }
        Ok(())
    }

    /// Sets or clears SMB2_FLAGS_SIGNED as the live session needs it, and declares the signature.
    fn set_signed(&self, draft: &mut Draft, lane: usize, index: usize, session: u64) -> Result<(), Refusal> {
        let header = smb2::Header::parse(draft.bytes()).map_err(PatchError::from)?;
        let Some(core) = self.lanes.get(lane).map(|state| &state.core) else { return Ok(()) };
        let captured = header.flags.is_signed();
        let inherited = self.live_session_of(index).unwrap_or(session);
        let unsigned = self.sessions.get(&inherited).is_some_and(|session| session.unsigned);
        let required = core.negotiated().is_some_and(client::Negotiated::signing_required);
        let encrypted = self.encryption_session(index).is_some();
        let exchanges_keys = matches!(header.command, Smb2Command::NEGOTIATE | Smb2Command::SESSION_SETUP);
        let wanted = !encrypted && !unsigned && core.can_sign(inherited) && (captured || (required && !exchanges_keys));
        if wanted != captured {
            let flags = header.flags.0 ^ HeaderFlags::SIGNED;
            draft.overwrite(offset::FLAGS, &flags.to_le_bytes(), "Flags")?;
        }
        if wanted {
            draft.overwrite(offset::SIGNATURE, &header.signature, "Signature")?;
        } else if captured {
            draft.overwrite(offset::SIGNATURE, &[0; 16], "Signature")?;
        }
        Ok(())
    }

    /// The live session that a request runs in; a related message runs in that of the message before it.
    pub(super) fn live_session_of(&self, index: usize) -> Option<u64> {
        let request = self.plan.requests.get(index)?;
        match request.session.issuer() {
            Some(issuer) => self.requests.get(issuer)?.issued_session,
            None if request.chain_index > 0 => self.live_session_of(index.checked_sub(1)?),
            None => None,
        }
    }

    /// The session to encrypt a request for, when its session or tree demands it.
    fn encryption_session(&self, index: usize) -> Option<u64> {
        let request = self.plan.requests.get(index)?;
        if matches!(request.command()?, Smb2Command::NEGOTIATE | Smb2Command::SESSION_SETUP) {
            return None;
        }
        let session = self.live_session_of(index)?;
        let tree = request.tree.issuer().and_then(|issuer| self.requests.get(issuer)?.issued_tree);
        let demanded = self.sessions.get(&session).is_some_and(|session| session.encrypt)
            || tree.is_some_and(|tree| self.encrypted_trees.contains(&(session, tree)));
        let lane = self.lane_of.get(&request.connection)?;
        (demanded && self.lanes.get(*lane)?.core.can_encrypt(session)).then_some(session)
    }
}

fn not_obtained(what: &str, issuer: usize) -> Refusal {
    Refusal { reason: format!("its {what} was not obtained live"), cause: Some(issuer) }
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
