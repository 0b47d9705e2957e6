//! The values of a source in a batch: which rows have one, and in which it passes.

use super::arrays::{bools, column, each_word, lists, numbers, present, sixteen_bytes};
use super::expression::Quantifier;
use super::field::{FieldKind, Form, Source, When};
use super::names::Names;
use super::predicate::Atom;
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::buffer::BooleanBuffer;
use smb2::Command;

/// Why a batch does not fit a filter.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchError {
    /// A column that the filter needs is missing.
    #[error("has no column '{0}'")]
    NoColumn(&'static str),
    /// A column is of a type that it cannot be.
    #[error("column '{column}' is {found}")]
    Type {
        /// The column.
        column: &'static str,
        /// Its type.
        found: String,
    },
}

/// Which words of a dictionary pass, as far as they were looked at. The batches of a row group share their dictionary.
#[derive(Debug, Default)]
pub(super) struct Memo {
    pub(super) words: Option<ArrayRef>,
    pub(super) passes: Vec<Option<bool>>,
}

/// The rows that have a value, and those of them in which it passes.
#[derive(Clone, Debug)]
pub(super) struct Passing {
    pub(super) present: BooleanBuffer,
    pub(super) passes: BooleanBuffer,
}

/// Tests the values that `source` has.
pub(super) fn passing(
    batch: &RecordBatch,
    source: &Source,
    atom: &Atom,
    memo: &mut Memo,
) -> Result<Passing, BatchError> {
    let (name, test) = (source.column, &atom.test);
    let array = column(batch, name)?;
    let mut is_there = present(array);
    let passes = match source.form {
        Form::Number | Form::Bits { .. } => {
            numbers(name, array, |value| test.accepts_number(source.form.number(atom.field.kind, value)))?
        }
        Form::Always(value) => constant(test.accepts_number(value.into()), array.len()),
        Form::Command => {
            each_word(name, array, memo, |word| command(word).is_some_and(|code| test.accepts_number(code)))?
        }
        Form::Text => each_word(name, array, memo, |word| test.accepts_text(word))?,
        Form::Texts => {
            is_there = lists(name, array, |items| items.len() > 0)?;
            let accepts = |item: Option<&str>| item.is_some_and(|item| test.accepts_text(item));
            match atom.quantifier {
                Quantifier::Any => lists(name, array, |items| items.iter().any(accepts))?,
                Quantifier::All => lists(name, array, |items| items.iter().all(accepts))?,
            }
        }
        Form::Wide => sixteen_bytes(name, array, |bytes| test.accepts_wide(u128::from_be_bytes(bytes)))?,
    };
    Ok(Passing { passes: &passes & &is_there, present: is_there })
}

/// Tests the pairs of numbers that two sources have in the same rows.
pub(super) fn passing_pairs(
    batch: &RecordBatch,
    (left, left_kind): (&Source, FieldKind),
    (right, right_kind): (&Source, FieldKind),
    passes: impl Fn(i128, i128) -> bool,
) -> Result<Passing, BatchError> {
    let (left_values, right_values) = (values(batch, left, left_kind)?, values(batch, right, right_kind)?);
    let pair = |row: usize| Some((left_values.get(row).copied().flatten()?, right_values.get(row).copied().flatten()?));
    let rows = batch.num_rows();
    Ok(Passing {
        present: BooleanBuffer::collect_bool(rows, |row| pair(row).is_some()),
        passes: BooleanBuffer::collect_bool(rows, |row| pair(row).is_some_and(|(one, other)| passes(one, other))),
    })
}

/// The rows in which `when` is so.
pub(super) fn holding(batch: &RecordBatch, when: When) -> Result<BooleanBuffer, BatchError> {
    let name = when.column();
    let array = column(batch, name)?;
    let (is_there, memo) = (present(array), &mut Memo::default());
    let is_one = |word: &str, commands: &[Command]| {
        command(word).is_some_and(|code| commands.iter().any(|command| i128::from(command.0) == code))
    };
    // What is not known has no flag, and is no command.
    let not = |holds: BooleanBuffer| !&(&holds & &is_there);
    let holds = match when {
        When::Has(_, mask) => numbers(name, array, |value| value & i128::from(mask) != 0)?,
        When::Lacks(_, mask) => return numbers(name, array, |value| value & i128::from(mask) != 0).map(not),
        When::Is(_, wanted) => numbers(name, array, |value| value == i128::from(wanted))?,
        When::Command(commands) => each_word(name, array, memo, |word| is_one(word, commands))?,
        When::NotCommand(commands) => return each_word(name, array, memo, |word| is_one(word, commands)).map(not),
        When::NotKind(kinds) => each_word(name, array, memo, |word| !kinds.contains(&word))?,
    };
    Ok(&holds & &is_there)
}

pub(super) fn constant(value: bool, rows: usize) -> BooleanBuffer {
    if value { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
}

/// All values of a source of numbers.
fn values(batch: &RecordBatch, source: &Source, kind: FieldKind) -> Result<Vec<Option<i128>>, BatchError> {
    let array = column(batch, source.column)?;
    let is_there = present(array);
    let mut values = Vec::with_capacity(array.len());
    // The loops over columns give truths; here they only go through the rows.
    match source.form {
        Form::Always(value) => values.resize(array.len(), Some(value.into())),
        Form::Command => {
            bools(source.column, array, |word| {
                values.push(word.and_then(command));
                true
            })?;
        }
        _ => {
            numbers(source.column, array, |value| {
                values.push(Some(source.form.number(kind, value)));
                true
            })?;
        }
    }
    values.iter_mut().zip(&is_there).filter(|(_, is_there)| !is_there).for_each(|(value, _)| *value = None);
    Ok(values)
}

impl Form {
    /// The number that a field of such a form has where the column has `value`.
    fn number(self, kind: FieldKind, value: i128) -> i128 {
        match self {
            Self::Bits { mask } if kind == FieldKind::Flag => i128::from(value & i128::from(mask) != 0),
            Self::Bits { mask } => (value & i128::from(mask)).checked_shr(mask.trailing_zeros()).unwrap_or_default(),
            _ => value,
        }
    }
}

/// The code of a command as session files have it: its name, or hex digits after `0x`.
fn command(word: &str) -> Option<i128> {
    let unknown = || u16::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    Names::Command.value(word).map(i128::from).or_else(|| unknown().map(i128::from))
}
