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
    /// By SessionId: Channel.SigningKey of a session of another connection that is bound to this one; `None` while it is
    /// being bound.
    channels: FxHashMap<u64, Option<SigningKey>>,
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
        self.channels.entry(session_id).or_insert(None);
    }

    /// The bind succeeded: from now on this connection signs with its own channel key, but for SESSION_SETUPs.
    pub fn complete_bind(&mut self, session_id: u64, full_session_key: &[u8], negotiated: &Negotiated) {
        let hash = self.exchanges.remove(&session_id).unwrap_or_else(|| self.connection.clone());
        let derivation = KeyDerivation::of_dialect(negotiated.dialect, &hash);
        let key = derivation.map(|derivation| channel_signing_key(derivation, negotiated.signing, full_session_key));
        self.channels.insert(session_id, key);
    }

    /// The session is no more.
    pub fn forget(&mut self, session_id: u64) {
        self.keys.remove(&session_id);
        self.exchanges.remove(&session_id);
        self.channels.remove(&session_id);
    }

    /// The keys of a session, when it is established on (or bound to) this connection.
    pub fn keys(&self, session_id: u64) -> Option<&SessionKeys> {
        self.keys.get(&session_id)
    }

    /// Whether messages of a session can be signed here.
    pub fn can_sign(&self, session_id: u64) -> bool {
        self.keys.contains_key(&session_id)
    }

    /// Whether the signature of a response is right; `None` when no key is known. What refuses a SESSION_SETUP on a bound
    /// channel, Samba signs with Channel.SigningKey all the same.
    pub fn verifies(&self, header: &Header, message: &[u8]) -> Option<bool> {
        let right = self.signing_key(header.session_id, header)?.verify(message);
        let channel = self.channels.get(&header.session_id).and_then(Option::as_ref);
        let of_setup = channel.filter(|_| header.command == Command::SESSION_SETUP);
        Some(right || of_setup.is_some_and(|key| key.verify(message)))
    }

    /// The key that signs a message of a session here. Requests to set a session up, and answers that refuse or go on with
    /// it, are signed with Session.SigningKey, all others with Channel.SigningKey (MS-SMB2 3.2.4.1.1, 3.2.5.1.3). The
    /// answer that completes a bind is signed with a key that is derived only then: `None`.
    pub fn signing_key(&self, session_id: u64, header: &Header) -> Option<&SigningKey> {
        let of_session = self.keys.get(&session_id).filter(|_| session_id != ALL_ONES_64).map(|keys| &keys.signing)?;
        let completes = header.flags.is_response() && header.status == STATUS_SUCCESS;
        match self.channels.get(&session_id) {
            Some(channel) if header.command != Command::SESSION_SETUP || completes => match channel {
                Some(key) => Some(key),
                None if completes && header.command == Command::SESSION_SETUP => None,
                None => Some(of_session),
            },
            _ => Some(of_session),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::{Place, Request};
    use smb2::Guid;
    use smb2::crypto::{Cipher, SigningAlgorithm};
    use smb2::header::{self, offset};

    const SESSION: u64 = 0x77;

    fn keys(session_key: u8) -> SessionKeys {
        let hash = PreauthHash::new();
        let derivation = KeyDerivation::of_dialect(0x0300, &hash).unwrap();
        SessionKeys::derive(derivation, SigningAlgorithm::AesCmac, Some(Cipher::Aes128Ccm), &[session_key; 16])
    }

    /// A message of the session, of a request or of a response with this status.
    fn message(command: Command, status: Option<u32>) -> Vec<u8> {
        let place = Place { session_id: SESSION, signed: true, ..Place::default() };
        let mut message = Request { command, body: vec![0; 8] }.message(&place);
        if let Some(status) = status {
            assert!(header::patch(&mut message, offset::FLAGS, &[0x09, 0, 0, 0]));
            assert!(header::patch(&mut message, offset::STATUS, &status.to_le_bytes()));
        }
        message
    }

    /// Whether the message is signed here as this key does.
    fn signs_as(security: &Security, key: &SigningKey, command: Command, status: Option<u32>) -> Option<bool> {
        let (mut ours, mut theirs) = (message(command, status), message(command, status));
        let header = Header::parse(&ours).unwrap();
        security.signing_key(SESSION, &header)?.sign(&mut ours).unwrap();
        key.sign(&mut theirs).unwrap();
        Some(ours == theirs)
    }

    #[test]
    fn on_a_bound_channel_setups_are_signed_with_the_key_of_the_session_and_the_rest_with_its_own() {
        let negotiated = Negotiated {
            dialect: 0x0300,
            security_mode: 1,
            capabilities: 0,
            server_guid: Guid::default(),
            max_transact_size: 0,
            max_read_size: 0,
            max_write_size: 0,
            signing: SigningAlgorithm::AesCmac,
            cipher: Some(Cipher::Aes128Ccm),
            compressions: Vec::new(),
            chained_compression: false,
            system_time: 0,
        };
        let mut security = Security::default();
        security.begin_bind(SESSION, &keys(1));
        let session = keys(1).signing;
        assert_eq!(signs_as(&security, &session, Command::SESSION_SETUP, None), Some(true));
        assert_eq!(signs_as(&security, &session, Command::SESSION_SETUP, Some(0xc000_0016)), Some(true));
        assert_eq!(signs_as(&security, &session, Command::SESSION_SETUP, Some(0)), None, "its key is not derived yet");
        security.complete_bind(SESSION, &[2; 16], &negotiated);
        let channel = keys(2).signing;
        assert_eq!(signs_as(&security, &session, Command::SESSION_SETUP, None), Some(true));
        assert_eq!(signs_as(&security, &session, Command::SESSION_SETUP, Some(0xc000_0022)), Some(true));
        assert_eq!(signs_as(&security, &channel, Command::SESSION_SETUP, Some(0)), Some(true));
        assert_eq!(signs_as(&security, &channel, Command::READ, None), Some(true));
        assert_eq!(signs_as(&security, &channel, Command::READ, Some(0xc000_0022)), Some(true));
    }
}
