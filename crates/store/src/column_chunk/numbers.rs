//! Columns of numbers, and of what numbers stand for. Their values come block by block.

use super::block::Slot;
use super::chunk::{ColumnChunk, Page, Pages};
use super::delta::Delta;
use super::dictionary::Words;
use super::levels::{Levels, set_bit};
use super::page::Kind;
use crate::packed::{Damaged, Form};
use parquet::basic::Encoding;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// A column of numbers in the making.
pub(super) struct Numbers {
    leaf: ColumnDescPtr,
    levels: Levels,
    values: Values,
    /// Pages that are complete.
    pages: Vec<Page>,
}

/// The values of the page so far.
enum Values {
    Bool { bits: Vec<u8>, count: usize },
    Number(Box<Delta>, Option<Range>),
    Word(Words),
}

/// The least and the greatest number, in the order of the column's type.
struct Range {
    order: Order,
    bounds: Option<(i64, i64)>,
}

/// How numbers of a type are ordered.
#[derive(Clone, Copy)]
enum Order {
    Unsigned32,
    Unsigned64,
    Signed64,
}

impl Numbers {
    /// Without rows; `None` when values of this form are no numbers. Takes its leaf of the schema.
    pub(super) fn new(form: Form, leaves: &mut impl Iterator<Item = ColumnDescPtr>) -> Option<Self> {
        form.width()?;
        let leaf = leaves.next()?;
        let number = |order| {
            let of_32_bits = matches!(order, Order::Unsigned32);
            // What is looked for by its range are places, times, and the numbers of rows.
            let range = (!of_32_bits || leaf.name() == "op").then_some(Range { order, bounds: None });
            Values::Number(Box::new(Delta::new(of_32_bits)), range)
        };
        let values = match form {
            Form::Bool => Values::Bool { bits: Vec::new(), count: 0 },
            Form::Word(word) => Values::Word(Words::new(word)),
            Form::U8 | Form::U16 | Form::U32 => number(Order::Unsigned32),
            Form::U64 => number(Order::Unsigned64),
            Form::Time => number(Order::Signed64),
            Form::Sixteen | Form::Text | Form::Message | Form::Texts | Form::Holes => return None,
        };
        let levels = Levels::new(&leaf);
        Some(Self { leaf, levels, values, pages: Vec::new() })
    }

    /// Takes the numbers of a block.
    pub(super) fn take(&mut self, slot: &Slot) {
        let (rows, block) = slot.numbers();
        self.levels.put_block(rows);
        if block.is_empty() {
            return;
        }
        match &mut self.values {
            Values::Bool { bits, count } => {
                for value in block {
                    if *value != 0 {
                        set_bit(bits, *count);
                    }
                    *count = count.wrapping_add(1);
                }
            }
            Values::Number(numbers, range) => {
                if let Some(range) = range {
                    range.add(block);
                }
                numbers.extend(block);
            }
            Values::Word(words) => block.iter().for_each(|code| words.push(*code as u32)),
        }
    }

    /// Ends the page, which has `rows` rows.
    pub(super) fn end_page(&mut self, rows: usize) -> Result<(), Damaged> {
        if rows == 0 {
            return Ok(());
        }
        let mut body = Vec::new();
        let present = self.levels.end_page(rows, &mut body)?;
        let encoding = match &mut self.values {
            Values::Bool { bits, count } => {
                bits.resize(present.div_ceil(8), 0);
                *count = 0;
                body.append(bits);
                Encoding::PLAIN
            }
            Values::Number(numbers, _) => {
                numbers.end_page(&mut body);
                Encoding::DELTA_BINARY_PACKED
            }
            Values::Word(words) => words.end_page(&mut body),
        };
        self.pages.push(Page { kind: Kind::Data, values: rows, encoding, body });
        Ok(())
    }

    /// The chunk of its leaf.
    pub(super) fn finish(self) -> ColumnChunk {
        let Self { leaf, levels, values, mut pages, .. } = self;
        match values {
            Values::Bool { .. } => {
                let encodings = vec![Encoding::PLAIN, Encoding::RLE];
                ColumnChunk::new(Pages::smaller(leaf, pages), encodings, None)
            }
            Values::Word(words) => {
                pages.insert(0, words.into_page());
                let encodings = vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY];
                ColumnChunk::new(Pages::smaller(leaf, pages), encodings, None)
            }
            Values::Number(_, range) => {
                // Small differences do not get smaller.
                let stored = Pages::as_they_are(leaf, pages);
                let statistics = range.map(|range| range.statistics(levels.missing()));
                ColumnChunk::new(stored, vec![Encoding::RLE, Encoding::DELTA_BINARY_PACKED], statistics)
            }
        }
    }
}

impl Range {
    fn add(&mut self, numbers: &[u64]) {
        let order = self.order;
        let keys = || numbers.iter().map(|number| order.key(*number));
        // Times and places mostly grow.
        let ends = match keys().is_sorted() {
            true => (keys().next(), keys().next_back()),
            false => (keys().min(), keys().max()),
        };
        if let (Some(least), Some(greatest)) = ends {
            let (before_least, before_greatest) = self.bounds.unwrap_or((least, greatest));
            self.bounds = Some((least.min(before_least), greatest.max(before_greatest)));
        }
    }

    fn statistics(self, missing: u64) -> Statistics {
        let Self { order, bounds } = self;
        let (least, greatest) = bounds.map(|(least, greatest)| (order.value(least), order.value(greatest))).unzip();
        match order {
            Order::Unsigned64 | Order::Signed64 => Statistics::int64(least, greatest, None, Some(missing), false),
            Order::Unsigned32 => {
                let number = |number: Option<i64>| number.map(|number| number as i32);
                Statistics::int32(number(least), number(greatest), None, Some(missing), false)
            }
        }
    }
}

impl Order {
    /// A number that is ordered as the column's type orders `number`.
    fn key(self, number: u64) -> i64 {
        match self {
            Self::Signed64 | Self::Unsigned32 => number as i64,
            Self::Unsigned64 => number as i64 ^ i64::MIN,
        }
    }

    /// The number that has this key, its bits as those of a signed one.
    fn value(self, key: i64) -> i64 {
        match self {
            Self::Signed64 | Self::Unsigned32 => key,
            Self::Unsigned64 => key ^ i64::MIN,
        }
    }
}
