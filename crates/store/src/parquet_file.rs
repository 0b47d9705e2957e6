//! Opening a Parquet file that anyone may have edited, and reading it batch by batch.

use crate::bounded_pages::BoundedPages;
use crate::reader::{FileIdentity, ReadError, Selection, row_selection};
use crate::schema::Column;
use crate::stored_column::StoredColumn;
use crate::version::{self, VersionError};
use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Bytes of a batch aimed at.
const BATCH_BYTES: u64 = 4 << 20;
/// Most rows of a batch.
const BATCH_ROWS: u64 = 4096;

/// A Parquet file of smbreplay's.
pub(crate) struct ParquetFile {
    path: Arc<Path>,
    file: Arc<File>,
    metadata: ArrowReaderMetadata,
}

impl ParquetFile {
    /// Opens the file and checks its version.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        if !file.metadata().map_err(io)?.is_file() {
            return Err(io(std::io::Error::other("not a file")));
        }
        let options = ArrowReaderOptions::new();
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, options))
            .map_err(|reason| ReadError::Damaged { path: path.to_owned(), reason })?;
        let key_values = metadata.metadata().file_metadata().key_value_metadata();
        let found = key_values
            .into_iter()
            .flatten()
            .find(|pair| pair.key == "schema_version")
            .and_then(|pair| pair.value.as_deref());
        version::check(found.unwrap_or_default()).map_err(|source| match source {
            VersionError::Foreign => {
                ReadError::Foreign { path: path.to_owned(), reason: "no schema_version".to_owned() }
            }
            VersionError::Newer { .. } => ReadError::Version { path: path.to_owned(), source },
        })?;
        Ok(Self { path: path.into(), file: Arc::new(file), metadata })
    }

    /// Refuses a file that lacks one of `columns`, but for those that came later than its version may be.
    pub(crate) fn check_columns<R>(&self, columns: &[Column<R>]) -> Result<(), ReadError> {
        let schema = self.metadata.schema();
        for column in columns.iter().filter(|column| !column.later) {
            let reason = match schema.field_with_name(column.name) {
                Err(_) => format!("no column '{}'", column.name),
                Ok(_) => continue,
            };
            return Err(ReadError::Foreign { path: self.path.to_path_buf(), reason });
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of rows that the footer promises.
    pub(crate) fn row_count(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// What tells it from what is at its path later.
    pub(crate) fn identity(&self) -> Result<FileIdentity, ReadError> {
        let io = |source| ReadError::Io { path: self.path.to_path_buf(), source };
        let metadata = self.file.metadata().map_err(io)?;
        let modified = metadata.modified().map_err(io)?;
        Ok(FileIdentity { path: self.path.to_path_buf(), length: metadata.len(), modified })
    }

    /// Rows of each row group, as the footer promises them.
    pub(crate) fn row_group_sizes(&self) -> impl Iterator<Item = u64> + '_ {
        self.metadata.metadata().row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
    }

    /// What its footer says.
    pub(crate) fn metadata(&self) -> &ArrowReaderMetadata {
        &self.metadata
    }

    /// The batches of the columns `names`, row group by row group.
    pub(crate) fn batches(&self, names: &[&str]) -> Batches {
        self.batches_of((0..self.metadata.metadata().num_row_groups()).collect(), names)
    }

    /// The batches of these row groups.
    pub(crate) fn batches_of(&self, row_groups: Vec<usize>, names: &[&str]) -> Batches {
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), names.iter().copied());
        Batches {
            path: self.path.clone(),
            file: self.file.clone(),
            metadata: self.metadata.clone(),
            mask,
            apart: Vec::new(),
            selection: None,
            row_groups: row_groups.into_iter(),
            current: None,
        }
    }
}

impl fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).field("rows", &self.row_count()).finish_non_exhaustive()
    }
}

/// The batches of a file. After an error there are no more.
pub(crate) struct Batches {
    path: Arc<Path>,
    file: Arc<File>,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// Columns of messages that are read by themselves where that is possible: in the current row group, or not.
    apart: Vec<(&'static str, Option<Apart>)>,
    /// The only rows that are read.
    selection: Option<Selection>,
    row_groups: std::vec::IntoIter<usize>,
    current: Option<ParquetRecordBatchReader>,
}

/// A column that is read by itself, and the rows of it that are wanted.
struct Apart {
    column: StoredColumn,
    wanted: Option<BooleanBuffer>,
    /// The next row of the row group.
    row: usize,
}

impl Apart {
    /// The value of the next row that is wanted. Those before are stepped over.
    fn next(&mut self, most: usize) -> Result<Option<Bytes>, ParquetError> {
        while self.wanted.as_ref().is_some_and(|wanted| self.row < wanted.len() && !wanted.value(self.row)) {
            self.column.next(0)?;
            self.row = self.row.saturating_add(1);
        }
        self.row = self.row.saturating_add(1);
        self.column.next(most)
    }
}

impl Batches {
    /// Reads these rows alone.
    pub(crate) fn selecting(mut self, selection: Option<Selection>) -> Self {
        self.selection = selection;
        self
    }

