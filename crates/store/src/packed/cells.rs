//! From packed rows to the arrays of their columns.

use super::rows::{PRESENCE, SHARED};
use super::{Damaged, Form, Rows};
use crate::schema::COLUMNS;
use crate::schema::column::Encoding;
use crate::schema::encoding::Plain;
use arrow::array::{
    ArrayRef, BinaryViewBuilder, BooleanBuilder, FixedSizeBinaryBuilder, PrimitiveBuilder, StringViewBuilder,
    TimestampNanosecondBuilder,
};
use arrow::buffer::Buffer;
use arrow::datatypes::{UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use bytes::Bytes;
use capture::Hole;
use std::borrow::Cow;
use std::sync::Arc;

/// The arrays of the columns of `rows` in the order of their numbers. Text and messages share the memory of the rows;
/// Parquet stores them as it stores the column's own type.
pub(crate) fn arrays(mut rows: Rows) -> Result<Vec<ArrayRef>, Damaged> {
    rows.sort();
    let memory = Buffer::from(std::mem::take(&mut rows.bytes));
    let count = rows.len();
    let forms = COLUMNS.iter().filter_map(|column| column.form);
    let mut columns: Vec<Cells> = forms.map(|form| Cells::new(form, count, &memory)).collect();
    for (row, place) in rows.index.iter().enumerate() {
        let large = rows.large.get(place.large..).unwrap_or_default();
        let values = memory.get(..place.end).unwrap_or_default();
        let mut cursor = Cursor { values, at: place.start, large };
        let presence: [u8; PRESENCE] = cursor.take()?;
        for (bits, columns) in presence.into_iter().zip(columns.chunks_mut(8)) {
            let mut bits = bits;
            while bits != 0 {
                columns.get_mut(bits.trailing_zeros() as usize).ok_or(Damaged)?.take(row, &mut cursor)?;
                bits &= bits.wrapping_sub(1);
            }
        }
        if cursor.at != place.end {
            return Err(Damaged);
        }
    }
    Ok(columns.into_iter().map(|cells| cells.finish(count)).collect())
}

/// A place in a packed row.
struct Cursor<'a> {
    /// All bytes up to the end of the row.
    values: &'a [u8],
    at: usize,
    large: &'a [Bytes],
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let bytes = self.values.get(self.at..).and_then(|rest| rest.first_chunk()).ok_or(Damaged)?;
        self.at = self.at.saturating_add(N);
        Ok(*bytes)
    }

    fn length(&mut self) -> Result<u32, Damaged> {
        self.take().map(u32::from_le_bytes)
    }

    /// The offset of the next `length` bytes, which are passed over.
    fn pass(&mut self, length: u32) -> Result<u32, Damaged> {
        let start = self.at;
        self.at = start.saturating_add(length as usize);
        if self.at > self.values.len() {
            return Err(Damaged);
        }
        u32::try_from(start).map_err(|_| Damaged)
    }

    fn text(&mut self) -> Result<&str, Damaged> {
        let length = self.length()?;
        let start = self.pass(length)? as usize;
        self.values.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok()).ok_or(Damaged)
    }
}

/// The values of a column so far, the last of which are in the row before `filled`: what is missing behind them is put in
/// when the next value comes.
struct Cells {
    values: Values,
    filled: usize,
}

enum Values {
    Bool(BooleanBuilder),
    U8(PrimitiveBuilder<UInt8Type>),
    U16(PrimitiveBuilder<UInt16Type>),
    U32(PrimitiveBuilder<UInt32Type>),
    U64(PrimitiveBuilder<UInt64Type>),
    Time(TimestampNanosecondBuilder),
    Sixteen(FixedSizeBinaryBuilder),
    /// Words, and the latest with the number that stands for it.
    Word(StringViewBuilder, fn(u32) -> Cow<'static, str>, (u32, Cow<'static, str>)),
    /// The first block is the memory of the rows.
    Text(StringViewBuilder),
    /// The first block is the memory of the rows; large messages are blocks of their own.
    Message(BinaryViewBuilder),
    Texts(Vec<Vec<String>>),
    Holes(Vec<Vec<Hole>>),
}

impl Cells {
    fn new(form: Form, count: usize, memory: &Buffer) -> Self {
        let values = match form {
            Form::Bool => Values::Bool(BooleanBuilder::with_capacity(count)),
            Form::U8 => Values::U8(PrimitiveBuilder::with_capacity(count)),
            Form::U16 => Values::U16(PrimitiveBuilder::with_capacity(count)),
            Form::U32 => Values::U32(PrimitiveBuilder::with_capacity(count)),
            Form::U64 => Values::U64(PrimitiveBuilder::with_capacity(count)),
            Form::Time => Values::Time(PrimitiveBuilder::with_capacity(count)),
            Form::Sixteen => Values::Sixteen(FixedSizeBinaryBuilder::with_capacity(count, 16)),
            Form::Word(word) => Values::Word(StringViewBuilder::with_capacity(count), word, (0, word(0))),
            Form::Text => {
                let mut views = StringViewBuilder::with_capacity(count);
                views.append_block(memory.clone());
                Values::Text(views)
            }
            Form::Message => {
                let mut views = BinaryViewBuilder::with_capacity(count);
                views.append_block(memory.clone());
                Values::Message(views)
            }
            Form::Texts => Values::Texts(Vec::new()),
            Form::Holes => Values::Holes(Vec::new()),
        };
        Self { values, filled: 0 }
    }

