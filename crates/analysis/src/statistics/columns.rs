//! The columns that statistics need, row by row, without rows being made.

use super::names::Names;
use arrow::array::{
    Array, ArrowPrimitiveType, DictionaryArray, PrimitiveArray, RecordBatch, StringArray, TimestampNanosecondArray,
};
use arrow::datatypes::{DataType, Int32Type, UInt32Type, UInt64Type};
use dissect::Kind;
use smb2::Command;

/// The columns to read a session file's batches with.
pub const COLUMNS: &[&str] = &[
    "op",
    "kind",
    "request_frame",
    "response_frame",
    "request_start_time",
    "request_time",
    "response_time",
    "interim_time",
    "latency_ns",
    "request_flags",
    "command",
    "status",
    "share",
    "path",
    "transferred",
    "new_path",
];

/// A batch that is not one of a session file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ColumnError {
    /// It lacks a column.
    #[error("no column '{0}'")]
    NoColumn(&'static str),
    /// A column has another type.
    #[error("column '{column}' is {found}")]
    Type {
        /// Its name.
        column: &'static str,
        /// The type it has.
        found: DataType,
    },
    /// A value that every row has is missing.
    #[error("column '{0}' has no value in a row")]
    NoValue(&'static str),
    /// A word that is not among those of the column.
    #[error("column '{column}' has the unknown value '{value}'")]
    Word {
        /// Its name.
        column: &'static str,
        /// The word, cut to 40 characters.
        value: String,
    },
}

/// What statistics look at in a row. Times are nanoseconds since 1970, as in the columns of these names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) op: u32,
    pub(super) kind: Kind,
    pub(super) command: Option<Command>,
    pub(super) status: Option<u32>,
    pub(super) request_frame: Option<u64>,
    pub(super) response_frame: Option<u64>,
    pub(super) request_start_time: Option<i64>,
    pub(super) request_time: Option<i64>,
    pub(super) interim_time: Option<i64>,
    pub(super) response_time: Option<i64>,
    pub(super) latency_ns: Option<u64>,
    /// Flags of the request's SMB2 header; an SMB1 multi-protocol negotiate has none.
    pub(super) request_flags: Option<u32>,
    pub(super) transferred: Option<u64>,
    pub(super) share: Option<Name<'a>>,
    pub(super) path: Option<Name<'a>>,
}

/// A text, and its number unless there are too many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) number: Option<u32>,
    pub(super) text: &'a str,
}

/// Takes batches apart. What a dictionary says is looked at once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) names: Names,
    kinds: Translated<Kind>,
    commands: Translated<Command>,
    shares: Translated<Option<u32>>,
    /// Whether a path is meant, and its number.
    paths: Translated<(bool, Option<u32>)>,
}

impl Reader {
    /// Hands the rows of `batch` to `each`: with `accepts` those whose path or new path it accepts.
    pub(super) fn rows(
        &mut self,
        batch: &RecordBatch,
        accepts: Option<&dyn Fn(&str) -> bool>,
        mut each: impl FnMut(Row<'_>),
    ) -> Result<(), ColumnError> {
        let op = numbers::<UInt32Type>(batch, "op")?;
        let status = numbers::<UInt32Type>(batch, "status")?;
        let flags = numbers::<UInt32Type>(batch, "request_flags")?;
        let [request_frame, response_frame, latency, transferred] =
            ["request_frame", "response_frame", "latency_ns", "transferred"]
                .map(|name| numbers::<UInt64Type>(batch, name));
        let (request_frame, response_frame, latency, transferred) =
            (request_frame?, response_frame?, latency?, transferred?);
        let [start, request, interim, response] =
            ["request_start_time", "request_time", "interim_time", "response_time"].map(|name| times(batch, name));
        let (start, request, interim, response) = (start?, request?, interim?, response?);
        let (kind, command) = (Words::of(batch, "kind")?, Words::of(batch, "command")?);
        let (share, path) = (Words::of(batch, "share")?, Words::of(batch, "path")?);
        let new_path: &StringArray = typed(batch, "new_path")?;
        self.kinds.begin(&kind.values);
        self.commands.begin(&command.values);
        self.shares.begin(&share.values);
        self.paths.begin(&path.values);

        for row in 0..batch.num_rows() {
            let names = &mut self.names;
            let path = match path.at(row) {
                None => None,
                Some((key, text)) => {
                    let known = self.paths.get(key, || {
                        let accepted = accepts.is_none_or(|accepts| accepts(text));
                        Ok((accepted, None))
                    })?;
                    Some((key, text, known))
                }
            };
            let renamed = || new_path.is_valid(row).then(|| new_path.value(row));
            let accepted = path.is_some_and(|(_, _, (accepted, _))| accepted)
                || accepts.is_none_or(|accepts| renamed().is_some_and(accepts));
            if !accepted {
                continue;
            }
            let path = path.map(|(key, text, (accepted, number))| {
                let number = number.or_else(|| names.number(text));
                self.paths.set(key, (accepted, number));
                Name { number, text }
            });
            let share = match share.at(row) {
                None => None,
                Some((key, text)) => Some(Name { number: self.shares.get(key, || Ok(names.number(text)))?, text }),
            };
            let (key, word) = kind.at(row).ok_or(ColumnError::NoValue("kind"))?;
            let kind = self.kinds.get(key, || kind_named(word).ok_or_else(|| unknown("kind", word)))?;
            let command = match command.at(row) {
                None => None,
                Some((key, word)) => {
                    Some(self.commands.get(key, || command_named(word).ok_or_else(|| unknown("command", word)))?)
                }
            };
            each(Row {
                op: at(op, row).ok_or(ColumnError::NoValue("op"))?,
                kind,
                command,
                status: at(status, row),
                request_frame: at(request_frame, row),
                response_frame: at(response_frame, row),
                request_start_time: at(start, row),
                request_time: at(request, row),
                interim_time: at(interim, row),
                response_time: at(response, row),
                latency_ns: at(latency, row),
                request_flags: at(flags, row),
                transferred: at(transferred, row),
                share,
                path,
            });
        }
        Ok(())
    }
}

pub(crate) fn kind_named(word: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == word)
}

