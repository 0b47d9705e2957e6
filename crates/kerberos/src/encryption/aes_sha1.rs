//! AES with HMAC-SHA1-96 (RFC 3962): the simplified profile of RFC 3961 5.3.

use super::cts::{Aes, BLOCK};
use super::fold::n_fold;
use super::{DecryptError, KeyUsage};
use aws_lc_rs::{constant_time, hmac};

/// Bytes of the integrity check.
const CHECK: usize = 12;

/// Encrypts confounder and data, and appends the check over both.
pub(super) fn encrypt(key: &[u8], usage: KeyUsage, confounder: &[u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    let plain = [confounder, plain].concat();
    let mut cipher = Aes::new(&derived(key, usage, 0xaa)).encrypt_cts(&plain);
    cipher.extend(hmac_sha1_96(&derived(key, usage, 0x55), &plain));
    cipher
}

/// Takes confounder and check off again.
pub(super) fn decrypt(key: &[u8], usage: KeyUsage, cipher: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let short = DecryptError::TooShort { length: cipher.len(), least: BLOCK + CHECK };
    let (body, check) = cipher.split_last_chunk::<CHECK>().filter(|(body, _)| body.len() >= BLOCK).ok_or(short)?;
    let mut plain = Aes::new(&derived(key, usage, 0xaa)).decrypt_cts(body);
    let expected = hmac_sha1_96(&derived(key, usage, 0x55), &plain);
    constant_time::verify_slices_are_equal(&expected, check).map_err(|_| DecryptError::Integrity)?;
    plain.drain(..BLOCK.min(plain.len()));
    Ok(plain)
}

/// hmac-sha1-96-aes128 or -aes256, 12 bytes.
pub(super) fn checksum(key: &[u8], usage: KeyUsage, data: &[u8]) -> Vec<u8> {
    hmac_sha1_96(&derived(key, usage, 0x99), data)
}

/// DK(key, constant): as many blocks of the folded constant, encrypted one out of the other, as the key is long.
pub(super) fn derive_key(key: &[u8], constant: &[u8]) -> Vec<u8> {
    let aes = Aes::new(key);
    let mut block = n_fold::<BLOCK>(constant);
    let mut derived = Vec::with_capacity(key.len());
    while derived.len() < key.len() {
        block = aes.encrypt_block(block);
        derived.extend(block);
    }
    derived
}

/// Ke (0xaa), Ki (0x55) or Kc (0x99) of a usage.
fn derived(key: &[u8], KeyUsage(usage): KeyUsage, kind: u8) -> Vec<u8> {
    let [a, b, c, d] = usage.to_be_bytes();
    derive_key(key, &[a, b, c, d, kind])
}

fn hmac_sha1_96(key: &[u8], data: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, data).as_ref().iter().take(CHECK).copied().collect()
}
