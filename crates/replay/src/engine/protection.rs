//! Signing and encryption as the live session wants them (MS-SMB2 3.2.4.1.1, 3.2.4.1.8).

use crate::engine::Engine;
use crate::engine::compose::Refusal;
use crate::message::{Draft, PatchError};
use crate::options::Encrypt;
use smb2::header::offset;
use smb2::{Command, HeaderFlags, NtStatus};

const SMB_3_1_1: u16 = 0x0311;

impl Engine {
    /// Sets or clears SMB2_FLAGS_SIGNED as the live session that the message runs in needs it, and declares the
    /// signature.
    pub(super) fn set_signed(
        &self,
        draft: &mut Draft,
        lane: usize,
        session: u64,
        encrypted: bool,
        captured_status: Option<NtStatus>,
    ) -> Result<(), Refusal> {
        let header = smb2::Header::parse(draft.bytes()).map_err(PatchError::from)?;
        let Some(core) = self.lanes.get(lane).map(|state| &state.core) else { return Ok(()) };
        let captured = header.flags.is_signed();
        let unsigned = self.sessions.get(&session).is_some_and(|session| session.unsigned);
        // A 3.1.1 server takes no TREE_CONNECT without signature but from guests (MS-SMB2 3.3.5.7), as whom the captured
        // client may have sent it.
        let is_guests_only = core.negotiated().is_some_and(|negotiated| negotiated.dialect == SMB_3_1_1)
            && header.command == Command::TREE_CONNECT
            && captured_status == Some(NtStatus::SUCCESS);
        // What was encrypted in the capture had no signature there.
        let by_client = self.sessions.get(&session).is_some_and(|session| session.signing_required);
        let required =
            is_guests_only || by_client || core.negotiated().is_some_and(client::Negotiated::signing_required);
        let exchanges_keys = matches!(header.command, Command::NEGOTIATE | Command::SESSION_SETUP);
        let wanted = !encrypted && !unsigned && core.can_sign(session) && (captured || (required && !exchanges_keys));
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

    /// The session to encrypt a request for, when its session or tree demands it, or the user.
    pub(super) fn encryption_session(&self, index: usize) -> Option<u64> {
        let request = self.plan.requests.get(index)?;
        let as_captured = self.options.encrypt == Encrypt::Captured && request.encrypted;
        if matches!(request.command()?, Command::NEGOTIATE | Command::SESSION_SETUP) && !as_captured {
            return None;
        }
        let session = self.live_session_of(index)?;
        let tree = request.tree().issuer().and_then(|issuer| self.requests.tree(issuer));
        let as_captured = self.options.encrypt == Encrypt::Captured && request.encrypted;
        let wanted = as_captured || self.encrypts(session, tree.unwrap_or_default());
        let lane = self.lane_of.get(&request.connection)?;
        (wanted && self.lanes.get(*lane)?.core.can_encrypt(session)).then_some(session)
    }

    /// Whether all messages of a live session and tree are encrypted: it is demanded, or the user wants all that can be.
    pub(super) fn encrypts(&self, session: u64, tree: u32) -> bool {
        let can_be = || self.sessions.get(&session).is_some_and(|session| !session.unsigned);
        self.demands_encryption(session, tree) || self.options.encrypt == Encrypt::All && can_be()
    }

    /// Whether the live session or tree takes encrypted messages only.
    fn demands_encryption(&self, session: u64, tree: u32) -> bool {
        self.sessions.get(&session).is_some_and(|session| session.encrypt)
            || self.encrypted_trees.contains(&(session, tree))
    }
}
