//! RC4-HMAC (RFC 4757), with a key that is the NT hash of a password.

use super::{CONFOUNDER_LENGTH, DecryptError, KeyUsage};
use aws_lc_rs::constant_time;
use hmac::{Hmac, Mac};
use md4::{Digest, Md4};
use md5::Md5;
use rc4::consts::U16;
use rc4::{KeyInit, Rc4, StreamCipher};

const CONFOUNDER: usize = 8;
const CHECK: usize = 16;

/// Encrypts confounder and data behind the check over both.
pub(super) fn encrypt(key: &[u8], usage: KeyUsage, confounder: &[u8; CONFOUNDER_LENGTH], plain: &[u8]) -> Vec<u8> {
    let key = hmac_md5(key, &[&usage.of_rc4().to_le_bytes()]);
    let mut body: Vec<u8> = confounder.iter().take(CONFOUNDER).chain(plain).copied().collect();
    let check = hmac_md5(&key, &[&body]);
    rc4(&hmac_md5(&key, &[&check]), &mut body);
    [&check, &body[..]].concat()
}

/// Takes check and confounder off again.
pub(super) fn decrypt(key: &[u8], usage: KeyUsage, cipher: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let short = DecryptError::TooShort { length: cipher.len(), least: CHECK + CONFOUNDER };
    let (check, body) =
        cipher.split_first_chunk::<CHECK>().filter(|(_, body)| body.len() >= CONFOUNDER).ok_or(short)?;
    let key = hmac_md5(key, &[&usage.of_rc4().to_le_bytes()]);
    let mut body = body.to_vec();
    rc4(&hmac_md5(&key, &[check]), &mut body);
    let expected = hmac_md5(&key, &[&body]);
    constant_time::verify_slices_are_equal(&expected, check).map_err(|_| DecryptError::Integrity)?;
    body.drain(..CONFOUNDER.min(body.len()));
    Ok(body)
}

/// HMAC-MD5 checksum, 16 bytes.
pub(super) fn checksum(key: &[u8], usage: KeyUsage, data: &[u8]) -> Vec<u8> {
    checksum_with_salt(key, usage.of_rc4(), &[data]).to_vec()
}

/// The same for a salt that is not the number of a usage (RFC 4757 7.2).
pub(crate) fn checksum_with_salt(key: &[u8], salt: u32, parts: &[&[u8]]) -> [u8; CHECK] {
    let mut hash = Md5::new();
    hash.update(salt.to_le_bytes());
    parts.iter().for_each(|part| hash.update(part));
    let key = hmac_md5(key, &[b"signaturekey\0"]);
    hmac_md5(&key, &[hash.finalize().as_slice()])
}

/// The NT hash of a password.
pub(super) fn key_of_password(password: &str) -> [u8; 16] {
    let utf16: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Md4::digest(utf16).into()
}

/// HMAC_MD5 over the concatenation of `parts`.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(crate) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Hmac<Md5> as Mac>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// En- or decrypts `data` with a fresh key stream.
pub(crate) fn rc4(key: &[u8; 16], data: &mut [u8]) {
    Rc4::<U16>::new(key.into()).apply_keystream(data);
}
