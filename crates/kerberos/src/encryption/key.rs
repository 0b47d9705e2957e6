//! A key and what it does.

use super::{CONFOUNDER_LENGTH, DecryptError, EncryptionType, KeyUsage, aes_sha1, aes_sha2, rc4_hmac};
use aws_lc_rs::constant_time;
use std::fmt;

/// A key of a known type and of the length of that type. `Debug` shows the type, no more.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    pub(super) kind: EncryptionType,
    pub(super) bytes: Vec<u8>,
}

impl EncryptionKey {
    /// A key of `kind`; `None` when `bytes` are not as many as its keys have.
    pub fn new(kind: EncryptionType, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == kind.key_length()).then(|| Self { kind, bytes: bytes.to_vec() })
    }

    /// A key of `kind` out of 32 bytes of `entropy`, of which the first are taken.
    pub fn from_entropy(kind: EncryptionType, entropy: &[u8; 32]) -> Self {
        Self { kind, bytes: entropy.iter().take(kind.key_length()).copied().collect() }
    }

    /// Its encryption type.
    pub fn kind(&self) -> EncryptionType {
        self.kind
    }

    /// Its bytes, which are a secret.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Encrypts `plain` with a `confounder` of random bytes.
    pub fn encrypt(&self, usage: KeyUsage, confounder: &[u8; CONFOUNDER_LENGTH], plain: &[u8]) -> Vec<u8> {
        let key = self.as_bytes();
        match self.kind {
            EncryptionType::Aes128Sha1 | EncryptionType::Aes256Sha1 => aes_sha1::encrypt(key, usage, confounder, plain),
            EncryptionType::Aes128Sha256 => aes_sha2::AES128_SHA256.encrypt(key, usage, confounder, plain),
            EncryptionType::Aes256Sha384 => aes_sha2::AES256_SHA384.encrypt(key, usage, confounder, plain),
            EncryptionType::Rc4Hmac => rc4_hmac::encrypt(key, usage, confounder, plain),
        }
    }

    /// Opens what [`encrypt`](Self::encrypt) made.
    ///
    /// # Errors
    /// [`DecryptError`] when it was made with another key or for another usage, or has changed since.
    pub fn decrypt(&self, usage: KeyUsage, cipher: &[u8]) -> Result<Vec<u8>, DecryptError> {
        let key = self.as_bytes();
        match self.kind {
            EncryptionType::Aes128Sha1 | EncryptionType::Aes256Sha1 => aes_sha1::decrypt(key, usage, cipher),
            EncryptionType::Aes128Sha256 => aes_sha2::AES128_SHA256.decrypt(key, usage, cipher),
            EncryptionType::Aes256Sha384 => aes_sha2::AES256_SHA384.decrypt(key, usage, cipher),
            EncryptionType::Rc4Hmac => rc4_hmac::decrypt(key, usage, cipher),
        }
    }

    /// The keyed checksum over `data`, of the kind [`EncryptionType::checksum_type`].
    pub fn checksum(&self, usage: KeyUsage, data: &[u8]) -> Vec<u8> {
        let key = self.as_bytes();
        match self.kind {
            EncryptionType::Aes128Sha1 | EncryptionType::Aes256Sha1 => aes_sha1::checksum(key, usage, data),
            EncryptionType::Aes128Sha256 => aes_sha2::AES128_SHA256.checksum(key, usage, data),
            EncryptionType::Aes256Sha384 => aes_sha2::AES256_SHA384.checksum(key, usage, data),
            EncryptionType::Rc4Hmac => rc4_hmac::checksum(key, usage, data),
        }
    }

    /// Whether `checksum` is the one over `data`.
    pub fn verify_checksum(&self, usage: KeyUsage, data: &[u8], checksum: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.checksum(usage, data), checksum).is_ok()
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").field("kind", &self.kind).finish_non_exhaustive()
    }
}
