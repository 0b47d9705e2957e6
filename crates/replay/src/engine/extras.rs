//! Requests that the capture does not have: further legs of a logon, acknowledgments of breaks that the capture does
//! not show, closes of handles that should not have been obtained, ECHOs that ask for credits. Each is recorded as what it
//! is.

use crate::engine::state::{Extra, Outstanding, Phase};
use crate::engine::{Command, Engine};
use client::Sealed;
use smb2::header::{self, offset};
use smb2::{Command as Smb2Command, FileId, Guid, Header, HeaderFlags};

/// Credits that an ECHO of our own asks for on top of what is needed.
const SPARE_CREDITS: u64 = 32;

impl Engine {
    /// Asks for the credits that a chain needs and that the live server, less generous than the captured one, has not
    /// granted: once for each step, and only while one is left to ask with. True when an answer will come.
    pub(super) fn ask_for_credits(&mut self, lane: usize, chain: &[usize]) -> bool {
        let needed = self.missing_credits(lane, chain);
        let Some(state) = self.lanes.get_mut(lane).filter(|state| state.phase == Phase::Open) else { return false };
        let may_ask = state.negotiate.is_none() || state.core.negotiated().is_some();
        let step = state.next_step;
        if needed == 0 || !may_ask || !state.core.window().allows(state.ids.next(), 1) || state.asked == Some(step) {
            return false;
        }
        state.asked = Some(step);
        let credits = u16::try_from(needed.saturating_add(SPARE_CREDITS)).unwrap_or(u16::MAX);
        let session = chain.iter().find_map(|index| self.live_session_of(*index)).unwrap_or_default();
        let mut message = self.message(lane, Smb2Command::ECHO, session, 0, &[4, 0, 0, 0]);
        let _ = header::patch(&mut message, offset::CREDITS, &credits.to_le_bytes());
        let detail = "asks for credits that the captured server had granted".to_owned();
        let outstanding = Outstanding::Extra(self.extras.len());
        let asked = self.send_extra(lane, message, chain.first().copied(), "credits", detail, outstanding);
        if asked {
            self.last_happened = self.now;
        }
        asked
    }

    /// How many MessageIds of a chain lie outside the live window.
    fn missing_credits(&self, lane: usize, chain: &[usize]) -> u64 {
        let Some(state) = self.lanes.get(lane) else { return 0 };
        let requests = chain.iter().filter_map(|index| self.plan.planned(*index));
        let ends = requests.filter_map(|request| {
            let header = request.header().filter(|header| header.command != Smb2Command::CANCEL)?;
            let first = state.ids.of(&request, header.message_id);
            first.checked_add(u64::from(header.credit_charge.max(1)))
        });
        ends.max().unwrap_or(0).saturating_sub(state.core.window().end())
    }

    /// Closes a handle that the captured server refused and the live one gave.
    pub(super) fn close_unexpected_handle(&mut self, lane: usize, index: usize, file_id: FileId, response: &Header) {
        let mut body = vec![24, 0, 0, 0, 0, 0, 0, 0];
        body.extend(file_id.0);
        let tree = response.tree_id().or_else(|| self.live_tree_of(index)).unwrap_or_default();
        let message = self.message(lane, Smb2Command::CLOSE, response.session_id, tree, &body);
        let detail = "closes a handle that the captured server did not give".to_owned();
        self.send_own(lane, message, index, "unexpected_handle", detail);
    }

    /// SMB2 OPLOCK_BREAK Acknowledgment (MS-SMB2 2.2.24.1).
    pub(super) fn send_oplock_acknowledgment(&mut self, lane: usize, index: usize, file_id: FileId, level: u8) {
        let mut body = vec![24, 0, level, 0, 0, 0, 0, 0];
        body.extend(file_id.0);
        self.send_acknowledgment(lane, index, &body, "acknowledges an oplock break that the capture does not show");
    }

