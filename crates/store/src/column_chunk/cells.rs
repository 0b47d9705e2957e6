//! The values of a column, taken row by row and laid down page by page.

use super::chunk::{ColumnChunk, Page, Pages};
use super::delta::Delta;
use super::dictionary::{Texts, Words, put_text};
use super::hybrid::put_bits;
use super::lists::{Items, Lists};
use super::messages::Messages;
use super::page::Kind;
use crate::packed::{Cursor, Damaged, Form};
use parquet::basic::{Compression, Encoding};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// A column in the making.
pub(super) enum Cells<'a> {
    /// A value a row, or none.
    Flat(Box<Flat<'a>>),
    /// A list a row.
    Lists(Lists),
}

/// A column with a value a row, or none.
pub(super) struct Flat<'a> {
    leaf: ColumnDescPtr,
    /// A bit for each row of the page: whether it has a value. `None`: each has.
    present: Option<Vec<u8>>,
    /// Rows of the page that have one.
    count: usize,
    /// Rows of the whole column that have none.
    missing: u64,
    /// Row at which the page begins: a page of messages may begin in the middle of those of other columns.
    begins: usize,
    values: Values<'a>,
    /// Pages that are complete, but for those of messages.
    pages: Vec<Page>,
}

enum Values<'a> {
    Bool(Vec<u8>),
    Number(Box<Delta>, Option<Range>, Width),
    Sixteen(Vec<u8>),
    Word(Words),
    Text(Texts<'a>),
    Message(Messages),
}

/// How numbers are packed.
#[derive(Clone, Copy)]
enum Width {
    U8,
    U16,
    U32,
    U64,
    Time,
}

/// The least and the greatest number, in the order of the column's type.
#[derive(Default)]
struct Range(Option<(i64, i64)>);

impl<'a> Cells<'a> {
    /// Without rows; takes its leaves of the schema.
    pub(super) fn new(
        form: Form,
        leaves: &mut impl Iterator<Item = ColumnDescPtr>,
        of_messages: Compression,
    ) -> Option<Self> {
        let number = |width| {
            // What is looked for by its range are places, times, and the numbers of rows.
            move |leaf: &ColumnDescPtr| {
                let ordered = matches!(width, Width::U64 | Width::Time) || leaf.name() == "op";
                let of_32_bits = !matches!(width, Width::U64 | Width::Time);
                Values::Number(Box::new(Delta::new(of_32_bits)), ordered.then(Range::default), width)
            }
        };
        let values: &dyn Fn(&ColumnDescPtr) -> Values<'a> = match form {
            Form::Texts => return Some(Self::Lists(Lists::new(Items::Texts, leaves))),
            Form::Holes => return Some(Self::Lists(Lists::new(Items::Holes, leaves))),
            Form::Bool => &|_| Values::Bool(Vec::new()),
            Form::U8 => &number(Width::U8),
            Form::U16 => &number(Width::U16),
            Form::U32 => &number(Width::U32),
            Form::U64 => &number(Width::U64),
            Form::Time => &number(Width::Time),
            Form::Sixteen => &|_| Values::Sixteen(Vec::new()),
            Form::Word(word) => &move |_| Values::Word(Words::new(word)),
            Form::Text => &|_| Values::Text(Texts::default()),
            Form::Message => &|leaf| Values::Message(Messages::new(leaf.clone(), of_messages)),
        };
        let leaf = leaves.next()?;
        Some(Self::Flat(Box::new(Flat {
            present: (leaf.max_def_level() > 0).then(Vec::new),
            count: 0,
            missing: 0,
            begins: 0,
            values: values(&leaf),
            pages: Vec::new(),
            leaf,
        })))
    }

    /// Takes the value of the row `row`, counted from the last [`Self::end_page`].
    #[inline]
    pub(super) fn take(&mut self, row: usize, cursor: &mut Cursor<'a>) -> Result<(), Damaged> {
        match self {
            Self::Flat(flat) => flat.take(row, cursor),
            Self::Lists(lists) => lists.take(row, cursor),
        }
    }

    /// Ends the page after `rows` rows since the last one.
    pub(super) fn end_page(&mut self, rows: usize) -> Result<(), Damaged> {
        match self {
            Self::Flat(flat) => {
                flat.end_page(rows)?;
                flat.begins = 0;
            }
            Self::Lists(lists) => lists.end_page(rows),
        }
        Ok(())
    }

    /// Appends the chunks of its leaves.
    pub(super) fn finish(self, chunks: &mut Vec<ColumnChunk>) {
        match self {
            Self::Flat(flat) => chunks.push(flat.finish()),
            Self::Lists(lists) => lists.finish(chunks),
        }
    }
}

