//! Encryption of messages: SMB2 TRANSFORM_HEADER (MS-SMB2 2.2.41, 3.1.4.3, 3.1.5.2).

use crate::transform::{self, TransformHeader};
use crate::transport::Protocol;
use crate::{Malformed, wire};
use aes::{Aes128, Aes256};
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use ccm::aead::generic_array::GenericArray;
use ccm::consts::{U11, U16};
use ccm::{AeadInPlace, Ccm, KeyInit};
use std::fmt;
use std::sync::Arc;

/// A cipher (SMB2_ENCRYPTION_CAPABILITIES, MS-SMB2 2.2.3.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cipher {
    /// AES-128-CCM: the only one of 3.0 and 3.0.2.
    Aes128Ccm,
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-256-CCM.
    Aes256Ccm,
    /// AES-256-GCM.
    Aes256Gcm,
}

impl Cipher {
    /// The cipher with this id on the wire; `None` for 0 ("none") and unknown ids.
    pub fn from_wire(id: u16) -> Option<Self> {
        match id {
            1 => Some(Self::Aes128Ccm),
            2 => Some(Self::Aes128Gcm),
            3 => Some(Self::Aes256Ccm),
            4 => Some(Self::Aes256Gcm),
            _ => None,
        }
    }

    /// Its id on the wire.
    pub fn to_wire(self) -> u16 {
        match self {
            Self::Aes128Ccm => 1,
            Self::Aes128Gcm => 2,
            Self::Aes256Ccm => 3,
            Self::Aes256Gcm => 4,
        }
    }

    /// Whether its keys are 32 bytes long instead of 16.
    pub fn has_256_bit_key(self) -> bool {
        matches!(self, Self::Aes256Ccm | Self::Aes256Gcm)
    }
}

/// Why an encrypted message could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// No transform header, or less ciphertext than it announces.
    #[error("encrypted message cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// The tag does not fit: wrong key, wrong cipher, or changed bytes.
    #[error("encrypted message of session {session_id:#x} does not fit the key")]
    Unauthentic {
        /// SessionId in the transform header.
        session_id: u64,
    },
}

/// A key for one direction of a session.
///
/// Cheap to clone: the expanded key is shared.
#[derive(Clone)]
pub struct CipherKey {
    cipher: Cipher,
    bytes: [u8; 32],
    expanded: Expanded,
}

#[derive(Clone)]
enum Expanded {
    Gcm(Arc<LessSafeKey>),
    Ccm128(Arc<Ccm<Aes128, U16, U11>>),
    Ccm256(Arc<Ccm<Aes256, U16, U11>>),
}

impl Expanded {
    #[expect(clippy::expect_used, reason = "GCM refuses keys of another length only, and the caller passes its own")]
    fn gcm(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        Self::Gcm(Arc::new(LessSafeKey::new(UnboundKey::new(algorithm, key).expect("a key of the right length"))))
    }
}

impl CipherKey {
    /// Prepares a key for `cipher`, which takes the first 16 of the bytes or all 32.
    pub fn new(cipher: Cipher, key: [u8; 32]) -> Self {
        let half: [u8; 16] = key.first_chunk().copied().unwrap_or_default();
        let expanded = match cipher {
            Cipher::Aes128Ccm => Expanded::Ccm128(Arc::new(Ccm::new(&half.into()))),
            Cipher::Aes256Ccm => Expanded::Ccm256(Arc::new(Ccm::new(&key.into()))),
            Cipher::Aes128Gcm => Expanded::gcm(&AES_128_GCM, &half),
            Cipher::Aes256Gcm => Expanded::gcm(&AES_256_GCM, &key),
        };
        Self { cipher, bytes: key, expanded }
    }

    /// A key from bytes that somebody has written down; `None` when the cipher's keys have another length.
    pub fn from_slice(cipher: Cipher, key: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = if cipher.has_256_bit_key() { 32 } else { 16 };
        bytes.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        (key.len() == length).then(|| Self::new(cipher, bytes))
    }

    /// The cipher this key is for.
    pub fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The key itself, 16 or 32 bytes: a secret, for key files and comparison.
    pub fn expose(&self) -> &[u8] {
        let length = if self.cipher.has_256_bit_key() { 32 } else { 16 };
        self.bytes.get(..length).unwrap_or_default()
    }

