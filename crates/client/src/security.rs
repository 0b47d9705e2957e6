//! The preauthentication hashes and keys of a connection's sessions (MS-SMB2 3.2.1.3, 3.2.5.3).

use crate::Negotiated;
use rustc_hash::FxHashMap;
use smb2::crypto::kdf::channel_signing_key;
use smb2::crypto::{KeyDerivation, PreauthHash, SessionKeys, SigningKey};
use smb2::header::ALL_ONES_64;
use smb2::{Command, Header};

/// NTSTATUS of a response that ends an exchange of SESSION_SETUPs well.
const STATUS_SUCCESS: u32 = 0;
const STATUS_MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;

/// Keys by SessionId, and the hashes they are derived from. Fed with every plain message that passes.
#[derive(Default)]
pub struct Security {
    connection: PreauthHash,
    /// By MessageId: the hash with the SESSION_SETUP request in it, until its response comes.
    pending: FxHashMap<u64, PreauthHash>,
    /// By SessionId: the hash of an exchange under way, or that just succeeded.
    exchanges: FxHashMap<u64, PreauthHash>,
    keys: FxHashMap<u64, SessionKeys>,
}

impl Security {
    /// A request goes out, as it stands on the wire before signing or encryption changed nothing but the signature.
    pub fn sent(&mut self, header: &Header, message: &[u8]) {
        match header.command {
            Command::NEGOTIATE => {
                // The answer to an SMB1 negotiate that comes before is not part of it (MS-SMB2 3.2.5.2).
                self.connection = PreauthHash::new();
                self.connection.update(message);
            }
            Command::SESSION_SETUP => {
                let mut hash = self.exchanges.remove(&header.session_id).unwrap_or_else(|| self.connection.clone());
                hash.update(message);
                self.pending.insert(header.message_id, hash);
            }
            _ => {}
        }
    }

    /// A final response came.
    pub fn received(&mut self, header: &Header, message: &[u8]) {
        match header.command {
            Command::NEGOTIATE => self.connection.update(message),
            Command::SESSION_SETUP => {
                if let Some(mut hash) = self.pending.remove(&header.message_id) {
                    match header.status {
                        STATUS_MORE_PROCESSING_REQUIRED => hash.update(message),
                        STATUS_SUCCESS => {}
                        _ => return,
                    }
                    self.exchanges.insert(header.session_id, hash);
                }
            }
            _ => {}
        }
    }

    /// Derives the keys of a session that was just set up on this connection, and returns them so that other
    /// connections can be bound to it. A reauthentication keeps the keys the session has.
    pub fn establish(
        &mut self,
        session_id: u64,
        full_session_key: &[u8],
        negotiated: &Negotiated,
    ) -> Option<SessionKeys> {
        let hash = self.exchanges.remove(&session_id).unwrap_or_else(|| self.connection.clone());
        if let Some(keys) = self.keys.get(&session_id) {
            return Some(keys.clone());
        }
        let derivation = KeyDerivation::of_dialect(negotiated.dialect, &hash)?;
        let keys = SessionKeys::derive(derivation, negotiated.signing, negotiated.cipher, full_session_key);
        self.keys.insert(session_id, keys.clone());
        Some(keys)
    }

    /// Makes the keys of a session that lives on another connection known here: its SESSION_SETUPs that bind are
    /// signed with them (MS-SMB2 3.2.4.2.3.1).
    pub fn begin_bind(&mut self, session_id: u64, keys: &SessionKeys) {
        self.keys.insert(session_id, keys.clone());
    }

    /// The bind succeeded: from now on this connection signs with its own channel key.
    pub fn complete_bind(&mut self, session_id: u64, full_session_key: &[u8], negotiated: &Negotiated) {
        let hash = self.exchanges.remove(&session_id).unwrap_or_else(|| self.connection.clone());
        let derivation = KeyDerivation::of_dialect(negotiated.dialect, &hash);
        if let (Some(keys), Some(derivation)) = (self.keys.get_mut(&session_id), derivation) {
            keys.signing = channel_signing_key(derivation, negotiated.signing, full_session_key);
        }
    }

    /// The session is no more.
    pub fn forget(&mut self, session_id: u64) {
        self.keys.remove(&session_id);
        self.exchanges.remove(&session_id);
    }

    /// The keys of a session, when it is established on (or bound to) this connection.
    pub fn keys(&self, session_id: u64) -> Option<&SessionKeys> {
        self.keys.get(&session_id)
    }

    /// The key that signs messages of a session here.
    pub fn signing_key(&self, session_id: u64) -> Option<&SigningKey> {
        (session_id != ALL_ONES_64).then(|| self.keys.get(&session_id).map(|keys| &keys.signing)).flatten()
    }
}