/// The inverse of [`Command`]'s `Display`.
fn command_named(word: &str) -> Option<Command> {
    let unknown = || u16::from_str_radix(word.strip_prefix("0x")?, 16).ok().map(Command);
    Command::ALL.iter().find(|command| command.name() == Some(word)).copied().or_else(unknown)
}

pub(crate) fn unknown(column: &'static str, word: &str) -> ColumnError {
    ColumnError::Word { column, value: word.chars().take(40).collect() }
}

/// The column `name` as the array type `A`.
fn typed<'a, A: 'static>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a A, ColumnError> {
    let array = batch.column_by_name(name).ok_or(ColumnError::NoColumn(name))?;
    let typed = array.as_any().downcast_ref::<A>();
    typed.ok_or_else(|| ColumnError::Type { column: name, found: array.data_type().clone() })
}

pub(crate) fn numbers<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a PrimitiveArray<T>, ColumnError> {
    typed(batch, name)
}

pub(crate) fn times<'a>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a TimestampNanosecondArray, ColumnError> {
    typed(batch, name)
}

pub(crate) fn at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

/// A column of texts.
pub(crate) struct Words {
    keys: PrimitiveArray<Int32Type>,
    pub(crate) values: StringArray,
}

impl Words {
    /// The column `name`: a dictionary, or the plain texts that an editor made of it.
    pub(crate) fn of(batch: &RecordBatch, name: &'static str) -> Result<Self, ColumnError> {
        let array = batch.column_by_name(name).ok_or(ColumnError::NoColumn(name))?;
        let wrong = || ColumnError::Type { column: name, found: array.data_type().clone() };
        let expected = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let cast = match array.data_type() {
            DataType::Utf8 => Some(arrow::compute::cast(array, &expected).map_err(|_| wrong())?),
            _ => None,
        };
        let array = cast.as_ref().unwrap_or(array);
        let dictionary = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>().ok_or_else(wrong)?;
        let values = dictionary.values().as_any().downcast_ref::<StringArray>().ok_or_else(wrong)?;
        Ok(Self { keys: dictionary.keys().clone(), values: values.clone() })
    }

    /// The text of a row and its place in the dictionary.
    pub(crate) fn at(&self, row: usize) -> Option<(usize, &str)> {
        let key = usize::try_from(at(&self.keys, row)?).ok()?;
        (key < self.values.len() && self.values.is_valid(key)).then(|| (key, self.values.value(key)))
    }
}

/// What the texts of a dictionary mean. The batches of a row group share theirs.
#[derive(Debug)]
pub(crate) struct Translated<T> {
    dictionary: StringArray,
    known: Vec<Option<T>>,
}

impl<T> Default for Translated<T> {
    fn default() -> Self {
        Self { dictionary: StringArray::new_null(0), known: Vec::new() }
    }
}

impl<T: Copy> Translated<T> {
    /// Forgets everything, unless the dictionary is that of the batch before.
    pub(crate) fn begin(&mut self, dictionary: &StringArray) {
        let same_offsets = self.dictionary.offsets().inner().ptr_eq(dictionary.offsets().inner());
        if !(same_offsets && self.dictionary.values().ptr_eq(dictionary.values())) {
            self.dictionary = dictionary.clone();
            self.known.clear();
            self.known.resize_with(dictionary.len(), || None);
        }
    }

    /// What the text at `key` means, asked for when it is met first.
    pub(crate) fn get(
        &mut self,
        key: usize,
        translate: impl FnOnce() -> Result<T, ColumnError>,
    ) -> Result<T, ColumnError> {
        if let Some(Some(known)) = self.known.get(key) {
            return Ok(*known);
        }
        let found = translate()?;
        self.set(key, found);
        Ok(found)
    }

    fn set(&mut self, key: usize, found: T) {
        if let Some(known) = self.known.get_mut(key) {
            *known = Some(found);
        }
    }
}

#[cfg(test)]
mod tests;
