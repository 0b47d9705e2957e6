//! Packed rows, and where each is.

use super::pieces::{Pieces, Spare};
use super::row_bytes::RowBytes;
use crate::schema::pack;
use bytes::Bytes;
use dissect::Operation;

/// Packed rows, in any order, and where each is.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pieces: Pieces,
    /// Large messages, those of a row one after the other.
    large: Vec<Bytes>,
    /// Bytes of `large`.
    large_bytes: usize,
    index: Vec<Place>,
}

/// Where a row is.
#[derive(Clone, Copy, Debug)]
struct Place {
    op: u32,
    piece: u32,
    start: u32,
    length: u32,
    /// Index of its first large message.
    large: u32,
    /// How many there are.
    large_count: u32,
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

impl Rows {
    /// None yet. The memory of those that are done with comes from `spare`, and goes there.
    pub(crate) fn of(spare: Spare) -> Self {
        Self { pieces: Pieces::of(spare), ..Self::default() }
    }

    /// Takes all of them away.
    pub(crate) fn take(&mut self) -> Self {
        let pieces = self.pieces.anew();
        std::mem::replace(self, Self { pieces, ..Self::default() })
    }

    /// Packs `operation`.
    pub(crate) fn push(&mut self, operation: &Operation) {
        let first = self.large.len();
        let piece = self.pieces.with_room(RowBytes::room(operation));
        let start = piece.len();
        pack(operation, RowBytes::new(piece, &mut self.large));
        self.enter(operation.op, start, first);
    }

    /// Adds a packed row.
    pub(crate) fn push_row(&mut self, row: Row<'_>) {
        let first = self.large.len();
        let piece = self.pieces.with_room(row.bytes.len());
        let start = piece.len();
        piece.extend_from_slice(row.bytes);
        self.large.extend_from_slice(row.large);
        self.enter(row.op, start, first);
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// Bytes of the rows.
    pub(crate) fn weight(&self) -> usize {
        self.pieces.len().saturating_add(self.large_bytes).saturating_add(size_of_val(self.index.as_slice()))
    }

    /// The messages that are not copied.
    pub(crate) fn large_messages(&self) -> impl Iterator<Item = &[u8]> {
        self.large.iter().map(|message| &message[..])
    }

    /// Bytes of everything else.
    pub(crate) fn small_bytes(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes of memory that they take, with room for others.
    pub(crate) fn memory(&self) -> usize {
        let index = self.index.capacity().saturating_mul(size_of::<Place>());
        self.pieces.memory().saturating_add(self.large_bytes).saturating_add(index)
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
        let mut taken = self.take();
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

    /// Notes the row that lies from `start` to the end of the last piece.
    fn enter(&mut self, op: u32, start: usize, large: usize) {
        let added = self.large.iter().skip(large).map(Bytes::len).fold(0, usize::saturating_add);
        self.large_bytes = self.large_bytes.saturating_add(added);
        let (piece, end) = self.pieces.end();
        // A piece is far below 4 GiB, and so is a row; what is wrong by more comes out as damaged.
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.index.push(Place {
            op,
            piece: short(piece),
            start: short(start),
            length: short(end.saturating_sub(start)),
            large: short(large),
            large_count: short(self.large.len().saturating_sub(large)),
        });
    }

    fn row(&self, place: &Place) -> Row<'_> {
        let Place { op, piece, start, length, large, large_count } = *place;
        let within = |start: u32, length: u32| start as usize..(start as usize).saturating_add(length as usize);
        Row {
            op,
            bytes: self.pieces.get(piece as usize).get(within(start, length)).unwrap_or_default(),
            large: self.large.get(within(large, large_count)).unwrap_or_default(),
        }
    }

    fn weight_of(&self, place: &Place) -> usize {
        let row = self.row(place);
        let large = row.large.iter().map(Bytes::len).fold(0, usize::saturating_add);
        row.bytes.len().saturating_add(large).saturating_add(size_of::<Place>())
    }
}
