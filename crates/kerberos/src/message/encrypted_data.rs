//! EncryptedData (RFC 4120 5.2.9).

use crate::Malformed;
use crate::der::{Elements, integer, octet_string, optional, required, sequence};
use crate::encryption::{CONFOUNDER_LENGTH, DecryptError, EncryptionKey, KeyUsage};

/// A ciphertext, and which key opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedData {
    /// Encryption type on the wire, known or not.
    pub kind: i32,
    /// Version of the key.
    pub key_version: Option<u32>,
    /// The ciphertext.
    pub cipher: Vec<u8>,
}

impl EncryptedData {
    /// Encrypts `plain` with a `confounder` of random bytes.
    pub fn seal(
        key: &EncryptionKey,
        key_version: Option<u32>,
        usage: KeyUsage,
        confounder: &[u8; CONFOUNDER_LENGTH],
        plain: &[u8],
    ) -> Self {
        Self { kind: key.kind().wire(), key_version, cipher: key.encrypt(usage, confounder, plain) }
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`DecryptError`] when `key` is not the one, or of another type.
    pub fn open(&self, key: &EncryptionKey, usage: KeyUsage) -> Result<Vec<u8>, DecryptError> {
        if key.kind().wire() != self.kind {
            return Err(DecryptError::Integrity);
        }
        key.decrypt(usage, &self.cipher)
    }

    /// Reads it where it stands alone: the value of PA-ENC-TIMESTAMP.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        Self::read(Elements::new(der, "EncryptedData"))
    }

    pub(super) fn read(mut elements: Elements<'_>) -> Result<Self, Malformed> {
        let mut fields = elements.sequence()?;
        Ok(Self {
            kind: fields.required(0, "etype")?.int32()?,
            key_version: fields.optional(1, "kvno")?.map(Elements::uint32).transpose()?,
            cipher: fields.required(2, "cipher")?.octets()?.to_vec(),
        })
    }

    /// The ciphertext with what tells of its key, in DER: the value of PA-ENC-TIMESTAMP.
    pub fn to_der(&self) -> Vec<u8> {
        sequence(&[
            required(0, integer(self.kind)),
            optional(1, self.key_version.map(integer)),
            required(2, octet_string(&self.cipher)),
        ])
    }
}
