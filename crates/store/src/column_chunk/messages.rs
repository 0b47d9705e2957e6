//! A column of messages. Those that are stored as they are stay where they are in memory until they are written.
//! Pages are laid down as they are full, since they would take the memory of all messages again.

use super::chunk::{Page, Pages};
use super::dictionary::put_text;
use super::page::{Kind, PageHeader};
use crate::packed::PackedMessage;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::schema::types::ColumnDescPtr;

/// Bytes of messages at which a page ends, as other writers of Parquet have it.
const PAGE: usize = 1 << 20;

/// The pages so far, and the messages of the one that is not full.
pub(super) struct Messages {
    pages: Pages,
    /// Whether they are stored as they are.
    stored: bool,
    /// What comes before `bytes`, of messages that are stored.
    parts: Vec<Bytes>,
    /// Bytes of `parts`.
    length: usize,
    bytes: Vec<u8>,
}

impl Messages {
    /// None of `leaf`, to be stored with `compression`.
    pub(super) fn new(leaf: ColumnDescPtr, compression: Compression) -> Self {
        let stored = compression == Compression::UNCOMPRESSED;
        Self { pages: Pages::new(leaf, compression), stored, parts: Vec::new(), length: 0, bytes: Vec::new() }
    }

    /// The next row has `message`.
    pub(super) fn push(&mut self, message: PackedMessage<'_>) {
        match message {
            PackedMessage::Large(message) if self.stored => {
                let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
                self.bytes.extend_from_slice(&length.to_le_bytes());
                let before = Bytes::from(std::mem::take(&mut self.bytes));
                self.length = self.length.saturating_add(before.len()).saturating_add(message.len());
                self.parts.extend([before, message.clone()]);
            }
            PackedMessage::Large(message) => put_text(message, &mut self.bytes),
            PackedMessage::Small(message) => put_text(message, &mut self.bytes),
        }
    }

    /// Whether the page should end.
    pub(super) fn is_full(&self) -> bool {
        self.length.saturating_add(self.bytes.len()) >= PAGE
    }

    /// Lays down a page with these `levels`; it has so many values.
    pub(super) fn end_page(&mut self, mut levels: Vec<u8>, values: usize) {
        let (kind, encoding) = (Kind::Data, Encoding::PLAIN);
        let bytes = std::mem::take(&mut self.bytes);
        if self.parts.is_empty() {
            levels.extend_from_slice(&bytes);
            self.pages.push_page(Page { kind, values, encoding, body: levels });
            return;
        }
        let length = levels.len().saturating_add(self.length).saturating_add(bytes.len());
        let header = PageHeader { kind, values, encoding, length, stored: length };
        let parts = std::mem::take(&mut self.parts);
        self.pages.push(header, std::iter::once(levels.into()).chain(parts).chain([bytes.into()]));
        self.length = 0;
    }

    /// The pages.
    pub(super) fn into_pages(self) -> Pages {
        self.pages
    }
}
