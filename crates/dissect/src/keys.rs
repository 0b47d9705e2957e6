//! The keys in use: cipher keys by session, which all its channels share, and signing keys by channel
//! (MS-SMB2 3.2.1.3, 3.2.1.8).

use crate::bounded::Bounded;
use crate::handshake::Handshake;
use crate::secrets::{Secrets, ServiceKeys, SessionSecret, Ticket};
use capture::Direction;
use kerberos::message::ApReq;
use smb2::crypto::kdf::KeyDerivation;
use smb2::crypto::{Cipher, CipherKey, DecryptError, SessionKeys, SigningAlgorithm, SigningKey};

/// How many sessions keep their cipher keys, and how many channels their signing key.
const LIMIT: usize = 1 << 18;
/// How many logons can be under way.
const HANDSHAKE_LIMIT: usize = 1 << 16;

/// A connection and a session used on it.
pub(crate) type Place = (u32, u32);

/// All keys of a trace.
#[derive(Debug)]
pub(crate) struct Keys {
    /// What the user knows.
    pub(crate) secrets: Secrets,
    /// Logons under way.
    pub(crate) handshakes: Bounded<Place, Handshake>,
    services: ServiceKeys,
    rings: Bounded<u32, Ring>,
    channels: Bounded<Place, Channel>,
}

/// The cipher keys that may be a session's; the one that fitted last comes first.
#[derive(Debug, Default)]
struct Ring {
    to_server: Vec<CipherKey>,
    to_client: Vec<CipherKey>,
    /// Whether one of them has opened a message.
    proven_to_server: bool,
    proven_to_client: bool,
    /// Session.SigningKey.
    signing: Option<SigningKey>,
}

/// The signing key of a session on a connection.
#[derive(Debug)]
struct Channel {
    /// `None`: it has one of its own, which is not known.
    key: Option<SigningKey>,
    /// Whether a message carried its signature.
    proven: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self::new(Secrets::default())
    }
}

