//! What RFC 3962, RFC 8009 and RFC 4757 give as test vectors, and what the KDC's own tools make.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

mod aes_sha1;
mod aes_sha2;
mod mit;
mod rc4_hmac;

/// Bytes of hex digits; spaces say nothing.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
