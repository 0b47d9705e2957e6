//! From packed rows to the column chunks of a row group, as Parquet lays them down: each value is taken up once, and large
//! messages are not copied. [`parquet`]'s own writer goes by way of Arrow arrays and levels of two bytes, which takes three times
//! as long.
//!
//! Numbers, which most values are, are put aside for a block of rows and then gone through column by column.
//! Numbers are stored as differences (DELTA_BINARY_PACKED), text as dictionaries, everything else as it is (PLAIN). Which values
//! are there, definition levels say.

mod block;
mod cells;
mod chunk;
mod delta;
mod dictionary;
mod hybrid;
mod levels;
mod lists;
mod messages;
mod numbers;
mod other;
mod page;

pub(crate) use chunk::ColumnChunk;
pub(crate) use hybrid::put_varint;
pub(crate) use messages::PageBuffers;

use crate::packed::{Cursor, Damaged, Form, Rows};
use crate::schema::COLUMNS;
use block::Block;
use numbers::Numbers;
use other::Other;
use parquet::basic::Compression;
use parquet::schema::types::SchemaDescriptor;

/// Rows after which a page ends, as other writers of Parquet have it.
const PAGE_ROWS: usize = 20_000;

/// The column chunks of `rows` in the order of their numbers, one for each leaf of `schema`, which is that of session files;
/// messages with the compression `of_messages`.
///
/// # Errors
/// [`Damaged`] when a row is none.
pub(crate) fn column_chunks(
    rows: &mut Rows,
    schema: &SchemaDescriptor,
    of_messages: Compression,
    buffers: &mut PageBuffers,
) -> Result<Vec<ColumnChunk>, Damaged> {
    rows.sort();
    let mut leaves = schema.columns().iter().cloned();
    let forms = || COLUMNS.iter().filter_map(|column| column.form);
    let (mut numbers, mut others) = (Vec::new(), Vec::new());
    for form in forms() {
        match form.width() {
            Some(_) => numbers.extend(Numbers::new(form, &mut leaves)),
            None => others.extend(Other::new(form, &mut leaves, of_messages, buffers)),
        }
    }
    let mut block = Block::new(forms().filter_map(Form::width));
    let mut in_page = 0_usize;
    for row in rows.iter() {
        let (numbers_of_row, others_of_row) = row.open()?;
        block.take(numbers_of_row)?;
        take(others_of_row, in_page, &mut others)?;
        in_page = in_page.saturating_add(1);
        if block.rows() == block::ROWS || in_page == PAGE_ROWS {
            block.end(&mut numbers);
        }
        if in_page == PAGE_ROWS {
            numbers.iter_mut().try_for_each(|column| column.end_page(in_page))?;
            others.iter_mut().try_for_each(|column| column.end_page(in_page))?;
            in_page = 0;
        }
    }
    block.end(&mut numbers);
    let mut chunks = Vec::with_capacity(schema.num_columns());
    let (mut numbers, mut others) = (numbers.into_iter(), others.into_iter());
    for form in forms() {
        if form.width().is_some() {
            let Some(mut column) = numbers.next() else { continue };
            column.end_page(in_page)?;
            chunks.push(column.finish());
        } else {
            let Some(mut column) = others.next() else { continue };
            column.end_page(in_page)?;
            column.finish(&mut chunks, buffers);
        }
    }
    Ok(chunks)
}

/// Hands the values of the page's row `row` that are no numbers to their columns.
#[inline]
fn take<'a>(mut values: Cursor<'a>, row: usize, columns: &mut [Other<'a>]) -> Result<(), Damaged> {
    let mut present = values.present();
    while present != 0 {
        columns.get_mut(present.trailing_zeros() as usize).ok_or(Damaged)?.take(row, &mut values)?;
        present &= present.wrapping_sub(1);
    }
    if values.is_at_end() { Ok(()) } else { Err(Damaged) }
}

#[cfg(test)]
mod tests;