impl Keys {
    /// The keys that `secrets` will lead to.
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            handshakes: Bounded::new(HANDSHAKE_LIMIT),
            services: ServiceKeys::default(),
            rings: Bounded::new(LIMIT),
            channels: Bounded::new(LIMIT),
        }
    }

    /// How many keys and logons were forgotten because of their number.
    pub(crate) fn evicted(&self) -> u64 {
        let tables =
            [self.handshakes.evicted(), self.rings.evicted(), self.channels.evicted(), self.services.not_made()];
        tables.into_iter().fold(0, u64::saturating_add)
    }

    /// Opens a captured request to a service with what the user knows of the service.
    pub(crate) fn open_ticket(&mut self, request: &ApReq) -> Ticket {
        self.services.open(&self.secrets, request)
    }

    /// Whether a session has a cipher key that may open messages of `direction`.
    pub(crate) fn may_open(&mut self, session: u32, session_id: u64, direction: Direction) -> bool {
        self.ring(session, session_id).is_some_and(|ring| !ring.of(direction).is_empty())
    }

    /// Whether a key of a session has opened messages of `direction`.
    pub(crate) fn has_opened(&self, session: u32, direction: Direction) -> bool {
        self.rings.get(&session).is_some_and(|ring| match direction {
            Direction::ClientToServer => ring.proven_to_server,
            Direction::ServerToClient => ring.proven_to_client,
        })
    }

    /// Opens an encrypted PDU; `None` when no key of the session fits.
    pub(crate) fn open(&mut self, session: u32, session_id: u64, direction: Direction, pdu: &[u8]) -> Option<Vec<u8>> {
        let ring = self.ring(session, session_id)?;
        let keys = ring.of(direction);
        let mut opened = None;
        for (index, key) in keys.iter().enumerate() {
            match key.decrypt(pdu) {
                Ok(plain) => {
                    opened = Some((index, plain));
                    break;
                }
                Err(DecryptError::Unauthentic { .. }) => {}
                Err(DecryptError::Malformed(_)) => return None,
            }
        }
        let (index, plain) = opened?;
        if let Some(before) = keys.get_mut(..=index) {
            before.rotate_right(1);
        }
        match direction {
            Direction::ClientToServer => ring.proven_to_server = true,
            Direction::ServerToClient => ring.proven_to_client = true,
        }
        Some(plain)
    }

    /// Adds the cipher keys that a logon yielded, and its signing key as the session's.
    pub(crate) fn add(&mut self, session: u32, session_id: u64, keys: &SessionKeys) {
        if self.ring(session, session_id).is_none() {
            self.rings.insert(session, Ring::default());
        }
        let Some(ring) = self.rings.get_mut(&session) else { return };
        put_first(&mut ring.to_server, keys.encryption.clone());
        put_first(&mut ring.to_client, keys.decryption.clone());
        ring.signing = Some(keys.signing.clone());
    }

    /// Sets the signing key of a channel; `None` when it has one that is not known. It is `proven` when a message was
    /// seen to be signed with it.
    pub(crate) fn set_channel(&mut self, place: Place, key: Option<SigningKey>, proven: bool) {
        self.channels.insert(place, Channel { key, proven });
    }

    /// Whether a logon or bind on this channel was seen through.
    pub(crate) fn has_channel(&self, place: Place) -> bool {
        self.channels.get(&place).is_some()
    }

    /// Whether Session.SigningKey is known.
    pub(crate) fn signs(&self, session: u32) -> bool {
        self.rings.get(&session).is_some_and(|ring| ring.signing.is_some())
    }

    /// Whether `message` carries the right signature; `None` when the key is not known, or may be wrong.
    ///
    /// A channel without a key of its own is about to be bound. Its messages, a `logon` on a channel that is bound
    /// already, and what refuses it are signed with Session.SigningKey (MS-SMB2 3.2.4.1.1, 3.3.4.1.1).
    pub(crate) fn verify(&mut self, place: Place, message: &[u8], logon: bool) -> Option<bool> {
        let session = self.rings.get(&place.1).and_then(|ring| ring.signing.as_ref());
        let of_session = || session.is_some_and(|key| key.verify(message)).then_some(true);
        let Some(channel) = self.channels.get_mut(&place) else { return of_session() };
        let Some(key) = &channel.key else { return of_session().filter(|_| logon) };
        let right = key.verify(message);
        channel.proven |= right;
        if right || logon && of_session().is_some() {
            return Some(true);
        }
        Some(false).filter(|_| channel.proven)
    }

    fn ring(&mut self, session: u32, session_id: u64) -> Option<&mut Ring> {
        if self.rings.get(&session).is_none() {
            let ring = Ring::of_secret(self.secrets.session(session_id)?);
            self.rings.insert(session, ring);
        }
        self.rings.get_mut(&session)
    }
}

impl Ring {
    /// The keys of a session that may have begun before the capture: which cipher its direction keys are for is not
    /// known, and its session key leads to others without the handshake only in 3.0 and 3.0.2.
    fn of_secret(secret: &SessionSecret) -> Self {
        let all = |key: &Option<Vec<u8>>| {
            let key = key.as_deref().unwrap_or_default();
            CIPHERS.into_iter().filter_map(|cipher| CipherKey::from_slice(cipher, key)).collect()
        };
        let mut ring = Self { to_server: all(&secret.to_server), to_client: all(&secret.to_client), ..Self::default() };
        if let Some(session_key) = &secret.session_key {
            let cipher = Some(Cipher::Aes128Ccm);
            let keys = SessionKeys::derive(KeyDerivation::Smb30, SigningAlgorithm::AesCmac, cipher, session_key);
            ring.to_server.extend(keys.encryption);
            ring.to_client.extend(keys.decryption);
        }
        ring
    }

    fn of(&mut self, direction: Direction) -> &mut Vec<CipherKey> {
        match direction {
            Direction::ClientToServer => &mut self.to_server,
            Direction::ServerToClient => &mut self.to_client,
        }
    }
}

/// Every cipher of MS-SMB2 2.2.3.1.2, the commonest first.
pub(crate) const CIPHERS: [Cipher; 4] = [Cipher::Aes128Gcm, Cipher::Aes128Ccm, Cipher::Aes256Gcm, Cipher::Aes256Ccm];

fn put_first(keys: &mut Vec<CipherKey>, key: Option<CipherKey>) {
    if let Some(key) = key {
        keys.retain(|other| *other != key);
        keys.insert(0, key);
    }
}
