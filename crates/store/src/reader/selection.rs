//! Which rows of a session file are wanted, and reading no more than these.

use crate::parquet_file::ParquetFile;
use crate::reader::ReadError;
use arrow::array::{BooleanBufferBuilder, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use std::sync::Arc;

/// What chooses rows.
pub trait RowChoice {
    /// The columns that it looks at, at least one.
    fn columns(&self) -> Vec<&'static str>;

    /// Whether no row of a row group with these bounds is wanted: it is not even read then.
    fn excludes(&self, bounds: &RowGroupBounds<'_>) -> bool;

    /// Which rows of a batch of these columns are wanted: a bit for each.
    ///
    /// # Errors
    /// In words: the batch is not one of a session file.
    fn choose(&mut self, batch: &RecordBatch) -> Result<BooleanBuffer, String>;
}

/// The least and greatest values in a row group, of columns that have them.
pub struct RowGroupBounds<'a> {
    metadata: &'a ArrowReaderMetadata,
    group: &'a RowGroupMetaData,
}

impl RowGroupBounds<'_> {
    /// The least and greatest number, or nanosecond, in `column`; `Some(None)`: it has no value in any row; `None`: not
    /// known.
    pub fn of(&self, column: &str) -> Option<Option<(i128, i128)>> {
        let chunk = self.group.columns().iter().find(|chunk| chunk.column_path().string() == column)?;
        let statistics = chunk.statistics()?;
        if statistics.null_count_opt()? >= u64::try_from(self.group.num_rows()).ok()? {
            return Some(None);
        }
        // Deprecated bounds are ordered as if numbers had a sign.
        if statistics.is_min_max_deprecated() {
            return None;
        }
        let (least, most): (i128, i128) =
            match (self.metadata.schema().field_with_name(column).ok()?.data_type(), statistics) {
                (DataType::UInt32, Statistics::Int32(bounds)) => {
                    (bounds.min_opt()?.cast_unsigned().into(), bounds.max_opt()?.cast_unsigned().into())
                }
                (DataType::UInt64, Statistics::Int64(bounds)) => {
                    (bounds.min_opt()?.cast_unsigned().into(), bounds.max_opt()?.cast_unsigned().into())
                }
                (DataType::Timestamp(TimeUnit::Nanosecond, _), Statistics::Int64(bounds)) => {
                    ((*bounds.min_opt()?).into(), (*bounds.max_opt()?).into())
                }
                _ => return None,
            };
        (least <= most).then_some(Some((least, most)))
    }
}

/// The rows of a session file that are wanted: a bit for each, and nothing for row groups without any.
#[derive(Clone, Debug)]
pub struct Selection {
    groups: Arc<[Option<BooleanBuffer>]>,
}

impl Selection {
    /// Has `choice` look at the rows of `file`.
    pub(crate) fn of(file: &ParquetFile, choice: &mut impl RowChoice) -> Result<Self, ReadError> {
        let columns = choice.columns();
        let mut groups = Vec::new();
        for (index, group) in file.metadata().metadata().row_groups().iter().enumerate() {
            if choice.excludes(&RowGroupBounds { metadata: file.metadata(), group }) {
                groups.push(None);
                continue;
            }
            let mut wanted = BooleanBufferBuilder::new(0);
            let mut batches = file.batches_of(vec![index], &columns);
            while let Some(batch) = batches.next() {
                let batch = batch?;
                let chosen = choice.choose(&batch).map_err(|reason| batches.fail(&reason))?;
                if chosen.len() != batch.num_rows() {
                    return Err(batches.fail(&"its rows cannot be chosen from: a choice has another length"));
                }
                wanted.append_buffer(&chosen);
            }
            groups.push(Some(wanted.finish()).filter(BooleanBuffer::has_true));
        }
        Ok(Self { groups: groups.into() })
    }

    /// The number of rows.
    pub fn count(&self) -> u64 {
        let rows = |group: &BooleanBuffer| u64::try_from(group.count_set_bits()).unwrap_or(u64::MAX);
        self.groups.iter().flatten().map(rows).fold(0, u64::saturating_add)
    }

    /// Of each row group, the wanted rows.
    pub(super) fn from_groups(groups: Vec<Option<BooleanBuffer>>) -> Self {
        Self { groups: groups.into() }
    }

    /// Bytes of memory that it takes.
    pub fn size(&self) -> usize {
        let bits = self.groups.iter().flatten().map(|group| group.len().div_ceil(8));
        bits.fold(size_of_val(&*self.groups), usize::saturating_add)
    }

    /// The wanted rows of a row group; `None` where there is none.
    pub(crate) fn row_group(&self, index: usize) -> Option<&BooleanBuffer> {
        self.groups.get(index).and_then(Option::as_ref)
    }
}

/// These rows for the Parquet reader.
pub(crate) fn row_selection(wanted: &BooleanBuffer) -> RowSelection {
    RowSelection::from_consecutive_ranges(wanted.set_slices().map(|(start, end)| start..end), wanted.len())
}
