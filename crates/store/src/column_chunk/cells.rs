//! The values of a column that is none of numbers, taken row by row and laid down page by page.

use super::chunk::{ColumnChunk, Page, Pages};
use super::dictionary::Texts;
use super::levels::Levels;
use super::messages::{Messages, PageBuffers};
use super::page::Kind;
use crate::packed::{Cursor, Damaged, Form};
use parquet::basic::{Compression, Encoding};
use parquet::schema::types::ColumnDescPtr;

/// A column with a value a row, or none.
pub(super) struct Cells<'a> {
    leaf: ColumnDescPtr,
    levels: Levels,
    /// Row at which the page begins: a page of messages may begin in the middle of those of other columns.
    begins: usize,
    values: Values<'a>,
    /// Pages that are complete, but for those of messages.
    pages: Vec<Page>,
}

enum Values<'a> {
    Sixteen(Vec<u8>),
    Text(Texts<'a>),
    Message(Messages),
}

impl<'a> Cells<'a> {
    /// Without rows; `None` when values of this form are no cells. Takes its leaf of the schema.
    pub(super) fn new(
        form: Form,
        leaves: &mut impl Iterator<Item = ColumnDescPtr>,
        of_messages: Compression,
        buffers: &mut PageBuffers,
    ) -> Option<Self> {
        let leaf = leaves.next()?;
        let values = match form {
            Form::Sixteen => Values::Sixteen(Vec::new()),
            Form::Text => Values::Text(Texts::default()),
            Form::Message => Values::Message(Messages::new(leaf.clone(), of_messages, buffers)),
            _ => return None,
        };
        Some(Self { levels: Levels::new(&leaf), begins: 0, values, pages: Vec::new(), leaf })
    }

    /// Takes the value of the page's row `row`.
    #[inline]
    pub(super) fn take(&mut self, row: usize, cursor: &mut Cursor<'a>) -> Result<(), Damaged> {
        self.levels.set(row.saturating_sub(self.begins));
        match &mut self.values {
            Values::Sixteen(bytes) => bytes.extend_from_slice(&cursor.take::<16>()?),
            Values::Text(texts) => texts.push(cursor.text()?)?,
            Values::Message(messages) => {
                messages.push(cursor.message()?);
                if messages.is_full() {
                    return self.lay_down(row.saturating_add(1));
                }
            }
        }
        Ok(())
    }

    /// Ends the page, which has `rows` rows.
    pub(super) fn end_page(&mut self, rows: usize) -> Result<(), Damaged> {
        self.lay_down(rows)?;
        self.begins = 0;
        Ok(())
    }

    /// The chunk of its leaf.
    pub(super) fn finish(self, buffers: &mut PageBuffers) -> ColumnChunk {
        let Self { leaf, values, mut pages, .. } = self;
        let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
        match values {
            Values::Message(messages) => return ColumnChunk::new(messages.into_pages(buffers), encodings, None),
            Values::Sixteen(_) => {}
            Values::Text(texts) => {
                encodings.push(Encoding::RLE_DICTIONARY);
                pages.insert(0, texts.into_page());
            }
        }
        ColumnChunk::new(Pages::smaller(leaf, pages), encodings, None)
    }

    /// Lays down a page that ends before the row `end`.
    fn lay_down(&mut self, end: usize) -> Result<(), Damaged> {
        let rows = end.saturating_sub(self.begins);
        self.begins = end;
        if rows == 0 {
            return Ok(());
        }
        let mut body = Vec::new();
        self.levels.end_page(rows, &mut body)?;
        let encoding = match &mut self.values {
            Values::Sixteen(bytes) => {
                body.append(bytes);
                Encoding::PLAIN
            }
            Values::Text(texts) => texts.end_page(&mut body),
            Values::Message(messages) => {
                messages.end_page(&body, rows);
                return Ok(());
            }
        };
        self.pages.push(Page { kind: Kind::Data, values: rows, encoding, body });
        Ok(())
    }
}
