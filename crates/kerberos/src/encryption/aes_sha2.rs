//! AES with HMAC-SHA2 (RFC 8009): encrypt, then authenticate.

use super::cts::{Aes, BLOCK};
use super::{DecryptError, KeyUsage};
use aws_lc_rs::{constant_time, hmac};

/// What tells the two types apart.
#[derive(Clone, Copy)]
pub(super) struct Profile {
    hash: hmac::Algorithm,
    /// Bytes of a base key and of Ke.
    key: usize,
    /// Bytes of Ki, of Kc and of a check.
    check: usize,
}

/// aes128-cts-hmac-sha256-128.
pub(super) const AES128_SHA256: Profile = Profile { hash: hmac::HMAC_SHA256, key: 16, check: 16 };
/// aes256-cts-hmac-sha384-192.
pub(super) const AES256_SHA384: Profile = Profile { hash: hmac::HMAC_SHA384, key: 32, check: 24 };

impl Profile {
    /// Encrypts confounder and data, and appends the check over the initial vector and the ciphertext.
    pub(super) fn encrypt(self, key: &[u8], usage: KeyUsage, confounder: &[u8; BLOCK], plain: &[u8]) -> Vec<u8> {
        let mut cipher = self.aes(key, usage).encrypt_cts(&[confounder, plain].concat());
        cipher.extend(self.check(key, usage, 0x55, &[&[0; BLOCK], &cipher]));
        cipher
    }

    /// Takes confounder and check off again.
    pub(super) fn decrypt(self, key: &[u8], usage: KeyUsage, cipher: &[u8]) -> Result<Vec<u8>, DecryptError> {
        let short = DecryptError::TooShort { length: cipher.len(), least: BLOCK.saturating_add(self.check) };
        let body = cipher.len().checked_sub(self.check).filter(|body| *body >= BLOCK);
        let (body, check) = body.and_then(|body| cipher.split_at_checked(body)).ok_or(short)?;
        let expected = self.check(key, usage, 0x55, &[&[0; BLOCK], body]);
        constant_time::verify_slices_are_equal(&expected, check).map_err(|_| DecryptError::Integrity)?;
        let mut plain = self.aes(key, usage).decrypt_cts(body);
        plain.drain(..BLOCK.min(plain.len()));
        Ok(plain)
    }

    /// hmac-sha256-128-aes128 or hmac-sha384-192-aes256.
    pub(super) fn checksum(self, key: &[u8], usage: KeyUsage, data: &[u8]) -> Vec<u8> {
        self.check(key, usage, 0x99, &[data])
    }

    /// The last step from a password to a key.
    pub(super) fn base_key(self, key: &[u8]) -> Vec<u8> {
        self.kdf(key, b"kerberos", self.key)
    }

    fn aes(self, key: &[u8], usage: KeyUsage) -> Aes {
        Aes::new(&self.kdf(key, &label(usage, 0xaa), self.key))
    }

    fn check(self, key: &[u8], usage: KeyUsage, kind: u8, parts: &[&[u8]]) -> Vec<u8> {
        let key = self.kdf(key, &label(usage, kind), self.check);
        let mut mac = hmac::Context::with_key(&hmac::Key::new(self.hash, &key));
        parts.iter().for_each(|part| mac.update(part));
        mac.sign().as_ref().iter().take(self.check).copied().collect()
    }

    /// KDF-HMAC-SHA2 without context, for a key of `length` bytes, which one block of the hash covers.
    fn kdf(self, key: &[u8], label: &[u8], length: usize) -> Vec<u8> {
        let mut mac = hmac::Context::with_key(&hmac::Key::new(self.hash, key));
        mac.update(&1u32.to_be_bytes());
        mac.update(label);
        mac.update(&[0]);
        mac.update(&((length as u32) << 3).to_be_bytes());
        mac.sign().as_ref().iter().take(length).copied().collect()
    }
}

/// The label of Ke (0xaa), Ki (0x55) or Kc (0x99) of a usage.
fn label(KeyUsage(usage): KeyUsage, kind: u8) -> [u8; 5] {
    let [a, b, c, d] = usage.to_be_bytes();
    [a, b, c, d, kind]
}
