//! Reading a packed row, value by value: its numbers, and beside them all others.

use super::Damaged;
use super::row_bytes::SHARED;
use super::rows::Row;
use bytes::Bytes;
use capture::Hole;

/// The numbers of a packed row.
pub(crate) struct PackedNumbers<'a> {
    /// A bit for each column of numbers, the lowest for the first: whether there is one.
    present: u64,
    /// Those that are left, and all that lies behind them.
    rest: &'a [u8],
    /// Bytes of what lies behind.
    behind: usize,
}

/// How a number is packed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Width {
    bytes: usize,
    mask: u64,
}

/// The values of a packed row that are no numbers.
pub(crate) struct Cursor<'a> {
    /// A bit for each column of such values, the lowest for the first: whether there is one.
    present: u32,
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

impl<'a> Row<'a> {
    /// Its numbers, and its other values.
    pub(crate) fn open(self) -> Result<(PackedNumbers<'a>, Cursor<'a>), Damaged> {
        let (numbers, rest) = self.bytes.split_first_chunk().ok_or(Damaged)?;
        let (others, rest) = rest.split_first_chunk().ok_or(Damaged)?;
        let (length, rest) = rest.split_first_chunk().ok_or(Damaged)?;
        let behind = rest.get(usize::from(u16::from_le_bytes(*length))..).ok_or(Damaged)?;
        Ok((
            PackedNumbers { present: u64::from_le_bytes(*numbers), rest, behind: behind.len() },
            Cursor { present: u32::from_le_bytes(*others), rest: behind, large: self.large },
        ))
    }
}

impl PackedNumbers<'_> {
    /// A bit for each column of numbers, the lowest for the first: whether there is one.
    pub(crate) fn present(&self) -> u64 {
        self.present
    }

    /// The next number.
    #[inline]
    pub(crate) fn take(&mut self, width: Width) -> Result<u64, Damaged> {
        let number = match self.rest.first_chunk() {
            // The bytes behind it are another value's.
            Some(bytes) => u64::from_le_bytes(*bytes) & width.mask,
            None => last(self.rest, width),
        };
        self.rest = self.rest.get(width.bytes..).ok_or(Damaged)?;
        Ok(number)
    }

    /// Whether none is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.len() == self.behind
    }
}

/// A number at the start of less than 8 bytes.
#[cold]
fn last(bytes: &[u8], width: Width) -> u64 {
    bytes.iter().take(width.bytes).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Width {
    /// Numbers of `bytes` bytes, 1 to 8.
    pub(super) const fn of(bytes: usize) -> Self {
        let others = u64::BITS.wrapping_sub((bytes as u32).wrapping_mul(8));
        Self { bytes, mask: u64::MAX.wrapping_shr(others) }
    }

    /// In bytes; 0 where there is no column.
    pub(crate) const fn bytes(self) -> usize {
        self.bytes
    }
}

impl<'a> Cursor<'a> {
    /// A bit for each column of values that are no numbers, the lowest for the first: whether there is one.
    pub(crate) fn present(&self) -> u32 {
        self.present
    }

    /// A value of `N` bytes.
    #[inline]
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// A length, or a number of a list.
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
