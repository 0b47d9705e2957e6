//! A column of values that are no numbers.

use super::cells::Cells;
use super::chunk::ColumnChunk;
use super::lists::{Items, Lists};
use super::messages::PageBuffers;
use crate::packed::{Cursor, Damaged, Form};
use parquet::basic::Compression;
use parquet::schema::types::ColumnDescPtr;

/// Such a column in the making.
pub(super) enum Other<'a> {
    /// A value a row, or none.
    Cells(Box<Cells<'a>>),
    /// A list a row.
    Lists(Lists),
}

impl<'a> Other<'a> {
    /// Without rows; takes its leaves of the schema.
    pub(super) fn new(
        form: Form,
        leaves: &mut impl Iterator<Item = ColumnDescPtr>,
        of_messages: Compression,
        buffers: &mut PageBuffers,
    ) -> Option<Self> {
        match form {
            Form::Texts => Some(Self::Lists(Lists::new(Items::Texts, leaves))),
            Form::Holes => Some(Self::Lists(Lists::new(Items::Holes, leaves))),
            _ => Cells::new(form, leaves, of_messages, buffers).map(|cells| Self::Cells(Box::new(cells))),
        }
    }

    /// Takes the value of the page's row `row`.
    #[inline]
    pub(super) fn take(&mut self, row: usize, cursor: &mut Cursor<'a>) -> Result<(), Damaged> {
        match self {
            Self::Cells(cells) => cells.take(row, cursor),
            Self::Lists(lists) => lists.take(row, cursor),
        }
    }

    /// Ends the page, which has `rows` rows.
    pub(super) fn end_page(&mut self, rows: usize) -> Result<(), Damaged> {
        match self {
            Self::Cells(cells) => cells.end_page(rows),
            Self::Lists(lists) => {
                lists.end_page(rows);
                Ok(())
            }
        }
    }

    /// Appends the chunks of its leaves.
    pub(super) fn finish(self, chunks: &mut Vec<ColumnChunk>, buffers: &mut PageBuffers) {
        match self {
            Self::Cells(cells) => chunks.push(cells.finish(buffers)),
            Self::Lists(lists) => lists.finish(chunks),
        }
    }
}
