//! What a run claims: the rows of `operations.parquet`.

use arrow::array::{Array, ArrayRef, AsArray, LargeBinaryArray, RecordBatch, StringArray, StructArray, UInt32Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, UInt32Type};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A byte range of a live request that does not have the captured bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where it starts in the live message.
    pub offset: u32,
    /// Its length in the live message.
    pub length: u32,
    /// How many captured bytes it replaces; `None` when as many.
    pub captured_length: Option<u32>,
    /// Which field it is.
    pub what: String,
}

/// A row: an operation of the capture, or a request that the replay sent of its own accord.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Session file of the captured operation.
    pub session_file: Option<String>,
    /// Number of the captured operation in its trace; `None` for a request of the replay's own.
    pub op: Option<u32>,
    /// Captured connection.
    pub connection: Option<u32>,
    /// Live connection.
    pub live_connection: Option<u32>,
    /// Verdict.
    pub verdict: Option<String>,
    /// Marks.
    pub marks: Vec<String>,
    /// Status of the live response.
    pub live_status: Option<u32>,
    /// The request as it was sent: one message, without transport header. `None` when it was not sent.
    pub live_request: Option<Vec<u8>>,
    /// How many bytes at the end of the request `live_request` lacks, because they are the last ones of the captured request.
    pub live_request_left: Option<u32>,
    /// The ranges of `live_request` that were replaced.
    pub patches: Vec<Patch>,
}

impl Row {
    /// Whether this is a request of the replay's own, and says so.
    pub fn is_extra(&self) -> bool {
        self.op.is_none() && self.marks.iter().any(|mark| mark == "extra")
    }

    /// [`Row::live_request_left`]; 0 when the request is whole.
    pub(crate) fn left(&self) -> usize {
        self.live_request_left.map_or(0, |left| left as usize)
    }
}

/// All rows of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunRows {
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Whether WRITEs may send a pattern in the place of their data, because the replay did not have it.
    pub may_lack_data: bool,
}

/// Why the rows of a run could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file could not be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no Parquet file, or is damaged.
    #[error("cannot read {}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A column has another type than its contract says.
    #[error("cannot read the columns of {}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ArrowError,
    },
}

impl RunRows {
    /// Reads the `operations.parquet` at `path`.
    ///
    /// # Errors
    /// [`RunError`] when it is not there, not readable, or lacks a column.
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let parquet = |source| RunError::Parquet { path: path.to_owned(), source };
        let column = |source| RunError::Column { path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| RunError::Open { path: path.to_owned(), source })?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet)?.build().map_err(parquet)?;
        let mut rows = Vec::new();
        for batch in reader {
            rows.extend(rows_of(&batch.map_err(column)?).map_err(column)?);
        }
        Ok(Self { rows, may_lack_data: false })
    }
}

fn rows_of(batch: &RecordBatch) -> Result<Vec<Row>, ArrowError> {
    let session_file = strings(&named(batch, "session_file")?)?;
    let op = numbers(&named(batch, "op")?)?;
    let connection = numbers(&named(batch, "connection")?)?;
    let live_connection = numbers(&named(batch, "live_connection")?)?;
    let verdict = strings(&named(batch, "verdict")?)?;
    let live_status = numbers(&named(batch, "live_status")?)?;
    let live_request = binaries(&named(batch, "live_request")?)?;
    // Runs before 1.2 have all requests whole.
    let live_request_left = batch.column_by_name("live_request_left").map(numbers).transpose()?;
    let marks = named(batch, "marks")?;
    let patches = named(batch, "patches")?;
    (0..batch.num_rows())
        .map(|row| {
            Ok(Row {
                session_file: string_at(&session_file, row),
                op: number_at(&op, row),
                connection: number_at(&connection, row),
                live_connection: number_at(&live_connection, row),
                verdict: string_at(&verdict, row),
                marks: marks_of(items(&marks, row)?)?,
                live_status: number_at(&live_status, row),
                live_request: live_request.is_valid(row).then(|| live_request.value(row).to_vec()),
                live_request_left: live_request_left.as_ref().and_then(|left| number_at(left, row)),
                patches: patches_of(items(&patches, row)?)?,
            })
        })
        .collect()
}

fn named(batch: &RecordBatch, name: &str) -> Result<ArrayRef, ArrowError> {
    batch.column_by_name(name).cloned().ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name}")))
}

// Casting makes the encoding of a column (dictionary, view, small or large offsets) no concern of this reader.

fn numbers(column: &ArrayRef) -> Result<UInt32Array, ArrowError> {
    Ok(cast(column, &DataType::UInt32)?.as_primitive::<UInt32Type>().clone())
}

fn strings(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn binaries(column: &ArrayRef) -> Result<LargeBinaryArray, ArrowError> {
    Ok(cast(column, &DataType::LargeBinary)?.as_binary::<i64>().clone())
}

fn number_at(column: &UInt32Array, row: usize) -> Option<u32> {
    column.is_valid(row).then(|| column.value(row))
}

fn string_at(column: &StringArray, row: usize) -> Option<String> {
    column.is_valid(row).then(|| column.value(row).to_owned())
}

/// The items of the list in `row`; `None` for a null.
fn items(column: &ArrayRef, row: usize) -> Result<Option<ArrayRef>, ArrowError> {
    if column.is_null(row) {
        return Ok(None);
    }
    if let Some(list) = column.as_list_opt::<i32>() {
        return Ok(Some(list.value(row)));
    }
    match column.as_list_opt::<i64>() {
        Some(list) => Ok(Some(list.value(row))),
        None => Err(ArrowError::SchemaError(format!("not a list: {}", column.data_type()))),
    }
}

fn marks_of(items: Option<ArrayRef>) -> Result<Vec<String>, ArrowError> {
    let Some(items) = items else {
        return Ok(Vec::new());
    };
    Ok(strings(&items)?.iter().flatten().map(str::to_owned).collect())
}

fn patches_of(items: Option<ArrayRef>) -> Result<Vec<Patch>, ArrowError> {
    let Some(items) = items else {
        return Ok(Vec::new());
    };
    let Some(structs) = items.as_any().downcast_ref::<StructArray>() else {
        return Err(ArrowError::SchemaError(format!("patches are not structs: {}", items.data_type())));
    };
    let field = |name: &str| structs.column_by_name(name);
    let required =
        |name: &str| field(name).ok_or_else(|| ArrowError::SchemaError(format!("a patch has no field {name}")));
    let offset = numbers(required("offset")?)?;
    let length = numbers(required("length")?)?;
    let what = strings(required("what")?)?;
    let captured_length = field("captured_length").map(numbers).transpose()?;
    (0..structs.len())
        .map(|index| match (number_at(&offset, index), number_at(&length, index)) {
            (Some(offset), Some(length)) => Ok(Patch {
                offset,
                length,
                captured_length: captured_length.as_ref().and_then(|column| number_at(column, index)),
                what: string_at(&what, index).unwrap_or_default(),
            }),
            _ => Err(ArrowError::SchemaError("a patch without offset or length".to_owned())),
        })
        .collect()
}