    /// SMB2 LEASE_BREAK Acknowledgment (MS-SMB2 2.2.24.2).
    pub(super) fn send_lease_acknowledgment(&mut self, lane: usize, index: usize, key: Guid, state: u32) {
        let mut body = vec![36, 0, 0, 0, 0, 0, 0, 0];
        body.extend(key.0);
        body.extend(state.to_le_bytes());
        body.extend([0; 8]);
        self.send_acknowledgment(lane, index, &body, "acknowledges a lease break that the capture does not show");
    }

    fn send_acknowledgment(&mut self, lane: usize, index: usize, body: &[u8], detail: &str) {
        let session = self.live_session_of(index).unwrap_or_default();
        let tree = self.live_tree_of(index).unwrap_or_default();
        let message = self.message(lane, Smb2Command::OPLOCK_BREAK, session, tree, body);
        self.send_own(lane, message, index, "break_acknowledgment", detail.to_owned());
    }

    fn live_tree_of(&self, index: usize) -> Option<u32> {
        let issuer = self.plan.requests.get(index)?.tree().issuer()?;
        self.requests.tree(issuer)
    }

    /// A message of our own, but for its MessageId.
    fn message(&self, lane: usize, command: Smb2Command, session: u64, tree: u32, body: &[u8]) -> Vec<u8> {
        let core = self.lanes.get(lane).map(|state| &state.core);
        let multi_credit = core.and_then(|core| core.negotiated()).is_some_and(|found| found.dialect > 0x0202);
        let signed = core.is_some_and(|core| core.can_sign(session))
            && !self.sessions.get(&session).is_some_and(|session| session.unsigned)
            && !self.encrypts(session, tree);
        let flags = if signed { HeaderFlags::SIGNED } else { 0 };
        let mut message = header::PROTOCOL_ID.to_vec();
        message.extend(64u16.to_le_bytes());
        message.extend(u16::from(multi_credit).to_le_bytes());
        message.extend([0; 4]);
        message.extend(command.0.to_le_bytes());
        message.extend(1u16.to_le_bytes());
        message.extend(flags.to_le_bytes());
        message.extend([0; 16]);
        message.extend(tree.to_le_bytes());
        message.extend(session.to_le_bytes());
        message.extend([0; 16]);
        message.extend(body);
        message
    }

    /// Sends a request of our own, and records it when it ends.
    fn send_own(&mut self, lane: usize, message: Vec<u8>, of: usize, mark: &'static str, detail: String) {
        let outstanding = Outstanding::Extra(self.extras.len());
        self.send_extra(lane, message, Some(of), mark, detail, outstanding);
    }

    /// Sends a message that only lacks its MessageId; false when that cannot be.
    pub(super) fn send_extra(
        &mut self,
        lane: usize,
        mut message: Vec<u8>,
        of: Option<usize>,
        mark: &'static str,
        detail: String,
        outstanding: Outstanding,
    ) -> bool {
        let (session, tree) =
            Header::parse(&message).map_or((0, 0), |header| (header.session_id, header.tree_id().unwrap_or_default()));
        let encrypt = self.encrypts(session, tree);
        let Some(state) = self.lanes.get_mut(lane).filter(|state| state.phase == Phase::Open) else { return false };
        if !state.core.window().allows(state.ids.next(), 1) {
            self.warn(format!(
                "connection {}: no credit left for a request that {detail}",
                self.connection_number(lane)
            ));
            return false;
        }
        let message_id = state.ids.insert();
        let _ = header::patch(&mut message, offset::MESSAGE_ID, &message_id.to_le_bytes());
        let encrypt = (encrypt && state.core.can_encrypt(session)).then_some(session);
        let Ok(Sealed { mut messages, wire }) = state.core.seal(vec![message], encrypt) else { return false };
        let request = messages.pop().unwrap_or_default();
        let is_own = matches!(outstanding, Outstanding::Extra(_));
        state.outstanding.insert(message_id, outstanding);
        self.commands.extend(wire.into_iter().map(|bytes| Command::Write(lane, bytes)));
        self.schedule.touch(lane);
        self.extras.push(Extra { mark, detail, lane, of, request, sent_at: self.now });
        if !is_own {
            // Its answer is recorded with the request it completes.
            self.record_extra(self.extras.len().saturating_sub(1), None, None);
        }
        true
    }
}