    /// Takes the value of `row`, which `cursor` is at.
    #[inline]
    fn take(&mut self, row: usize, cursor: &mut Cursor<'_>) -> Result<(), Damaged> {
        if self.filled < row {
            self.fill(row);
        }
        self.filled = row.saturating_add(1);
        match &mut self.values {
            Values::Bool(values) => values.append_value(cursor.take::<1>()? != [0]),
            Values::U8(values) => values.append_value(u8::from_le_bytes(cursor.take()?)),
            Values::U16(values) => values.append_value(u16::from_le_bytes(cursor.take()?)),
            Values::U32(values) => values.append_value(u32::from_le_bytes(cursor.take()?)),
            Values::U64(values) => values.append_value(u64::from_le_bytes(cursor.take()?)),
            Values::Time(values) => values.append_value(i64::from_le_bytes(cursor.take()?)),
            Values::Sixteen(values) => values.append_value(cursor.take::<16>()?).map_err(|_| Damaged)?,
            Values::Word(views, word, (latest, text)) => {
                let code = cursor.length()?;
                if code != *latest {
                    (*latest, *text) = (code, word(code));
                }
                views.append_value(text.as_ref());
            }
            Values::Text(views) => {
                let length = cursor.length()?;
                views.try_append_view(0, cursor.pass(length)?, length).map_err(|_| Damaged)?;
            }
            Values::Message(views) => {
                let length = cursor.length()?;
                let (block, start) = match (length as usize >= SHARED, cursor.large.split_first()) {
                    (false, _) => (0, cursor.pass(length)?),
                    (true, None) => return Err(Damaged),
                    (true, Some((message, rest))) => {
                        cursor.large = rest;
                        (views.append_block(Buffer::from(message.clone())), 0)
                    }
                };
                views.try_append_view(block, start, length).map_err(|_| Damaged)?;
            }
            Values::Texts(lists) => {
                let count = cursor.length()?;
                lists.push((0..count).map(|_| cursor.text().map(str::to_owned)).collect::<Result<_, _>>()?);
            }
            Values::Holes(lists) => {
                let count = cursor.length()?;
                let hole = |_| Ok(Hole { offset: cursor.length()?, length: cursor.length()? });
                lists.push((0..count).map(hole).collect::<Result<_, _>>()?);
            }
        }
        Ok(())
    }

    /// Puts in what is missing before `row`.
    #[cold]
    fn fill(&mut self, row: usize) {
        let missing = row.saturating_sub(self.filled);
        match &mut self.values {
            Values::Bool(values) => values.append_nulls(missing),
            Values::U8(values) => values.append_nulls(missing),
            Values::U16(values) => values.append_nulls(missing),
            Values::U32(values) => values.append_nulls(missing),
            Values::U64(values) => values.append_nulls(missing),
            Values::Time(values) => values.append_nulls(missing),
            Values::Sixteen(values) => values.append_nulls(missing),
            Values::Word(views, ..) | Values::Text(views) => (0..missing).for_each(|_| views.append_null()),
            Values::Message(views) => (0..missing).for_each(|_| views.append_null()),
            Values::Texts(lists) => lists.resize(row, Vec::new()),
            Values::Holes(lists) => lists.resize(row, Vec::new()),
        }
        self.filled = row;
    }

    /// The array of `count` rows.
    fn finish(mut self, count: usize) -> ArrayRef {
        self.fill(count);
        match self.values {
            Values::Bool(mut values) => Arc::new(values.finish()),
            Values::U8(mut values) => Arc::new(values.finish()),
            Values::U16(mut values) => Arc::new(values.finish()),
            Values::U32(mut values) => Arc::new(values.finish()),
            Values::U64(mut values) => Arc::new(values.finish()),
            Values::Time(mut values) => Arc::new(values.finish().with_timezone("UTC")),
            Values::Sixteen(mut values) => Arc::new(values.finish()),
            Values::Word(mut views, ..) | Values::Text(mut views) => Arc::new(views.finish()),
            Values::Message(mut views) => Arc::new(views.finish()),
            Values::Texts(lists) => Plain::array(lists.iter()),
            Values::Holes(lists) => Plain::array(lists.iter()),
        }
    }
}