    /// Wraps `plain`, a message or chain without transport header, for `session_id`: transform header and ciphertext.
    ///
    /// The same `nonce` must never be used twice with the same key, on whichever connection of the session.
    pub fn encrypt(&self, session_id: u64, nonce: u64, plain: &[u8]) -> Vec<u8> {
        let nonce = u128::from(nonce).to_le_bytes();
        let size = u32::try_from(plain.len()).unwrap_or(u32::MAX).to_le_bytes();
        let reserved_and_flags = [0, 0, 1, 0];
        let additional_data = [&nonce[..], &size, &reserved_and_flags, &session_id.to_le_bytes()].concat();
        let mut ciphertext = plain.to_vec();
        let signature = self.seal(nonce, &additional_data, &mut ciphertext);
        [&transform::PROTOCOL_ID[..], &signature, &additional_data, &ciphertext].concat()
    }

    /// Opens the body of a transport PDU that starts with a transform header: the message or chain inside.
    ///
    /// Bytes after the announced ciphertext are ignored.
    ///
    /// # Errors
    /// [`DecryptError::Malformed`] without a whole transform header or ciphertext, [`DecryptError::Unauthentic`] when
    /// the key does not fit.
    pub fn decrypt(&self, pdu: &[u8]) -> Result<Vec<u8>, DecryptError> {
        if Protocol::of(pdu) != Some(Protocol::Encrypted) {
            let value = u64::from(wire::u32_at(pdu, 0, "ProtocolId")?);
            let expected = "not 0xFD 'SMB'";
            return Err(Malformed::BadValue { what: "ProtocolId", offset: 0, value, expected }.into());
        }
        let header = TransformHeader::parse(pdu)?;
        let length = header.original_message_size() as usize;
        let ciphertext = wire::slice(pdu, transform::LENGTH, length, "encrypted message")?;
        let additional_data = wire::array(pdu, TransformHeader::NONCE_OFFSET, "SMB2 TRANSFORM_HEADER")?;
        self.open(header.nonce(), &additional_data, header.signature(), ciphertext)
            .ok_or(DecryptError::Unauthentic { session_id: header.session_id() })
    }

    #[expect(clippy::expect_used, reason = "sealing fails only above the 16 MiB that a transport PDU can hold")]
    fn seal(&self, nonce: [u8; 16], additional_data: &[u8], plain: &mut [u8]) -> [u8; 16] {
        match &self.expanded {
            Expanded::Gcm(key) => {
                let tag = key.seal_in_place_separate_tag(gcm_nonce(nonce), Aad::from(additional_data), plain);
                tag.expect("a message of a transport PDU").as_ref().try_into().unwrap_or_default()
            }
            Expanded::Ccm128(key) => {
                let tag = key.encrypt_in_place_detached(&ccm_nonce(nonce), additional_data, plain);
                tag.expect("a message of a transport PDU").into()
            }
            Expanded::Ccm256(key) => {
                let tag = key.encrypt_in_place_detached(&ccm_nonce(nonce), additional_data, plain);
                tag.expect("a message of a transport PDU").into()
            }
        }
    }

    fn open(&self, nonce: [u8; 16], additional_data: &[u8; 32], tag: [u8; 16], ciphertext: &[u8]) -> Option<Vec<u8>> {
        let mut plain = ciphertext.to_vec();
        match &self.expanded {
            Expanded::Gcm(key) => {
                let additional_data = Aad::from(additional_data);
                key.open_separate_gather(gcm_nonce(nonce), additional_data, ciphertext, &tag, &mut plain).ok()?;
            }
            Expanded::Ccm128(key) => {
                key.decrypt_in_place_detached(&ccm_nonce(nonce), additional_data, &mut plain, &tag.into()).ok()?;
            }
            Expanded::Ccm256(key) => {
                key.decrypt_in_place_detached(&ccm_nonce(nonce), additional_data, &mut plain, &tag.into()).ok()?;
            }
        }
        Some(plain)
    }
}

impl fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CipherKey({:?})", self.cipher)
    }
}

impl PartialEq for CipherKey {
    fn eq(&self, other: &Self) -> bool {
        self.cipher == other.cipher && self.expose() == other.expose()
    }
}

impl Eq for CipherKey {}

fn gcm_nonce(field: [u8; 16]) -> Nonce {
    let [nonce @ .., _, _, _, _] = field;
    Nonce::assume_unique_for_key(nonce)
}

fn ccm_nonce(field: [u8; 16]) -> GenericArray<u8, U11> {
    let [nonce @ .., _, _, _, _, _] = field;
    GenericArray::from(nonce)
}
