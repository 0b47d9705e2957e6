//! Rows that did not fit the memory budget: sorted runs, each an Arrow IPC stream in a file of its own.

use super::WriteError;
use crate::parquet_writer::Weight as _;
use crate::reader::rows_of;
use crate::schema::column::{column, decode, encode};
use crate::schema::encoding::Plain;
use crate::schema::{COLUMNS, Column, DecodeError};
use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use dissect::Operation;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// Bytes of rows in a batch of a run: what the merging of a run holds in memory.
const BATCH_BYTES: usize = 256 << 10;
/// Rows in a batch of a run.
const BATCH_ROWS: usize = 256;

/// The session of a row, which is no column of a session file.
static SESSION: Column<Operation> =
    column!(Operation, "spill", session: Plain, "", "", "index of the session in the trace");

/// The columns of a run.
fn columns() -> impl Iterator<Item = &'static Column<Operation>> {
    std::iter::once(&SESSION).chain(COLUMNS)
}

/// Their schema, without metadata, which would be repeated in each run.
static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let plain = |column: &Column<Operation>| column.field().with_metadata(HashMap::new());
    Arc::new(Schema::new(columns().map(plain).collect::<Vec<Field>>()))
});

/// The folder of the runs.
pub(super) struct SpillFolder {
    path: PathBuf,
    next: AtomicU64,
}

/// A sorted run on the disk.
pub(super) struct Run {
    path: PathBuf,
}

impl SpillFolder {
    /// Makes the folder below `staged`.
    pub(super) fn create(staged: &Path) -> Result<Self, WriteError> {
        let path = staged.join(".spill");
        std::fs::create_dir(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
        Ok(Self { path, next: AtomicU64::new(0) })
    }

    /// Removes the folder.
    pub(super) fn remove(self) -> Result<(), WriteError> {
        std::fs::remove_dir_all(&self.path).map_err(|source| WriteError::Io { path: self.path, source })
    }

    /// Writes `rows`, which are in the order of their places, as a run.
    pub(super) fn write(&self, rows: impl Iterator<Item = Result<Operation, WriteError>>) -> Result<Run, WriteError> {
        let path = self.path.join(format!("{}.arrow", self.next.fetch_add(1, Ordering::Relaxed)));
        let file = File::create_new(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
        let failed = |error| WriteError::arrow(&path, error);
        let mut writer = StreamWriter::try_new(BufWriter::new(file), &SCHEMA).map_err(failed)?;
        let mut write = |batch: &mut Vec<Operation>| {
            let encoded = encode(columns(), &SCHEMA, batch).and_then(|encoded| writer.write(&encoded));
            batch.clear();
            encoded.map_err(failed)
        };
        let mut batch = Vec::new();
        let mut bytes = 0_usize;
        for row in rows {
            let row = row?;
            bytes = bytes.saturating_add(row.weight());
            batch.push(row);
            if bytes >= BATCH_BYTES || batch.len() >= BATCH_ROWS {
                write(&mut batch)?;
                bytes = 0;
            }
        }
        write(&mut batch)?;
        writer.finish().map_err(failed)?;
        Ok(Run { path })
    }
}

impl Run {
    /// The rows of the run in their order.
    pub(super) fn read(&self) -> Result<RunRows, WriteError> {
        let file = File::open(&self.path).map_err(|source| WriteError::Io { path: self.path.clone(), source })?;
        let batches = StreamReader::try_new(BufReader::new(file), None);
        let batches = batches.map_err(|error| WriteError::arrow(&self.path, error))?;
        Ok(RunRows { path: self.path.clone(), batches, rows: Vec::new().into_iter() })
    }

    /// Frees its space on the disk.
    pub(super) fn remove(self) -> Result<(), WriteError> {
        std::fs::remove_file(&self.path).map_err(|source| WriteError::Io { path: self.path, source })
    }
}

/// The rows of a run.
pub(super) struct RunRows {
    path: PathBuf,
    batches: StreamReader<BufReader<File>>,
    rows: std::vec::IntoIter<Operation>,
}

impl Iterator for RunRows {
    type Item = Result<Operation, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(Ok(row));
            }
            let rows = match self.batches.next()? {
                Ok(batch) => spilled(&batch)
                    .map_err(|error| WriteError::Encoding { path: self.path.clone(), reason: error.to_string() }),
                Err(error) => Err(WriteError::arrow(&self.path, error)),
            };
            match rows {
                Ok(rows) => self.rows = rows.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The rows of a batch of a run.
fn spilled(batch: &RecordBatch) -> Result<Vec<Operation>, DecodeError> {
    let mut rows = rows_of(batch)?;
    decode(std::slice::from_ref(&SESSION), batch, &mut rows, |_| true)?;
    Ok(rows)
}
