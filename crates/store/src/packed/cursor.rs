//! Reading a packed row, value by value.

use super::Damaged;
use super::rows::{PRESENCE, Row, SHARED};
use bytes::Bytes;
use capture::Hole;

/// A place in a packed row.
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    large: &'a [Bytes],
}

/// A message of a packed row.
pub(crate) enum PackedMessage<'a> {
    /// It lies in the row.
    Small(&'a [u8]),
    /// It is shared.
    Large(&'a Bytes),
}

impl<'a> Cursor<'a> {
    /// The beginning of `row`.
    pub(crate) fn new(row: Row<'a>) -> Self {
        Self { rest: row.bytes, large: row.large }
    }

    /// A bit for each column: whether there is a value. It comes before the values.
    pub(crate) fn presence(&mut self) -> Result<[u8; PRESENCE], Damaged> {
        self.take()
    }

    /// A value of `N` bytes.
    #[inline]
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// A length, or a number that stands for a word.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<u32, Damaged> {
        self.take().map(u32::from_le_bytes)
    }

    /// The bytes of a text, with their length in front of them.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a [u8], Damaged> {
        let length = self.number()?;
        self.bytes(length)
    }

    /// A message.
    pub(crate) fn message(&mut self) -> Result<PackedMessage<'a>, Damaged> {
        let length = self.number()?;
        if (length as usize) < SHARED {
            return self.bytes(length).map(PackedMessage::Small);
        }
        let (message, rest) = self.large.split_first().ok_or(Damaged)?;
        self.large = rest;
        if message.len() == length as usize { Ok(PackedMessage::Large(message)) } else { Err(Damaged) }
    }

    /// A hole of a list.
    pub(crate) fn hole(&mut self) -> Result<Hole, Damaged> {
        Ok(Hole { offset: self.number()?, length: self.number()? })
    }

    /// Whether nothing is left of the row.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn bytes(&mut self, length: u32) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.rest.split_at_checked(length as usize).ok_or(Damaged)?;
        self.rest = rest;
        Ok(bytes)
    }
}
