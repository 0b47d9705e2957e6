//! From packed rows to the column chunks of a row group, as Parquet lays them down: each value is looked at once, and large
//! messages are not copied. [`parquet`]'s own writer goes by way of Arrow arrays and levels of two bytes, which takes three times
//! as long.
//!
//! Numbers are stored as differences (DELTA_BINARY_PACKED), text as dictionaries, everything else as it is (PLAIN). Which values
//! are there, definition levels say.

mod cells;
mod chunk;
mod delta;
mod dictionary;
mod hybrid;
mod lists;
mod messages;
mod page;

pub(crate) use chunk::ColumnChunk;

use crate::packed::{Cursor, Damaged, Rows};
use crate::schema::COLUMNS;
use cells::Cells;
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
) -> Result<Vec<ColumnChunk>, Damaged> {
    rows.sort();
    let mut leaves = schema.columns().iter().cloned();
    let forms = COLUMNS.iter().filter_map(|column| column.form);
    let mut columns: Vec<Cells<'_>> = forms.filter_map(|form| Cells::new(form, &mut leaves, of_messages)).collect();
    let mut in_page = 0_usize;
    for row in rows.iter() {
        let mut cursor = Cursor::new(row);
        for (bits, columns) in cursor.presence()?.into_iter().zip(columns.chunks_mut(8)) {
            let mut bits = bits;
            while bits != 0 {
                columns.get_mut(bits.trailing_zeros() as usize).ok_or(Damaged)?.take(in_page, &mut cursor)?;
                bits &= bits.wrapping_sub(1);
            }
        }
        if !cursor.is_at_end() {
            return Err(Damaged);
        }
        in_page = in_page.saturating_add(1);
        if in_page == PAGE_ROWS {
            columns.iter_mut().try_for_each(|cells| cells.end_page(in_page))?;
            in_page = 0;
        }
    }
    let mut chunks = Vec::with_capacity(schema.num_columns());
    for mut cells in columns {
        cells.end_page(in_page)?;
        cells.finish(&mut chunks);
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests;
