//! The keyed functions of NTLMv2 (MS-NLMP 3.3.2, 6).

use crate::utf16;
use hmac::{Hmac, Mac};
use md4::{Digest, Md4};
use md5::Md5;
use rc4::consts::U16;
use rc4::{KeyInit, Rc4, StreamCipher};
use std::fmt;

/// The NT hash of a password, NTOWFv1: MD4 of its UTF-16LE form. As secret as the password.
#[derive(Clone, PartialEq, Eq)]
pub struct NtHash([u8; 16]);

impl NtHash {
    /// Hashes a password.
    pub fn from_password(password: &str) -> Self {
        Self(Md4::digest(utf16::from_str(password)).into())
    }

    /// Its bytes, which are also a Kerberos key (RFC 4757 2).
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// NTOWFv2, the ResponseKeyNT of `user` in `domain`.
    pub(super) fn response_key(&self, user: &str, domain: &str) -> [u8; 16] {
        let name: String = user.chars().map(upper_case).chain(domain.chars()).collect();
        hmac_md5(&self.0, &[&utf16::from_str(&name)])
    }
}

impl From<[u8; 16]> for NtHash {
    /// Takes a hash that was dumped from somewhere.
    fn from(hash: [u8; 16]) -> Self {
        Self(hash)
    }
}

impl fmt::Debug for NtHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NtHash")
    }
}

/// HMAC_MD5 over the concatenation of `parts`.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Hmac<Md5> as Mac>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// MD5 over the concatenation of `parts`.
pub(super) fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// RC4K: en- or decrypts `data` with a fresh key stream.
pub(super) fn rc4<const N: usize>(key: &[u8; 16], mut data: [u8; N]) -> [u8; N] {
    Rc4::<U16>::new(key.into()).apply_keystream(&mut data);
    data
}

/// Upper case as Windows has it: one character for one, so that `ß` stays.
fn upper_case(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}
