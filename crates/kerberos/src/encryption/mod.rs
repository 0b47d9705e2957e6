//! Encryption types (RFC 3961): encryption, checksums and keys from passwords.
//!
//! The types are those that Active Directory and MIT Kerberos use: AES with SHA-1 (RFC 3962), AES with SHA-2
//! (RFC 8009) and RC4-HMAC (RFC 4757). DES is left to the past.

mod aes_sha1;
mod aes_sha2;
mod checksum;
mod cts;
mod fold;
mod key;
mod rc4_hmac;
mod string_to_key;
mod usage;

pub(crate) use rc4_hmac::{checksum_with_salt, hmac_md5, rc4};

pub use checksum::ChecksumType;
pub use key::EncryptionKey;
pub use string_to_key::{MAX_ITERATIONS, StringToKeyError};
pub use usage::KeyUsage;

use std::fmt;

/// Bytes of a confounder, enough for every type; RC4-HMAC takes the first 8.
pub const CONFOUNDER_LENGTH: usize = 16;

/// An encryption type (etype) whose messages this crate can open and make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EncryptionType {
    /// 17, aes128-cts-hmac-sha1-96.
    Aes128Sha1,
    /// 18, aes256-cts-hmac-sha1-96.
    Aes256Sha1,
    /// 19, aes128-cts-hmac-sha256-128.
    Aes128Sha256,
    /// 20, aes256-cts-hmac-sha384-192.
    Aes256Sha384,
    /// 23, rc4-hmac.
    Rc4Hmac,
}

impl EncryptionType {
    /// Every type, the strongest first.
    pub const ALL: [Self; 5] =
        [Self::Aes256Sha384, Self::Aes128Sha256, Self::Aes256Sha1, Self::Aes128Sha1, Self::Rc4Hmac];

    /// The type of a number on the wire; `None` when it is not supported.
    pub fn from_wire(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.wire() == number)
    }

    /// Its number on the wire.
    pub fn wire(self) -> i32 {
        match self {
            Self::Aes128Sha1 => 17,
            Self::Aes256Sha1 => 18,
            Self::Aes128Sha256 => 19,
            Self::Aes256Sha384 => 20,
            Self::Rc4Hmac => 23,
        }
    }

    /// Bytes of a key.
    pub fn key_length(self) -> usize {
        match self {
            Self::Aes128Sha1 | Self::Aes128Sha256 | Self::Rc4Hmac => 16,
            Self::Aes256Sha1 | Self::Aes256Sha384 => 32,
        }
    }
}

impl fmt::Display for EncryptionType {
    /// Writes the name that IANA and MIT Kerberos use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128Sha1 => "aes128-cts-hmac-sha1-96",
            Self::Aes256Sha1 => "aes256-cts-hmac-sha1-96",
            Self::Aes128Sha256 => "aes128-cts-hmac-sha256-128",
            Self::Aes256Sha384 => "aes256-cts-hmac-sha384-192",
            Self::Rc4Hmac => "rc4-hmac",
        })
    }
}

/// Why a ciphertext could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// It is shorter than its confounder and integrity check.
    #[error("the ciphertext has {length} bytes, at least {least} are needed")]
    TooShort {
        /// Its length in bytes.
        length: usize,
        /// Bytes of the shortest one of its type.
        least: usize,
    },
    /// The integrity check fails: another key, another usage, or changed bytes.
    #[error("the integrity check fails")]
    Integrity,
}
