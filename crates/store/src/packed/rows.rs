//! Rows in one piece of memory.

use crate::schema::{COLUMNS, pack};
use bytes::Bytes;
use dissect::Operation;

/// Messages from this length on are not copied but shared, bytes: below, the bookkeeping costs more than a copy.
pub(super) const SHARED: usize = 4 << 10;
/// Bytes at the start of a row with a bit for each column: whether there is a value.
pub(super) const PRESENCE: usize = COLUMNS.len().div_ceil(8);

/// Packed rows, in any order, and where each is.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(super) bytes: Vec<u8>,
    /// Large messages, those of a row one after the other.
    pub(super) large: Vec<Bytes>,
    /// Bytes of `large`.
    large_bytes: usize,
    pub(super) index: Vec<Place>,
}

/// Where a row is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) op: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of its first large message.
    pub(super) large: usize,
    /// How many there are.
    pub(super) large_count: usize,
}

/// A row, packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// Its number.
    pub(crate) op: u32,
    /// Its values.
    pub(crate) bytes: &'a [u8],
    /// Its large messages in the order of their columns.
    pub(crate) large: &'a [Bytes],
}

/// Which columns of a row have a value.
#[derive(Default)]
pub(crate) struct Presence {
    bytes: [u8; PRESENCE],
    columns: usize,
}

impl Presence {
    /// Notes whether the next column has a value.
    #[inline]
    pub(crate) fn push(&mut self, is_there: bool) {
        if let Some(byte) = self.bytes.get_mut(self.columns / 8) {
            *byte |= u8::from(is_there) << (self.columns % 8);
        }
        self.columns = self.columns.saturating_add(1);
    }
}

/// The row that is being packed.
pub(crate) struct RowBytes<'a> {
    bytes: &'a mut Vec<u8>,
    large: &'a mut Vec<Bytes>,
}

impl Rows {
    /// Packs `operation`.
    pub(crate) fn push(&mut self, operation: &Operation) {
        let (start, first) = (self.bytes.len(), self.large.len());
        let mut row = RowBytes { bytes: &mut self.bytes, large: &mut self.large };
        row.put(&[0; PRESENCE]);
        let presence = pack(operation, &mut row);
        if let Some(place) = self.bytes.get_mut(start..start.saturating_add(PRESENCE)) {
            place.copy_from_slice(&presence.bytes);
        }
        self.enter(operation.op, start, first);
    }

    /// Adds a packed row.
    pub(crate) fn push_row(&mut self, row: Row<'_>) {
        let (start, first) = (self.bytes.len(), self.large.len());
        self.bytes.extend_from_slice(row.bytes);
        self.large.extend_from_slice(row.large);
        self.enter(row.op, start, first);
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// Bytes of the rows.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len().saturating_add(self.large_bytes).saturating_add(size_of_val(self.index.as_slice()))
    }

    /// The messages that are not copied.
    pub(crate) fn large_messages(&self) -> impl Iterator<Item = &[u8]> {
        self.large.iter().map(|message| &message[..])
    }

    /// Bytes of everything else.
    pub(crate) fn small_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of memory that they take, with room for others.
    pub(crate) fn memory(&self) -> usize {
        let index = self.index.capacity().saturating_mul(size_of::<Place>());
        self.bytes.capacity().saturating_add(self.large_bytes).saturating_add(index)
    }

    /// Puts the rows in the order of their numbers.
    pub(crate) fn sort(&mut self) {
        self.index.sort_unstable_by_key(|place| place.op);
    }

    /// The rows in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.index.iter().map(|place| self.row(place))
    }

    /// The row with the index `row`.
    pub(crate) fn get(&self, row: usize) -> Option<Row<'_>> {
        self.index.get(row).map(|place| self.row(place))
    }

    /// Takes the rows whose number is below `op` away, in the order of their numbers; what is left comes to stay.
    pub(crate) fn take_below(&mut self, op: u32) -> Self {
        self.sort();
        let below = self.index.partition_point(|place| place.op < op);
        let mut taken = std::mem::take(self);
        let left = taken.index.split_off(below);
        for place in &left {
            self.push_row(taken.row(place));
        }
        taken.large_bytes = taken.large_bytes.saturating_sub(self.large_bytes);
        taken
    }

    /// Bytes of the rows whose number is below `op`.
    pub(crate) fn weight_below(&self, op: u32) -> usize {
        let below = self.index.iter().filter(|place| place.op < op);
        below.map(|place| self.weight_of(place)).fold(0, usize::saturating_add)
    }

    fn enter(&mut self, op: u32, start: usize, large: usize) {
        let large_count = self.large.len().saturating_sub(large);
        let added = self.large.iter().skip(large).map(Bytes::len).fold(0, usize::saturating_add);
        self.large_bytes = self.large_bytes.saturating_add(added);
        self.index.push(Place { op, start, end: self.bytes.len(), large, large_count });
    }

    fn row(&self, place: &Place) -> Row<'_> {
        let Place { op, start, end, large, large_count } = *place;
        Row {
            op,
            bytes: self.bytes.get(start..end).unwrap_or_default(),
            large: self.large.get(large..large.saturating_add(large_count)).unwrap_or_default(),
        }
    }

    fn weight_of(&self, place: &Place) -> usize {
        let row = self.row(place);
        let large = row.large.iter().map(Bytes::len).fold(0, usize::saturating_add);
        row.bytes.len().saturating_add(large).saturating_add(size_of::<Place>())
    }
}

impl RowBytes<'_> {
    /// Appends bytes whose number is known from their column.
    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length. What is longer than 4 GiB does not come from a capture, whose PDUs are below 16 MiB.
    pub(crate) fn length(&mut self, length: usize) {
        self.put(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    /// Appends a number that stands for a word.
    #[inline]
    pub(crate) fn word(&mut self, code: u32) {
        self.put(&code.to_le_bytes());
    }

    /// Appends a text with its length.
    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.put(text.as_bytes());
    }

    /// Appends a message with its length; of a large one only the length, the message being shared.
    pub(crate) fn message(&mut self, message: &Bytes) {
        self.length(message.len());
        if message.len() < SHARED {
            self.put(message);
        } else {
            self.large.push(message.clone());
        }
    }
}
