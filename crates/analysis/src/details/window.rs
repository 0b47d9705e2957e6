//! A range of a message, read by offsets from its start; places stay those in the message.

use smb2::wire;
use std::ops::Range;

/// A range of a message that a structure may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    bytes: &'a [u8],
    start: usize,
}

impl<'a> Window<'a> {
    /// The whole message.
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { bytes: message, start: 0 }
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn len(self) -> usize {
        self.bytes.len()
    }

    /// Where it lies in the message.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start.saturating_add(self.bytes.len())
    }

    /// The place in the message of `offset`.
    pub(super) fn place(self, offset: usize) -> usize {
        self.start.saturating_add(offset)
    }

    /// The `length` bytes at `offset`, if they are all there.
    pub(super) fn part(self, offset: usize, length: usize) -> Option<Self> {
        let bytes = self.bytes.get(offset..offset.checked_add(length)?)?;
        Some(Self { bytes, start: self.place(offset) })
    }

    /// What follows `offset`; nothing behind the end.
    pub(super) fn from(self, offset: usize) -> Self {
        let offset = offset.min(self.bytes.len());
        Self { bytes: self.bytes.get(offset..).unwrap_or_default(), start: self.place(offset) }
    }

    /// The first `length` bytes, or fewer.
    pub(super) fn first(self, length: usize) -> Self {
        Self { bytes: self.bytes.get(..length).unwrap_or(self.bytes), start: self.start }
    }

    pub(super) fn u8(self, offset: usize) -> Option<u8> {
        self.bytes.get(offset).copied()
    }

    pub(super) fn u16(self, offset: usize) -> Option<u16> {
        wire::u16_at(self.bytes, offset, "").ok()
    }

    pub(super) fn u32(self, offset: usize) -> Option<u32> {
        wire::u32_at(self.bytes, offset, "").ok()
    }

    /// The little-endian number of `width` bytes at `offset`, at most 8.
    pub(super) fn number(self, offset: usize, width: usize) -> Option<u64> {
        let found = self.part(offset, width)?.bytes;
        let mut wide = [0; 8];
        wide.get_mut(..width)?.copy_from_slice(found);
        Some(u64::from_le_bytes(wide))
    }
}
