//! Key derivation of SMB 3.x (MS-SMB2 3.1.4.2, 3.2.5.3.1): SP800-108 in counter mode with HMAC-SHA256.

use super::{Cipher, CipherKey, PreauthHash, SigningAlgorithm, SigningKey};
use aws_lc_rs::hmac;
use std::fmt;

/// How a dialect derives keys from a session key.
#[derive(Debug, Clone, Copy)]
pub enum KeyDerivation<'a> {
    /// 2.0.2 and 2.1: the session key is used as it is, and there is no encryption.
    Smb2,
    /// 3.0 and 3.0.2: fixed labels and contexts.
    Smb30,
    /// 3.1.1: the preauthentication hash is the context.
    Smb311 {
        /// Session.PreauthIntegrityHashValue, over everything up to the last SESSION_SETUP request.
        preauth: &'a PreauthHash,
    },
}

impl<'a> KeyDerivation<'a> {
    /// The rules of `dialect` (DialectRevision on the wire); `None` when it is not one of SMB2's.
    pub fn of_dialect(dialect: u16, preauth: &'a PreauthHash) -> Option<Self> {
        match dialect {
            0x0202 | 0x0210 => Some(Self::Smb2),
            0x0300 | 0x0302 => Some(Self::Smb30),
            0x0311 => Some(Self::Smb311 { preauth }),
            _ => None,
        }
    }

    /// Label and context of a key, terminating zeros included; `None` when the dialect does not derive it.
    fn inputs(self, purpose: Purpose) -> Option<(&'static [u8], &'a [u8])> {
        match self {
            Self::Smb2 => None,
            Self::Smb30 => Some(match purpose {
                Purpose::Signing => (b"SMB2AESCMAC\0", b"SmbSign\0"),
                Purpose::ClientToServer => (b"SMB2AESCCM\0", b"ServerIn \0"),
                Purpose::ServerToClient => (b"SMB2AESCCM\0", b"ServerOut\0"),
                Purpose::Application => (b"SMB2APP\0", b"SmbRpc\0"),
            }),
            Self::Smb311 { preauth } => {
                let label: &[u8] = match purpose {
                    Purpose::Signing => b"SMBSigningKey\0",
                    Purpose::ClientToServer => b"SMBC2SCipherKey\0",
                    Purpose::ServerToClient => b"SMBS2CCipherKey\0",
                    Purpose::Application => b"SMBAppKey\0",
                };
                Some((label, preauth.value()))
            }
        }
    }

    /// A 128-bit key; the session key itself for a dialect that derives none.
    fn key_128(self, purpose: Purpose, session_key: &[u8; 16]) -> [u8; 16] {
        self.inputs(purpose).map_or(*session_key, |(label, context)| {
            let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
                sp800_108(session_key, label, context, 128);
            key
        })
    }

    /// A key for `cipher`; `None` for a dialect without encryption.
    fn cipher_key(self, purpose: Purpose, cipher: Cipher, full_session_key: &[u8]) -> Option<CipherKey> {
        let (label, context) = self.inputs(purpose)?;
        Some(if cipher.has_256_bit_key() {
            CipherKey::new(cipher, sp800_108(full_session_key, label, context, 256))
        } else {
            CipherKey::new(cipher, sp800_108(&session_key(full_session_key), label, context, 128))
        })
    }
}

#[derive(Clone, Copy)]
enum Purpose {
    Signing,
    ClientToServer,
    ServerToClient,
    Application,
}

/// The keys of a session (MS-SMB2 3.2.1.3).
#[derive(Clone)]
pub struct SessionKeys {
    /// Session.SigningKey; also Channel.SigningKey of the connection that the session was set up on.
    pub signing: SigningKey,
    /// Client-to-server cipher key: Session.EncryptionKey of a client.
    pub encryption: Option<CipherKey>,
    /// Server-to-client cipher key: Session.DecryptionKey of a client.
    pub decryption: Option<CipherKey>,
    /// Session.ApplicationKey.
    pub application: [u8; 16],
}

impl SessionKeys {
    /// Derives all keys from `full_session_key`, the session key that authentication yielded, uncut (16 bytes from
    /// NTLM, up to 32 from Kerberos).
    ///
    /// There are cipher keys only when a `cipher` was negotiated (implied in 3.0 and 3.0.2: AES-128-CCM) and the
    /// dialect has encryption.
    pub fn derive(
        derivation: KeyDerivation<'_>,
        signing: SigningAlgorithm,
        cipher: Option<Cipher>,
        full_session_key: &[u8],
    ) -> Self {
        let key = session_key(full_session_key);
        let cipher_key = |purpose| cipher.and_then(|cipher| derivation.cipher_key(purpose, cipher, full_session_key));
        Self {
            signing: channel_signing_key(derivation, signing, full_session_key),
            encryption: cipher_key(Purpose::ClientToServer),
            decryption: cipher_key(Purpose::ServerToClient),
            application: derivation.key_128(Purpose::Application, &key),
        }
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKeys")
            .field("signing", &self.signing)
            .field("encryption", &self.encryption)
            .field("decryption", &self.decryption)
            .finish_non_exhaustive()
    }
}

/// Channel.SigningKey of a connection bound to a session (MS-SMB2 3.2.5.3.3).
///
/// `full_session_key` is the one that the binding's own authentication yielded, and the preauthentication hash of
/// `derivation` is that of the binding's own exchange. Cipher keys stay those of the session.
pub fn channel_signing_key(
    derivation: KeyDerivation<'_>,
    algorithm: SigningAlgorithm,
    full_session_key: &[u8],
) -> SigningKey {
    SigningKey::new(algorithm, derivation.key_128(Purpose::Signing, &session_key(full_session_key)))
}

/// Session.SessionKey: the first 16 bytes of what authentication yielded, padded with zeros on the right.
pub fn session_key(full_session_key: &[u8]) -> [u8; 16] {
    let mut key = [0; 16];
    key.iter_mut().zip(full_session_key).for_each(|(to, from)| *to = *from);
    key
}

/// SP800-108 section 5.1 with HMAC-SHA256 and r = 32, for `bits` (L) up to 256: one block is enough, and a shorter key
/// is its beginning. `label` and `context` as they stand in MS-SMB2, terminating zeros included.
pub fn sp800_108(key: &[u8], label: &[u8], context: &[u8], bits: u32) -> [u8; 32] {
    let mut prf = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    prf.update(&1u32.to_be_bytes());
    prf.update(label);
    prf.update(&[0]);
    prf.update(context);
    prf.update(&bits.to_be_bytes());
    prf.sign().as_ref().first_chunk().copied().unwrap_or_default()
}
