//! A column of messages. Those that are stored as they are stay where they are in memory until they are written.
//! Pages are laid down as they are full, since they would take the memory of all messages again.

use super::chunk::Pages;
use super::dictionary::put_text;
use super::page::{Kind, PageHeader};
use crate::packed::PackedMessage;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::schema::types::ColumnDescPtr;

/// Bytes of messages at which a page ends, as other writers of Parquet have it.
const PAGE: usize = 1 << 20;

/// Bytes in front of the messages of a page for its levels, so that the messages need not be moved: more than a bit for each row.
const ROOM: usize = 4 << 10;

/// Memory for messages of pages in the making, which a thread uses again for its next row group.
#[derive(Debug, Default)]
pub(crate) struct PageBuffers(Vec<Vec<u8>>);

/// The pages so far, and the messages of the one that is not full.
pub(super) struct Messages {
    pages: Pages,
    /// Whether they are stored as they are.
    stored: bool,
    /// What comes before `bytes`, of messages that are stored.
    parts: Vec<Bytes>,
    /// Bytes of `parts`.
    length: usize,
    /// Messages behind [`ROOM`] bytes.
    bytes: Vec<u8>,
}

impl Messages {
    /// None of `leaf`, to be stored with `compression`.
    pub(super) fn new(leaf: ColumnDescPtr, compression: Compression, buffers: &mut PageBuffers) -> Self {
        let stored = compression == Compression::UNCOMPRESSED;
        let mut bytes = buffers.0.pop().unwrap_or_default();
        bytes.resize(ROOM, 0);
        Self { pages: Pages::new(leaf, compression), stored, parts: Vec::new(), length: 0, bytes }
    }

    /// The next row has `message`.
    pub(super) fn push(&mut self, message: PackedMessage<'_>) {
        match message {
            PackedMessage::Large(message) if self.stored => {
                let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
                self.bytes.extend_from_slice(&length.to_le_bytes());
                let before = Bytes::copy_from_slice(self.bytes.get(ROOM..).unwrap_or_default());
                self.bytes.truncate(ROOM);
                self.length = self.length.saturating_add(before.len()).saturating_add(message.len());
                self.parts.extend([before, message.clone()]);
            }
            PackedMessage::Large(message) => put_text(message, &mut self.bytes),
            PackedMessage::Small(message) => put_text(message, &mut self.bytes),
        }
    }

    /// Whether the page should end.
    pub(super) fn is_full(&self) -> bool {
        self.length.saturating_add(self.bytes.len()) >= PAGE.saturating_add(ROOM)
    }

    /// Lays down a page with these `levels`; it has so many values.
    pub(super) fn end_page(&mut self, levels: &[u8], values: usize) {
        let (kind, encoding) = (Kind::Data, Encoding::PLAIN);
        if self.parts.is_empty() {
            let begins = ROOM.saturating_sub(levels.len());
            self.bytes.splice(begins..ROOM, levels.iter().copied());
            self.pages.push_body(kind, values, encoding, self.bytes.get(begins..).unwrap_or_default());
        } else {
            let rest = Bytes::copy_from_slice(self.bytes.get(ROOM..).unwrap_or_default());
            let length = levels.len().saturating_add(self.length).saturating_add(rest.len());
            let header = PageHeader { kind, values, encoding, length, stored: length };
            let parts = std::mem::take(&mut self.parts);
            let levels = Bytes::copy_from_slice(levels);
            self.pages.push(header, std::iter::once(levels).chain(parts).chain([rest]));
            self.length = 0;
        }
        self.bytes.truncate(ROOM);
        // A message may be much larger than a page: its memory is not worth keeping.
        self.bytes.shrink_to(PAGE.saturating_mul(2));
    }

    /// The pages.
    pub(super) fn into_pages(self, buffers: &mut PageBuffers) -> Pages {
        buffers.0.push(self.bytes);
        self.pages
    }
}