    /// Reads these columns of messages by themselves where the file has them as they are.
    pub(crate) fn apart(mut self, names: Vec<&'static str>) -> Self {
        self.apart = names.into_iter().map(|name| (name, None)).collect();
        self
    }

    /// The value of such a column in the next row, or as much of its beginning; `None`: its values are in the batches.
    /// To be called once for each row of a batch before the next batch is asked for.
    pub(crate) fn next_apart(&mut self, name: &str, most: usize) -> Option<Result<Option<Bytes>, String>> {
        let (_, column) = self.apart.iter_mut().find(|(known, _)| *known == name)?;
        let column = column.as_mut()?;
        Some(guarded(|| column.next(most)))
    }

    /// The error of a file with such content; ends the iteration.
    pub(crate) fn fail(&mut self, reason: &dyn fmt::Display) -> ReadError {
        self.end();
        ReadError::Damaged { path: self.path.to_path_buf(), reason: one_line(reason) }
    }

    /// Ends the iteration.
    pub(crate) fn end(&mut self) {
        self.row_groups = Vec::new().into_iter();
        self.current = None;
    }

    /// The reader of one row group. One at a time, because a batch of several could hold more bytes than a row group.
    fn row_group(&mut self, index: usize) -> Result<ParquetRecordBatchReader, String> {
        let leaves = self.open_apart(index)?;
        let group = self.metadata.metadata().row_groups().get(index);
        let rows = group.map_or(0, |group| u64::try_from(group.num_rows()).unwrap_or(0));
        let chunks = leaves.iter().filter_map(|leaf| group?.columns().get(*leaf));
        let bytes =
            chunks.map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(0)).fold(0, u64::saturating_add);
        let average = bytes.checked_div(rows).unwrap_or(0).max(1);
        let batch_rows = BATCH_BYTES.checked_div(average).unwrap_or(1).clamp(1, BATCH_ROWS.min(rows.max(1)));
        let file = self.file.try_clone().map_err(|error| error.to_string())?;
        let wanted = self.selection.as_ref().and_then(|selection| selection.row_group(index));
        guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(BoundedPages(file), self.metadata.clone())
                .with_projection(ProjectionMask::leaves(self.metadata.parquet_schema(), leaves))
                .with_row_groups(vec![index])
                .with_batch_size(usize::try_from(batch_rows).unwrap_or(1));
            match wanted {
                Some(wanted) => builder.with_row_selection(row_selection(wanted)).build(),
                None => builder.build(),
            }
        })
    }

    /// Whether this program wrote the file, and not another that edited it: only its pages are known.
    fn is_own(&self) -> bool {
        let created_by = self.metadata.metadata().file_metadata().created_by();
        created_by.is_some_and(|program| program.starts_with("smbreplay "))
    }

    /// Opens those columns of a row group that are read apart; the leaves of the others.
    fn open_apart(&mut self, index: usize) -> Result<Vec<usize>, String> {
        let chunks = self.metadata.metadata().row_groups().get(index).map_or(&[][..], |group| group.columns());
        let (file, is_own) = (&self.file, self.is_own());
        let wanted = self.selection.as_ref().and_then(|selection| selection.row_group(index));
        let mut together = Vec::new();
        self.apart.iter_mut().for_each(|(_, column)| *column = None);
        for (leaf, chunk) in chunks.iter().enumerate().filter(|(leaf, _)| self.mask.leaf_included(*leaf)) {
            let name = chunk.column_path().string();
            match self.apart.iter_mut().find(|(known, _)| is_own && *known == name && StoredColumn::is(chunk)) {
                Some((_, apart)) => {
                    let column = guarded(|| StoredColumn::open(Arc::clone(file), chunk))?;
                    *apart = Some(Apart { column, wanted: wanted.cloned(), row: 0 });
                }
                None => together.push(leaf),
            }
        }
        Ok(together)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(reader) = &mut self.current {
                match guarded(|| reader.next().transpose().map_err(ParquetError::from)) {
                    Ok(Some(batch)) => return Some(Ok(batch)),
                    Ok(None) => self.current = None,
                    Err(reason) => return Some(Err(self.fail(&reason))),
                }
            }
            let next = self.row_groups.next()?;
            if self.selection.as_ref().is_some_and(|selection| selection.row_group(next).is_none()) {
                continue;
            }
            match self.row_group(next) {
                Ok(reader) => self.current = Some(reader),
                Err(reason) => return Some(Err(self.fail(&reason))),
            }
        }
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("path", &self.path)
            .field("row_groups", &self.row_groups.as_slice())
            .finish_non_exhaustive()
    }
}

/// The result of `read`, its error or panic in words. The Parquet reader is not free of panics on damaged files, and
/// what it was reading is not used after one.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(one_line(&error)),
        Err(_) => Err("its content makes no sense".to_owned()),
    }
}

fn one_line(reason: &dyn fmt::Display) -> String {
    reason.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
