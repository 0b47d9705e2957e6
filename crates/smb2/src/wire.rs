//! Bounds-checked little-endian access to the bytes of a message.

use crate::Malformed;
use std::ops::Range;

/// The `N` bytes at `offset`.
///
/// # Errors
/// [`Malformed::TooShort`] naming `what` when they are not all there.
pub fn array<const N: usize>(message: &[u8], offset: usize, what: &'static str) -> Result<[u8; N], Malformed> {
    offset
        .checked_add(N)
        .and_then(|end| message.get(offset..end))
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Malformed::TooShort { what, offset, need: N, have: message.len() })
}

/// The byte at `offset`.
///
/// # Errors
/// [`Malformed::TooShort`] when the message ends before it.
pub fn u8_at(message: &[u8], offset: usize, what: &'static str) -> Result<u8, Malformed> {
    array::<1>(message, offset, what).map(|[byte]| byte)
}

/// The little-endian 16-bit integer at `offset`.
///
/// # Errors
/// [`Malformed::TooShort`] when the message ends before it does.
pub fn u16_at(message: &[u8], offset: usize, what: &'static str) -> Result<u16, Malformed> {
    array(message, offset, what).map(u16::from_le_bytes)
}

/// The little-endian 32-bit integer at `offset`.
///
/// # Errors
/// [`Malformed::TooShort`] when the message ends before it does.
pub fn u32_at(message: &[u8], offset: usize, what: &'static str) -> Result<u32, Malformed> {
    array(message, offset, what).map(u32::from_le_bytes)
}

/// The little-endian 64-bit integer at `offset`.
///
/// # Errors
/// [`Malformed::TooShort`] when the message ends before it does.
pub fn u64_at(message: &[u8], offset: usize, what: &'static str) -> Result<u64, Malformed> {
    array(message, offset, what).map(u64::from_le_bytes)
}

/// The `length` bytes at `offset`; an empty slice for a zero length, wherever `offset` points.
///
/// # Errors
/// [`Malformed::TooShort`] when they are not all inside the message.
pub fn slice<'a>(message: &'a [u8], offset: usize, length: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
    if length == 0 {
        return Ok(&[]);
    }
    offset.checked_add(length).and_then(|end| message.get(offset..end)).ok_or(Malformed::TooShort {
        what,
        offset,
        need: length,
        have: message.len(),
    })
}

/// The range of the `length` bytes at `offset`; for a zero length an empty range, at `offset` or at the message's end if
/// that comes first.
///
/// # Errors
/// [`Malformed::TooShort`] when they are not all inside the message.
pub fn range(message: &[u8], offset: usize, length: usize, what: &'static str) -> Result<Range<usize>, Malformed> {
    slice(message, offset, length, what)?;
    let start = offset.min(message.len());
    Ok(start..start.saturating_add(length))
}
