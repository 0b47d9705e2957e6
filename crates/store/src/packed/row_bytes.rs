//! A row that is being packed.

use super::field::Field;
use crate::schema::COLUMNS;
use bytes::Bytes;
use dissect::Operation;

/// Messages from this length on are not copied but shared, bytes: below, the bookkeeping costs more than a copy.
pub(super) const SHARED: usize = 4 << 10;
/// Bytes of a row in front of its numbers: a bit for each column of numbers, one for each other column, and the length of the
/// numbers.
pub(crate) const HEAD: usize = size_of::<u64>() + size_of::<u32>() + size_of::<u16>();
/// Bytes that are enough for all numbers of a row, with the head in front of them.
const NUMBERS: usize = HEAD + 8 * (COLUMNS.len() + 1);
/// Bytes that most rows take less than, without messages.
const USUAL: usize = 1 << 10;

/// The row that is being packed: which columns have a value, the length of the numbers, the numbers, and the other values.
pub(crate) struct RowBytes<'a> {
    bytes: &'a mut Vec<u8>,
    large: &'a mut Vec<Bytes>,
    /// Where it begins in `bytes`.
    start: usize,
}

/// The head of a row, and its numbers.
pub(crate) struct Head {
    /// The numbers, behind a place for what is said before them.
    bytes: [u8; NUMBERS],
    /// Where the numbers end.
    end: usize,
    present: u64,
    column: u32,
}

/// Which of the other columns have a value.
#[derive(Default)]
pub(crate) struct Others {
    present: u32,
    column: u32,
}

impl Head {
    /// Without numbers.
    pub(crate) fn new() -> Self {
        Self { bytes: [0; NUMBERS], end: HEAD, present: 0, column: 0 }
    }

    /// Takes the field of the next column, unless it is none of numbers.
    #[inline(always)]
    pub(crate) fn put<T: Field>(&mut self, field: &T) {
        let Some(width) = T::FORM.width() else { return };
        let number = field.number();
        // Always written, and kept by going on behind it: there is nothing to decide.
        if let Some(place) = self.bytes.get_mut(self.end..).and_then(|rest| rest.first_chunk_mut()) {
            *place = number.unwrap_or(0).to_le_bytes();
        }
        self.end = self.end.wrapping_add(if number.is_some() { width.bytes() } else { 0 });
        self.present |= u64::from(number.is_some()).wrapping_shl(self.column);
        self.column = self.column.wrapping_add(1);
    }
}

impl Others {
    /// Takes the field of the next column to `row`, unless it is one of numbers.
    #[inline(always)]
    pub(crate) fn put<T: Field>(&mut self, field: &T, row: &mut RowBytes<'_>) {
        if T::FORM.width().is_none() {
            self.present |= u32::from(field.pack(row)).wrapping_shl(self.column);
            self.column = self.column.wrapping_add(1);
        }
    }
}

impl<'a> RowBytes<'a> {
    /// A row behind the others in `bytes`; its large messages go to `large`.
    pub(super) fn new(bytes: &'a mut Vec<u8>, large: &'a mut Vec<Bytes>) -> Self {
        let start = bytes.len();
        Self { bytes, large, start }
    }

    /// Bytes that a row with this operation will take, unless its texts are long.
    pub(super) fn room(operation: &Operation) -> usize {
        let messages = [&operation.request, &operation.response, &operation.interim].into_iter().flatten();
        let copied = messages.map(Bytes::len).filter(|length| *length < SHARED);
        copied.fold(USUAL, usize::saturating_add)
    }

    /// Begins the row; the other columns come next.
    pub(crate) fn begin(&mut self, head: &Head) {
        self.bytes.extend_from_slice(head.bytes.get(..head.end).unwrap_or(&head.bytes));
    }

    /// Ends the row.
    pub(crate) fn end(self, head: &Head, others: &Others) {
        let length = u16::try_from(head.end.saturating_sub(HEAD)).unwrap_or(u16::MAX);
        let mut begins = [0; HEAD];
        let parts = [&head.present.to_le_bytes()[..], &others.present.to_le_bytes(), &length.to_le_bytes()];
        begins.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        if let Some(place) = self.bytes.get_mut(self.start..).and_then(|row| row.first_chunk_mut()) {
            *place = begins;
        }
    }

    /// Appends bytes whose number is known from their column.
    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length. What is longer than 4 GiB does not come from a capture, whose PDUs are below 16 MiB.
    #[inline]
    pub(super) fn length(&mut self, length: usize) {
        self.put(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    /// Appends a text with its length.
    #[inline]
    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.put(text.as_bytes());
    }

    /// Appends a message with its length; of a large one only the length, the message being shared.
    pub(super) fn message(&mut self, message: &Bytes) {
        self.length(message.len());
        if message.len() < SHARED {
            self.put(message);
        } else {
            self.large.push(message.clone());
        }
    }
}
