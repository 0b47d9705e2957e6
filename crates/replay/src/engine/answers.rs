//! Answers of the live server: what they issue, what they settle.

use crate::engine::Engine;
use crate::engine::requests::Issue;
use crate::engine::state::Outstanding;
use crate::message::token;
use crate::verdict::LiveEnd;
use client::{Received, Signature};
use smb2::message::{CreateResponse, TreeConnectResponse};
use smb2::{Command, NtStatus};

/// SMB2_SHAREFLAG_ENCRYPT_DATA (MS-SMB2 2.2.10).
const SHARE_ENCRYPT_DATA: u32 = 0x0000_8000;
/// SMB2_SHARE_CAP_DFS (MS-SMB2 2.2.10).
const SHARE_CAP_DFS: u32 = 0x0000_0008;

impl Engine {
    /// Takes in a message of the server.
    pub(super) fn take(&mut self, lane: usize, received: Received) {
        if received.signature == Signature::Bad {
            let connection = self.connection_number(lane);
            let message_id = received.header.message_id;
            self.warn(format!("connection {connection}: the answer to message {message_id} has a wrong signature"));
        }
        if received.is_unsolicited() {
            self.take_notification(lane, &received);
            return;
        }
        // Its credits may be what the next step waits for.
        self.schedule.touch(lane);
        let Some(state) = self.lanes.get_mut(lane) else { return };
        let message_id = received.header.message_id;
        let Some(outstanding) = state.outstanding.get(&message_id).cloned() else {
            let connection = self.connection_number(lane);
            self.warn(format!(
                "connection {connection}: the server answered message {message_id}, which was not outstanding"
            ));
            return;
        };
        if received.is_interim() {
            if let Outstanding::Planned(index) = outstanding {
                self.requests.under_way_mut(index).interim = true;
                self.requests.has_async_id(index, received.header.async_id());
                self.changed(index);
            }
            return;
        }
        state.outstanding.remove(&message_id);
        match outstanding {
            Outstanding::Planned(index) => self.answered(lane, index, received),
            Outstanding::Extra(index) => {
                let status = NtStatus(received.header.status);
                self.record_extra(index, Some(status), Some(received.message));
            }
        }
    }

    /// Remembers something the user should be told, within reason.
    pub(super) fn warn(&mut self, warning: String) {
        const MOST_WARNINGS: usize = 100;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(warning);
        }
    }

    fn answered(&mut self, lane: usize, index: usize, received: Received) {
        let status = NtStatus(received.header.status);
        match self.command_of(index) {
            Some(Command::SESSION_SETUP) if self.session_setup_goes_on(lane, index, &received) => return,
            Some(Command::TREE_CONNECT) if status == NtStatus::SUCCESS => self.tree_connected(index, &received),
            Some(Command::CREATE) if !status.is_error() => self.created(lane, index, &received),
            _ => {}
        }
        if let (NtStatus::SUCCESS, Some(slots), Some(request)) =
            (status, self.plan.token_issuers.get(&index), self.plan.planned(index))
        {
            let issued = token::issued(request.bytes(), &received.message).into_iter();
            let wanted = issued.filter(|token| slots.contains(&token.place));
            self.issued.tokens.extend(wanted.map(|token| ((index, token.place), token.value.to_vec())));
        }
        self.requests.answer(index, status);
        self.changed(index);
        self.record(lane, index, LiveEnd::Answer(status), Some(received.message));
    }

    fn tree_connected(&mut self, index: usize, received: &Received) {
        let tree = received.header.tree_id();
        let view = TreeConnectResponse::parse(&received.message);
        let (flags, capabilities) = view.map_or((0, 0), |view| (view.share_flags(), view.capabilities()));
        if let Some(id) = tree {
            self.requests.issue(index, Issue::Tree { id, in_dfs: capabilities & SHARE_CAP_DFS != 0 });
        }
        self.issued.trees.extend(tree);
        if let (Some(tree), true) = (tree, flags & SHARE_ENCRYPT_DATA != 0) {
            self.encrypted_trees.insert((received.header.session_id, tree));
        }
    }

    fn created(&mut self, lane: usize, index: usize, received: &Received) {
        let Ok(view) = CreateResponse::parse(&received.message) else { return };
        let file_id = view.file_id();
        self.requests.issue(index, Issue::File { id: file_id, oplock: view.oplock_level() });
        if view.oplock_level() != 0 || self.issued.all_files {
            self.issued.files.extend(u32::try_from(index).map(|index| (file_id, index)));
        }
        let failed_in_capture =
            self.plan.requests.get(index).and_then(|request| request.captured_status()).is_some_and(NtStatus::is_error);
        if failed_in_capture {
            self.close_unexpected_handle(lane, index, file_id, &received.header);
        }
    }
}
