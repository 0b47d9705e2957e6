//! A column of a table of rows `R`: its name and type, and the way between the field of a row and an Arrow array.

use crate::packed::Form;
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;

/// A way to store values of the type `T` in an Arrow array.
pub(crate) trait Encoding<T> {
    /// Whether a value may be missing.
    const NULLABLE: bool;

    /// Type of the array.
    fn data_type() -> DataType;

    /// The array of `values`.
    fn array<'a>(values: impl ExactSizeIterator<Item = &'a T>) -> ArrayRef
    where
        T: 'a;

    /// Hands the values of `array` to `set`, each with its index.
    fn read(array: &dyn Array, set: impl FnMut(usize, T)) -> Result<(), CellError>;
}

/// What is wrong with an array or one of its cells, in words that follow "column 'x'".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CellError {
    /// The array is of another type.
    #[error("is {found} instead of {expected}")]
    Type {
        /// Type of the array.
        found: String,
        /// Type it should be.
        expected: String,
    },
    /// A value that every row has is missing.
    #[error("has no value in row {row}")]
    Missing {
        /// Index in the batch.
        row: usize,
    },
    /// A word that is not among those of the column.
    #[error("has the unknown value '{value}' in row {row}")]
    Word {
        /// Index in the batch.
        row: usize,
        /// The word, cut to 40 characters.
        value: String,
    },
}

/// Puts the values of an array into the field of rows.
type ReadInto<R> = fn(&dyn Array, &mut [R]) -> Result<(), CellError>;

/// A column of a table of rows `R`.
pub struct Column<R: 'static> {
    /// Name in the file.
    pub name: &'static str,
    /// Group of the schema it belongs to.
    pub group: &'static str,
    /// Wireshark's display-filter name; empty where there is none.
    pub wireshark: &'static str,
    /// Section of the specification; empty where there is none.
    pub spec: &'static str,
    /// What it holds, in one phrase.
    pub meaning: &'static str,
    pub(crate) nullable: bool,
    /// Whether files of an earlier minor version lack it; its field is empty then.
    pub(crate) later: bool,
    pub(crate) data_type: fn() -> DataType,
    pub(crate) write: fn(&[R]) -> ArrayRef,
    /// `None` for a column that is derived from others.
    pub(crate) read: Option<ReadInto<R>>,
    /// The field of a column that holds whole messages.
    pub(crate) message: Option<fn(&R) -> &Option<Bytes>>,
    /// What its values are, packed, if rows are packed on their way into the file.
    pub(crate) form: Option<Form>,
}

impl<R> Column<R> {
    /// Whether it holds whole messages, which readers that are after the meaning leave out.
    pub fn is_message(&self) -> bool {
        self.message.is_some()
    }

    /// Its values in `rows`, as session files have them: of the type of [`Column::field`], one for each row.
    pub fn array(&self, rows: &[R]) -> ArrayRef {
        (self.write)(rows)
    }

    /// Its Arrow field, with `wireshark` and `spec` as metadata.
    pub fn field(&self) -> Field {
        let metadata: HashMap<String, String> = [("wireshark", self.wireshark), ("spec", self.spec)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Field::new(self.name, (self.data_type)(), self.nullable).with_metadata(metadata)
    }
}

/// The Arrow schema of `columns`, with `schema_version` in its metadata.
pub(crate) fn arrow_schema<R>(columns: &[Column<R>]) -> SchemaRef {
    let fields: Vec<Field> = columns.iter().map(Column::field).collect();
    let version = ("schema_version".to_owned(), crate::metadata::SCHEMA_VERSION.to_owned());
    Arc::new(Schema::new_with_metadata(fields, HashMap::from([version])))
}

/// `rows` as a batch of `schema`, which is that of `columns`.
#[cfg(test)]
pub(crate) fn encode<R: 'static>(
    columns: impl IntoIterator<Item = &'static Column<R>>,
    schema: &SchemaRef,
    rows: &[R],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let arrays = columns.into_iter().map(|column| (column.write)(rows)).collect();
    RecordBatch::try_new(schema.clone(), arrays)
}

/// A column of a batch that is missing or cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// The batch has no such column.
    #[error("has no column '{0}'")]
    NoColumn(&'static str),
    /// The column's type or a value in it.
    #[error("column '{column}' {source}")]
    Cell {
        /// Name of the column.
        column: &'static str,
        /// What is wrong.
        source: CellError,
    },
}

/// Fills `rows`, one for each row of `batch`, from those `columns` that `wanted` accepts.
pub(crate) fn decode<R>(
    columns: &[Column<R>],
    batch: &RecordBatch,
    rows: &mut [R],
    wanted: impl Fn(&Column<R>) -> bool,
) -> Result<(), DecodeError> {
    for column in columns.iter().filter(|column| wanted(column)) {
        let Some(read) = column.read else { continue };
        let array = match batch.column_by_name(column.name) {
            None if column.later => continue,
            array => array.ok_or(DecodeError::NoColumn(column.name))?,
        };
        read(array.as_ref(), rows).map_err(|source| DecodeError::Cell { column: column.name, source })?;
    }
    Ok(())
}

/// A column stored from and to the field of the same name.
macro_rules! column {
    ($row:ty, $group:literal, $field:ident: $encoding:ty, $wireshark:literal, $spec:literal, $meaning:literal) => {
        $crate::schema::column::Column::<$row> {
            name: stringify!($field),
            group: $group,
            wireshark: $wireshark,
            spec: $spec,
            meaning: $meaning,
            nullable: $crate::schema::column::nullable_of::<$encoding, $row, _>(|row| &row.$field),
            later: false,
            data_type: || $crate::schema::column::data_type_of::<$encoding, $row, _>(|row| &row.$field),
            write: |rows| <$encoding as $crate::schema::column::Encoding<_>>::array(rows.iter().map(|row| &row.$field)),
            read: Some(|array, rows| {
                <$encoding as $crate::schema::column::Encoding<_>>::read(array, |index, value| {
                    if let Some(row) = rows.get_mut(index) {
                        row.$field = value;
                    }
                })
            }),
            message: None,
            form: None,
        }
    };
}
pub(crate) use column;

/// The same of a column that came with a later minor version than 1.0.
macro_rules! later {
    ($row:ty, $group:literal, $field:ident: $encoding:ty, $wireshark:literal, $spec:literal, $meaning:literal) => {
        $crate::schema::column::Column::<$row> {
            later: true,
            ..$crate::schema::column::column!($row, $group, $field: $encoding, $wireshark, $spec, $meaning)
        }
    };
}
pub(crate) use later;

/// The type in which `E` stores the field that `_field` selects.
pub(crate) fn data_type_of<E: Encoding<T>, R, T>(_field: fn(&R) -> &T) -> DataType {
    E::data_type()
}

/// Whether the field that `_field` selects may be missing.
pub(crate) const fn nullable_of<E: Encoding<T>, R, T>(_field: fn(&R) -> &T) -> bool {
    E::NULLABLE
}