impl<'a> Flat<'a> {
    #[inline]
    fn take(&mut self, row: usize, cursor: &mut Cursor<'a>) -> Result<(), Damaged> {
        if let Some(present) = &mut self.present {
            set_bit(present, row.saturating_sub(self.begins));
        }
        match &mut self.values {
            Values::Bool(bits) => match cursor.take::<1>()? {
                [0] => {}
                _ => set_bit(bits, self.count),
            },
            Values::Number(numbers, range, width) => {
                let number = match width {
                    Width::U8 => u8::from_le_bytes(cursor.take()?).into(),
                    Width::U16 => u16::from_le_bytes(cursor.take()?).into(),
                    Width::U32 => i64::from(u32::from_le_bytes(cursor.take()?) as i32),
                    Width::U64 | Width::Time => i64::from_le_bytes(cursor.take()?),
                };
                if let Some(range) = range {
                    range.add(number, *width);
                }
                numbers.push(number);
            }
            Values::Sixteen(bytes) => bytes.extend_from_slice(&cursor.take::<16>()?),
            Values::Word(words) => words.push(cursor.number()?),
            Values::Text(texts) => texts.push(cursor.text()?)?,
            Values::Message(messages) => {
                messages.push(cursor.message()?);
                if messages.is_full() {
                    self.count = self.count.wrapping_add(1);
                    return self.end_page(row.saturating_add(1));
                }
            }
        }
        self.count = self.count.wrapping_add(1);
        Ok(())
    }

    fn end_page(&mut self, rows: usize) -> Result<(), Damaged> {
        let values = rows.saturating_sub(self.begins);
        self.begins = rows;
        if values == 0 {
            return Ok(());
        }
        let missing = values.checked_sub(std::mem::take(&mut self.count)).ok_or(Damaged)?;
        self.missing = self.missing.saturating_add(missing as u64);
        let mut body = Vec::new();
        match &mut self.present {
            None if missing > 0 => return Err(Damaged),
            None => {}
            Some(present) => {
                present.resize(values.div_ceil(8), 0);
                let mut levels = Vec::new();
                put_bits(present, values, &mut levels);
                put_text(&levels, &mut body);
                present.clear();
            }
        }
        let encoding = match &mut self.values {
            Values::Bool(bits) => {
                bits.resize(values.saturating_sub(missing).div_ceil(8), 0);
                body.append(bits);
                Encoding::PLAIN
            }
            Values::Number(numbers, ..) => {
                numbers.end_page(&mut body);
                Encoding::DELTA_BINARY_PACKED
            }
            Values::Sixteen(bytes) => {
                body.append(bytes);
                Encoding::PLAIN
            }
            Values::Word(words) => words.end_page(&mut body),
            Values::Text(texts) => texts.end_page(&mut body),
            Values::Message(messages) => {
                messages.end_page(body, values);
                return Ok(());
            }
        };
        self.pages.push(Page { kind: Kind::Data, values, encoding, body });
        Ok(())
    }

    fn finish(self) -> ColumnChunk {
        let Self { leaf, missing, values, mut pages, .. } = self;
        let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
        let mut statistics = None;
        match values {
            Values::Message(messages) => return ColumnChunk::new(messages.into_pages(), encodings, None),
            Values::Bool(_) | Values::Sixteen(_) => {}
            Values::Number(_, range, width) => {
                encodings = vec![Encoding::RLE, Encoding::DELTA_BINARY_PACKED];
                statistics = range.map(|range| range.statistics(width, missing));
                // Small differences do not get smaller.
                let mut stored = Pages::new(leaf, Compression::UNCOMPRESSED);
                pages.into_iter().for_each(|page| stored.push_page(page));
                return ColumnChunk::new(stored, encodings, statistics);
            }
            Values::Word(words) => {
                encodings.push(Encoding::RLE_DICTIONARY);
                pages.insert(0, words.into_page());
            }
            Values::Text(texts) => {
                encodings.push(Encoding::RLE_DICTIONARY);
                pages.insert(0, texts.into_page());
            }
        }
        ColumnChunk::new(Pages::smaller(leaf, pages), encodings, statistics)
    }
}

impl Range {
    #[inline]
    fn add(&mut self, number: i64, width: Width) {
        let key = width.order(number);
        self.0 = Some(match self.0 {
            None => (key, key),
            Some((least, greatest)) => (least.min(key), greatest.max(key)),
        });
    }

    fn statistics(self, width: Width, missing: u64) -> Statistics {
        let (least, greatest) = self.0.map(|(least, greatest)| (width.order(least), width.order(greatest))).unzip();
        match width {
            Width::U64 | Width::Time => Statistics::int64(least, greatest, None, Some(missing), false),
            Width::U8 | Width::U16 | Width::U32 => {
                let number = |number: Option<i64>| number.map(|number| number as i32);
                Statistics::int32(number(least), number(greatest), None, Some(missing), false)
            }
        }
    }
}

impl Width {
    /// A number that is ordered as the column's type orders `number`, and the other way round.
    fn order(self, number: i64) -> i64 {
        match self {
            Self::Time => number,
            Self::U64 => number ^ i64::MIN,
            Self::U8 | Self::U16 | Self::U32 => number ^ i64::from(i32::MIN),
        }
    }
}

#[inline]
fn set_bit(bits: &mut Vec<u8>, index: usize) {
    let byte = index / 8;
    if bits.len() <= byte {
        bits.resize(byte.saturating_add(1), 0);
    }
    if let Some(byte) = bits.get_mut(byte) {
        *byte |= 1 << (index % 8);
    }
}
