//! The footer of a file in the making, in little memory: there may be thousands of row groups, and what the Parquet library keeps
//! of one takes 80 KB.
//!
//! The library writes the footer of a file with no row group and with one. The two are alike but for the number of rows and the list
//! of row groups behind it (Thrift's compact protocol), so that the row groups can be taken out of such footers and put into the
//! one of the file as they are.

use super::origin::Origin;
use super::session_format::SessionFormat;
use crate::column_chunk::put_varint;
use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use std::io::Write;

/// Bytes behind the metadata of a file: their length and the magic.
const END: usize = 8;
/// The number of rows and the list of row groups where there are none.
const NO_ROWS: &[u8] = &[0, LIST, STRUCTURE];
/// The head of a field behind the one before it that is a list.
const LIST: u8 = 1 << 4 | 9;
/// The head of a list of structures, without their number.
const STRUCTURE: u8 = 12;
/// Numbers of elements from this on do not fit into the head of a list.
const MANY: u64 = 15;

/// What the footer will say of the row groups.
#[derive(Default)]
pub(super) struct Footers {
    /// The first row group, as it is. The others, which say much the same, are compressed by it.
    first: Vec<u8>,
    later: Vec<Box<[u8]>>,
    /// Bytes in front of the number of rows.
    before: usize,
    /// Number of row groups.
    count: usize,
    /// Number of rows in them.
    rows: u64,
}

impl Footers {
    /// Number of row groups.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Adds a row group.
    pub(super) fn push(&mut self, row_group: RowGroupMetaData, format: &SessionFormat) -> Result<(), ParquetError> {
        let rows = u64::try_from(row_group.num_rows()).map_err(|error| ParquetError::External(Box::new(error)))?;
        let (with, without) = (format.bare_footer(vec![row_group])?, format.bare_footer(Vec::new())?);
        let (before, bytes) = row_group_of(&with, &without, rows).ok_or_else(unlike)?;
        if self.count == 0 {
            (self.before, self.first) = (before, bytes.to_vec());
        } else {
            self.later.push(compress_prepend_size_with_dict(bytes, &self.first).into_boxed_slice());
        }
        self.count = self.count.saturating_add(1);
        self.rows = self.rows.saturating_add(rows);
        Ok(())
    }

    /// Writes the footer of a file of `origin`, up to the end of the file.
    pub(super) fn write(
        self,
        format: &SessionFormat,
        origin: Option<&Origin>,
        out: &mut impl Write,
    ) -> Result<(), ParquetError> {
        let without = format.footer(Vec::new(), origin)?;
        if self.count == 0 {
            return Ok(out.write_all(&without)?);
        }
        let (before, behind) = around_rows(&without, self.before).ok_or_else(unlike)?;
        let mut list = Vec::new();
        // The lowest bit is the sign.
        put_varint(self.rows << 1, &mut list);
        list.push(LIST);
        match self.count as u64 {
            few if few < MANY => list.push((few as u8) << 4 | STRUCTURE),
            many => {
                list.push(0xf0 | STRUCTURE);
                put_varint(many, &mut list);
            }
        }
        let mut length = 0_usize;
        let mut put = |bytes: &[u8]| {
            length = length.saturating_add(bytes.len());
            out.write_all(bytes)
        };
        put(before)?;
        put(&list)?;
        put(&self.first)?;
        for compressed in self.later {
            let row_group = decompress_size_prepended_with_dict(&compressed, &self.first);
            put(&row_group.map_err(|error| ParquetError::External(Box::new(error)))?)?;
        }
        put(behind)?;
        let length = u32::try_from(length).map_err(|error| ParquetError::External(Box::new(error)))?;
        out.write_all(&length.to_le_bytes())?;
        Ok(out.write_all(super::growing_file::MAGIC)?)
    }
}

/// Where a footer with one row group of `rows` rows begins to be another than the one `without`, and that row group.
fn row_group_of<'a>(with: &'a [u8], without: &[u8], rows: u64) -> Option<(usize, &'a [u8])> {
    let before = with.iter().zip(without).take_while(|(one, other)| one == other).count();
    let (_, behind) = around_rows(without, before)?;
    let mut list = Vec::new();
    put_varint(rows << 1, &mut list);
    list.extend([LIST, 1 << 4 | STRUCTURE]);
    let rest = with.get(before..with.len().checked_sub(END)?)?;
    Some((before, rest.strip_prefix(list.as_slice())?.strip_suffix(behind)?))
}

/// What is in front of and behind the number of rows and the row groups of a footer that has none.
fn around_rows(without: &[u8], before: usize) -> Option<(&[u8], &[u8])> {
    let (before, rest) = without.get(..without.len().checked_sub(END)?)?.split_at_checked(before)?;
    Some((before, rest.strip_prefix(NO_ROWS)?))
}

/// The library writes footers in another way than this was made for.
fn unlike() -> ParquetError {
    ParquetError::General("its footer cannot be put together".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::column_chunk::PageBuffers;
    use crate::fixture::full;
    use crate::packed::Rows;
    use crate::writer::row_group::RowGroup;
    use parquet::file::writer::TrackedWrite;

    /// What is said of row groups with more and more rows.
    fn row_groups(count: u32) -> Vec<RowGroupMetaData> {
        let mut out = TrackedWrite::new(tempfile::tempfile().unwrap());
        let mut described = |number: u32| {
            let mut rows = Rows::default();
            (0..number.saturating_mul(20).saturating_add(1)).for_each(|op| rows.push(&full(op)));
            let encoded = RowGroup::encode(rows, &mut PageBuffers::default()).unwrap();
            encoded.append_to(&mut out, number as usize).unwrap()
        };
        (0..count).map(&mut described).collect()
    }

    #[test]
    fn a_footer_is_that_of_the_library_and_its_row_groups_take_little_memory_until_then() {
        let format = SessionFormat::get().unwrap();
        let origin = Origin { trace: "trace".to_owned(), session_file: "file".to_owned() };
        for count in [0, 1, 2, 14, 15, 16, 20] {
            let row_groups = row_groups(count);
            let mut footers = Footers::default();
            row_groups.iter().for_each(|row_group| footers.push(row_group.clone(), format).unwrap());
            assert_eq!(footers.len(), count as usize);
            assert!(footers.later.iter().all(|later| later.len() < 2500), "{:?}", footers.later.first());
            let mut written = Vec::new();
            footers.write(format, Some(&origin), &mut written).unwrap();
            assert!(written == format.footer(row_groups, Some(&origin)).unwrap(), "{count} row groups");
        }
    }

    #[test]
    fn a_footer_of_another_form_is_refused() {
        let with = [7, 7, 20, LIST, 1 << 4 | STRUCTURE, 1, 2, 3, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        let without = [7, 7, 0, LIST, STRUCTURE, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(row_group_of(&with, &without, 10), Some((2, &[1, 2, 3][..])));
        assert_eq!(row_group_of(&with, &without, 11), None);
        assert_eq!(row_group_of(&with, &with, 10), None);
        assert_eq!(row_group_of(&[], &without, 10), None);
    }
}
