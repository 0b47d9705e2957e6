//! Columns of lists. Most lists are empty.

use super::chunk::{ColumnChunk, Page, Pages};
use super::dictionary::{put_text, valid};
use super::hybrid::put_values;
use super::page::Kind;
use crate::packed::{Cursor, Damaged};
use parquet::basic::Encoding;
use parquet::schema::types::ColumnDescPtr;

/// Definition level of an empty list; an item has the greatest.
const EMPTY: u32 = 1;

/// The lists of a column.
pub(super) struct Lists {
    kind: Items,
    leaves: Vec<Leaf>,
    /// For each item, and each empty list, whether it goes on with the list before it (1).
    repetition: Vec<u32>,
    definition: Vec<u32>,
    /// Rows of the page so far.
    rows: usize,
}

/// What the items are.
#[derive(Clone, Copy)]
pub(super) enum Items {
    /// Texts.
    Texts,
    /// Holes: offsets and lengths.
    Holes,
}

/// A leaf of the schema.
struct Leaf {
    of: ColumnDescPtr,
    values: Vec<u8>,
    pages: Vec<Page>,
}

impl Lists {
    /// Without rows; takes as many of the leaves as it has.
    pub(super) fn new(kind: Items, leaves: &mut impl Iterator<Item = ColumnDescPtr>) -> Self {
        let count = match kind {
            Items::Texts => 1,
            Items::Holes => 2,
        };
        let leaves = leaves.take(count).map(|of| Leaf { of, values: Vec::new(), pages: Vec::new() }).collect();
        Self { kind, leaves, repetition: Vec::new(), definition: Vec::new(), rows: 0 }
    }

    /// Takes the list of the page's row `row`.
    pub(super) fn take(&mut self, row: usize, cursor: &mut Cursor<'_>) -> Result<(), Damaged> {
        self.fill(row);
        self.rows = row.saturating_add(1);
        let count = cursor.number()?;
        if count == 0 {
            self.level(0, EMPTY);
        }
        let present =
            self.leaves.first().and_then(|leaf| u32::try_from(leaf.of.max_def_level()).ok()).ok_or(Damaged)?;
        for item in 0..count {
            self.level(item.min(1), present);
            match (self.kind, self.leaves.as_mut_slice()) {
                (Items::Texts, [texts]) => put_text(valid(cursor.text()?)?, &mut texts.values),
                (Items::Holes, [offsets, lengths]) => {
                    let hole = cursor.hole()?;
                    offsets.values.extend_from_slice(&hole.offset.to_le_bytes());
                    lengths.values.extend_from_slice(&hole.length.to_le_bytes());
                }
                _ => return Err(Damaged),
            }
        }
        Ok(())
    }

    /// Ends the page, which has so many rows.
    pub(super) fn end_page(&mut self, rows: usize) {
        self.fill(rows);
        if rows == 0 {
            return;
        }
        for leaf in &mut self.leaves {
            let mut body = Vec::new();
            put_levels(&self.repetition, u32::from(leaf.of.max_rep_level().unsigned_abs()), &mut body);
            put_levels(&self.definition, u32::from(leaf.of.max_def_level().unsigned_abs()), &mut body);
            body.append(&mut leaf.values);
            let (kind, values) = (Kind::Data, self.definition.len());
            leaf.pages.push(Page { kind, values, encoding: Encoding::PLAIN, body });
        }
        self.repetition.clear();
        self.definition.clear();
        self.rows = 0;
    }

    /// The chunks of its leaves.
    pub(super) fn finish(self, chunks: &mut Vec<ColumnChunk>) {
        chunks.extend(self.leaves.into_iter().map(|leaf| {
            let pages = Pages::smaller(leaf.of, leaf.pages);
            ColumnChunk::new(pages, vec![Encoding::PLAIN, Encoding::RLE], None)
        }));
    }

    /// Puts the empty lists in that come before `row`.
    fn fill(&mut self, row: usize) {
        let missing = row.saturating_sub(self.rows);
        self.repetition.extend(std::iter::repeat_n(0, missing));
        self.definition.extend(std::iter::repeat_n(EMPTY, missing));
    }

    fn level(&mut self, repetition: u32, definition: u32) {
        self.repetition.push(repetition);
        self.definition.push(definition);
    }
}

/// Appends levels with their length, in as many bits as the greatest needs.
fn put_levels(levels: &[u32], greatest: u32, page: &mut Vec<u8>) {
    let mut encoded = Vec::new();
    put_values(levels, u32::BITS.saturating_sub(greatest.leading_zeros()).max(1), &mut encoded);
    put_text(&encoded, page);
}
