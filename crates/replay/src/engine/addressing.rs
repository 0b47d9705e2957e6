//! Captured ids to live ones: sessions, trees, handles, and what a CANCEL is for.

use crate::engine::Engine;
use crate::engine::compose::Refusal;
use crate::message::{self, Draft, PatchError};
use crate::plan::{Planned, Reference};
use smb2::header::offset;
use smb2::{FileId, HeaderFlags};

impl Engine {
    pub(super) fn live_session(&self, reference: Reference, captured: u64) -> Result<Option<u64>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.session(issuer as usize) {
                Some(id) => Ok(Some(id)),
                None => Err(self.not_obtained("session", issuer as usize)),
            },
            Reference::Dead => Ok(Some(if self.sessions.contains_key(&captured) { !captured } else { captured })),
            Reference::Orphan => Err(Refusal::because("its session is from before the capture")),
        }
    }

    pub(super) fn live_tree(&self, reference: Reference, captured: u32) -> Result<Option<u32>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.tree(issuer as usize) {
                Some(id) => Ok(Some(id)),
                None => Err(self.not_obtained("tree connect", issuer as usize)),
            },
            Reference::Dead => {
                let taken = self.issued.trees.contains(&captured);
                Ok(Some(if taken { !captured } else { captured }))
            }
            Reference::Orphan => Err(Refusal::because("its tree connect is from before the capture")),
        }
    }

    pub(super) fn live_file_id(
        &self,
        reference: Reference,
        message: &[u8],
        place: usize,
    ) -> Result<Option<FileId>, Refusal> {
        match reference {
            Reference::Verbatim => Ok(None),
            Reference::Issued(issuer) => match self.requests.file(issuer as usize) {
                Some(id) => Ok(Some(id)),
                None => Err(self.not_obtained("handle", issuer as usize)),
            },
            Reference::Dead => {
                let captured = message::handle::file_id_at(message, place).unwrap_or_default();
                let taken = self.issued.files.contains_key(&captured);
                Ok(Some(if taken { FileId(captured.0.map(|byte| !byte)) } else { captured }))
            }
            Reference::Orphan => Err(Refusal::because("its handle is from before the capture")),
        }
    }

    /// Points a CANCEL at its live target (MS-SMB2 3.2.4.24): by AsyncId once the target has had its interim response.
    pub(super) fn address_cancel(&self, draft: &mut Draft, lane: usize, request: &Planned<'_>) -> Result<(), Refusal> {
        let header = smb2::Header::parse(draft.bytes()).map_err(PatchError::from)?;
        let cancelled = request.rare().cancels;
        let target = cancelled.and_then(|target| self.requests.target(target));
        let went_out = cancelled.is_some_and(|target| self.requests.went_out(target));
        let message_id = match (target.filter(|_| went_out), self.lanes.get(lane)) {
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
            None if captured_async => {}
            None => {
                if let Some(tree) = self.live_tree(request.tree(), header.tree_id().unwrap_or_default())? {
                    draft.overwrite(offset::TREE_ID, &tree.to_le_bytes(), "TreeId")?;
                }
            }
        }
        if target.is_some() && captured_async != live_async.is_some() {
            let flags = header.flags.0 ^ HeaderFlags::ASYNC_COMMAND;
            draft.overwrite(offset::FLAGS, &flags.to_le_bytes(), "Flags")?;
        }
        Ok(())
    }

    /// The live session that a request runs in; a related message runs in that of the message before it.
    pub(super) fn live_session_of(&self, index: usize) -> Option<u64> {
        let request = self.plan.requests.get(index)?;
        let chain = request.chain_key();
        let before = (0..index).rev().map_while(|before| {
            let member = self.plan.requests.get(before)?;
            (chain.is_some() && member.chain_key() == chain).then_some(member)
        });
        let names_session = std::iter::once(request).chain(before).find_map(|member| member.session().issuer())?;
        self.requests.session(names_session)
    }

    /// What to say when `issuer` did not issue the id that a request needs.
    pub(super) fn not_obtained(&self, what: &str, issuer: usize) -> Refusal {
        let root = self.requests.cause(issuer).unwrap_or(issuer);
        let reason = match self.plan.requests.get(root) {
            Some(stand_in) if stand_in.stand_in => {
                format!("its {what} is from before the capture, and no stand-in was obtained live")
            }
            _ => format!("its {what} was not obtained live"),
        };
        Refusal { reason, cause: Some(root) }
    }
}
