//! From a password to a key (RFC 3962 4, RFC 8009 4, RFC 4757 2).

use super::{EncryptionKey, EncryptionType, aes_sha1, aes_sha2, rc4_hmac};
use aws_lc_rs::pbkdf2;
use std::num::NonZeroU32;

/// Iterations of PBKDF2 that are still done: more cost seconds, and a stranger may name the number.
pub const MAX_ITERATIONS: u32 = 1 << 20;

/// Why a password leads to no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StringToKeyError {
    /// The parameters are not four bytes.
    #[error("the parameters of the key have {length} bytes, expected 4")]
    Parameters {
        /// Their length in bytes.
        length: usize,
    },
    /// Zero iterations, which means 2^32, or more than [`MAX_ITERATIONS`].
    #[error("{iterations} iterations are not between 1 and {MAX_ITERATIONS}")]
    Iterations {
        /// The number named.
        iterations: u32,
    },
}

impl EncryptionKey {
    /// The key of `password`.
    ///
    /// The `salt` is that of the KDC, or realm and principal one after the other; RC4-HMAC has none. `parameters`
    /// (s2kparams) are four bytes, the number of iterations, or `None` for the type's own: 4096 with SHA-1, 32768
    /// with SHA-2.
    ///
    /// # Errors
    /// [`StringToKeyError`] when the parameters cannot be used.
    pub fn from_password(
        kind: EncryptionType,
        password: &str,
        salt: &[u8],
        parameters: Option<&[u8]>,
    ) -> Result<Self, StringToKeyError> {
        let bytes = match kind {
            EncryptionType::Rc4Hmac => rc4_hmac::key_of_password(password).to_vec(),
            EncryptionType::Aes128Sha1 | EncryptionType::Aes256Sha1 => {
                let iterations = iterations(parameters, 4096)?;
                let key = stretched(pbkdf2::PBKDF2_HMAC_SHA1, iterations, salt, password, kind.key_length());
                aes_sha1::derive_key(&key, b"kerberos")
            }
            EncryptionType::Aes128Sha256 => {
                let iterations = iterations(parameters, 32768)?;
                let salt = [kind.to_string().as_bytes(), &[0], salt].concat();
                let key = stretched(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password, kind.key_length());
                aes_sha2::AES128_SHA256.base_key(&key)
            }
            EncryptionType::Aes256Sha384 => {
                let iterations = iterations(parameters, 32768)?;
                let salt = [kind.to_string().as_bytes(), &[0], salt].concat();
                let key = stretched(pbkdf2::PBKDF2_HMAC_SHA384, iterations, &salt, password, kind.key_length());
                aes_sha2::AES256_SHA384.base_key(&key)
            }
        };
        Ok(Self { kind, bytes })
    }
}

fn iterations(parameters: Option<&[u8]>, usual: u32) -> Result<NonZeroU32, StringToKeyError> {
    let iterations = match parameters {
        None => usual,
        Some(bytes) => {
            let bytes = bytes.try_into().map_err(|_| StringToKeyError::Parameters { length: bytes.len() })?;
            u32::from_be_bytes(bytes)
        }
    };
    NonZeroU32::new(iterations)
        .filter(|iterations| iterations.get() <= MAX_ITERATIONS)
        .ok_or(StringToKeyError::Iterations { iterations })
}

fn stretched(
    algorithm: pbkdf2::Algorithm,
    iterations: NonZeroU32,
    salt: &[u8],
    password: &str,
    length: usize,
) -> Vec<u8> {
    let mut key = vec![0; length];
    pbkdf2::derive(algorithm, iterations, salt, password.as_bytes(), &mut key);
    key
}
