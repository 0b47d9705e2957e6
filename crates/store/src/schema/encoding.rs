//! How the fields of rows are stored in Arrow arrays, by their types.

use super::column::{CellError, Encoding};
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, FixedSizeBinaryArray, FixedSizeBinaryBuilder,
    LargeBinaryArray, LargeBinaryBuilder, ListArray, ListBuilder, PrimitiveArray, StringArray, StringBuilder,
    StringDictionaryBuilder, TimestampNanosecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, TimeUnit, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use bytes::Bytes;
use capture::Timestamp;
use dissect::{Closed, Kind, SignatureState};
use smb2::{Command, FileId, Guid};
use std::sync::Arc;

/// Each value by itself.
pub(crate) struct Plain;

/// Text that repeats, as a dictionary.
pub(crate) struct Dict;

impl CellError {
    /// The array is not of the type `expected`.
    pub(crate) fn type_of(array: &dyn Array, expected: &DataType) -> Self {
        Self::Type { found: array.data_type().to_string(), expected: expected.to_string() }
    }

    /// A word of row `row` that is not among those of the column.
    pub(crate) fn word(row: usize, value: &str) -> Self {
        Self::Word { row, value: value.chars().take(40).collect() }
    }
}

/// `array` as the array type `A`.
pub(crate) fn downcast<'a, A: 'static>(array: &'a dyn Array, expected: &DataType) -> Result<&'a A, CellError> {
    array.as_any().downcast_ref::<A>().ok_or_else(|| CellError::type_of(array, expected))
}

macro_rules! integers {
    ($($rust:ty => $arrow:ty),*) => {$(
        impl Encoding<Option<$rust>> for Plain {
            const NULLABLE: bool = true;

            fn data_type() -> DataType {
                <$arrow>::DATA_TYPE
            }

            fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<$rust>>) -> ArrayRef {
                Arc::new(values.copied().collect::<PrimitiveArray<$arrow>>())
            }

            fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<$rust>)) -> Result<(), CellError> {
                let array: &PrimitiveArray<$arrow> = downcast(array, &<$arrow>::DATA_TYPE)?;
                array.iter().enumerate().for_each(|(row, value)| set(row, value));
                Ok(())
            }
        }

        impl Encoding<$rust> for Plain {
            const NULLABLE: bool = false;

            fn data_type() -> DataType {
                <$arrow>::DATA_TYPE
            }

            fn array<'a>(values: impl ExactSizeIterator<Item = &'a $rust>) -> ArrayRef {
                Arc::new(PrimitiveArray::<$arrow>::from_iter_values(values.copied()))
            }

            fn read(array: &dyn Array, mut set: impl FnMut(usize, $rust)) -> Result<(), CellError> {
                let array: &PrimitiveArray<$arrow> = downcast(array, &<$arrow>::DATA_TYPE)?;
                array.iter().enumerate().try_for_each(|(row, value)| {
                    set(row, value.ok_or(CellError::Missing { row })?);
                    Ok(())
                })
            }
        }
    )*};
}

integers!(u8 => UInt8Type, u16 => UInt16Type, u32 => UInt32Type, u64 => UInt64Type);

impl Encoding<bool> for Plain {
    const NULLABLE: bool = false;

    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a bool>) -> ArrayRef {
        Arc::new(values.map(|value| Some(*value)).collect::<BooleanArray>())
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, bool)) -> Result<(), CellError> {
        let array: &BooleanArray = downcast(array, &DataType::Boolean)?;
        array.iter().enumerate().try_for_each(|(row, value)| {
            set(row, value.ok_or(CellError::Missing { row })?);
            Ok(())
        })
    }
}

impl Encoding<Option<Timestamp>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<Timestamp>>) -> ArrayRef {
        let array: TimestampNanosecondArray = values.map(|value| value.map(|time| time.0)).collect();
        Arc::new(array.with_timezone("UTC"))
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<Timestamp>)) -> Result<(), CellError> {
        let expected = <Self as Encoding<Option<Timestamp>>>::data_type();
        let array: &TimestampNanosecondArray = downcast(array, &expected)?;
        array.iter().enumerate().for_each(|(row, value)| set(row, value.map(Timestamp)));
        Ok(())
    }
}

/// Types of 16 bytes.
macro_rules! sixteen_bytes {
    ($($type:ty: $into:expr, $from:expr;)*) => {$(
        impl Encoding<Option<$type>> for Plain {
            const NULLABLE: bool = true;

            fn data_type() -> DataType {
                DataType::FixedSizeBinary(16)
            }

            fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<$type>>) -> ArrayRef {
                fixed_array(values.map(|value| value.as_ref().map($into)))
            }

            fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<$type>)) -> Result<(), CellError> {
                read_fixed(array, |row, value| set(row, value.map($from)))
            }
        }
    )*};
}

sixteen_bytes! {
    FileId: |id: &FileId| id.0, FileId;
    Guid: |guid: &Guid| guid.0, Guid;
    [u8; 16]: |bytes: &[u8; 16]| *bytes, |bytes| bytes;
}

fn fixed_array(values: impl ExactSizeIterator<Item = Option<[u8; 16]>>) -> ArrayRef {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 16);
    for value in values {
        match value.map(|bytes| builder.append_value(bytes)) {
            Some(Ok(())) => {}
            // Cannot be: 16 bytes always fit a builder of width 16.
            Some(Err(_)) | None => builder.append_null(),
        }
    }
    Arc::new(builder.finish())
}

fn read_fixed(array: &dyn Array, mut set: impl FnMut(usize, Option<[u8; 16]>)) -> Result<(), CellError> {
    let expected = DataType::FixedSizeBinary(16);
    let array: &FixedSizeBinaryArray = downcast(array, &expected)?;
    for (row, value) in array.iter().enumerate() {
        let value = value.map(|bytes| <[u8; 16]>::try_from(bytes).map_err(|_| CellError::type_of(array, &expected)));
        set(row, value.transpose()?);
    }
    Ok(())
}

impl Encoding<Option<Bytes>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        DataType::LargeBinary
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<Bytes>>) -> ArrayRef {
        let mut builder = LargeBinaryBuilder::with_capacity(values.len(), 0);
        values.for_each(|value| builder.append_option(value.as_deref()));
        Arc::new(builder.finish())
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<Bytes>)) -> Result<(), CellError> {
        let array: &LargeBinaryArray = downcast(array, &DataType::LargeBinary)?;
        // Copied, so that a row that is kept does not keep its whole batch.
        array.iter().enumerate().for_each(|(row, value)| set(row, value.map(Bytes::copy_from_slice)));
        Ok(())
    }
}

impl Encoding<Option<String>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<String>>) -> ArrayRef {
        Arc::new(values.map(|value| value.as_deref()).collect::<StringArray>())
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<String>)) -> Result<(), CellError> {
        let array: &StringArray = downcast(array, &DataType::Utf8)?;
        array.iter().enumerate().for_each(|(row, value)| set(row, value.map(str::to_owned)));
        Ok(())
    }
}

impl Encoding<Vec<String>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)))
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Vec<String>>) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new());
        values.for_each(|value| builder.append_value(value.iter().map(Some)));
        Arc::new(builder.finish())
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Vec<String>)) -> Result<(), CellError> {
        read_list(array, &<Self as Encoding<Vec<String>>>::data_type(), |row, items| {
            let items: &StringArray = downcast(items, &DataType::Utf8)?;
            set(row, items.iter().flatten().map(str::to_owned).collect());
            Ok(())
        })
    }
}

/// Hands the items of each list to `set`; a missing or empty one, as most are, is left as it is.
pub(crate) fn read_list(
    array: &dyn Array,
    expected: &DataType,
    mut set: impl FnMut(usize, &dyn Array) -> Result<(), CellError>,
) -> Result<(), CellError> {
    let array: &ListArray = downcast(array, expected)?;
    for row in (0..array.len()).filter(|row| array.is_valid(*row) && array.value_length(*row) > 0) {
        set(row, array.value(row).as_ref())?;
    }
    Ok(())
}

/// The type of text stored as a dictionary.
pub(crate) fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The dictionary array of `values`.
pub(crate) fn dictionary<V: AsRef<str>>(values: impl Iterator<Item = Option<V>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}

/// Hands each text of a dictionary array, or of a plain one that an editor made of it, to `set`.
pub(crate) fn read_text(
    array: &dyn Array,
    mut set: impl FnMut(usize, Option<&str>) -> Result<(), CellError>,
) -> Result<(), CellError> {
    if let Some(array) = array.as_any().downcast_ref::<StringArray>() {
        return array.iter().enumerate().try_for_each(|(row, value)| set(row, value));
    }
    let expected = dictionary_type();
    let array: &DictionaryArray<Int32Type> = downcast(array, &expected)?;
    let words: &StringArray = downcast(array.values(), &expected)?;
    for (row, key) in array.keys().iter().enumerate() {
        let index = key.and_then(|key| usize::try_from(key).ok()).filter(|index| *index < words.len());
        set(row, index.filter(|index| words.is_valid(*index)).map(|index| words.value(index)))?;
    }
    Ok(())
}

impl Encoding<Option<Arc<str>>> for Dict {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        dictionary_type()
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<Arc<str>>>) -> ArrayRef {
        dictionary(values.map(Option::as_ref))
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<Arc<str>>)) -> Result<(), CellError> {
        // Most rows repeat the text of the row before.
        let mut last: Option<Arc<str>> = None;
        read_text(array, |row, value| {
            let text = value.map(|value| last.take().filter(|text| **text == *value).unwrap_or_else(|| value.into()));
            last.clone_from(&text);
            set(row, text);
            Ok(())
        })
    }
}

/// Enumerations stored as their words: optional ones, and those that every row has.
macro_rules! words {
    ($($type:ty: $name:expr, $parse:expr;)*) => {$(
        impl Encoding<Option<$type>> for Dict {
            const NULLABLE: bool = true;

            fn data_type() -> DataType {
                dictionary_type()
            }

            fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<$type>>) -> ArrayRef {
                dictionary(values.map(|value| value.map($name)))
            }

            fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<$type>)) -> Result<(), CellError> {
                read_text(array, |row, word| {
                    let value = word.map(|word| $parse(word).ok_or_else(|| CellError::word(row, word)));
                    set(row, value.transpose()?);
                    Ok(())
                })
            }
        }

        impl Encoding<$type> for Dict {
            const NULLABLE: bool = false;

            fn data_type() -> DataType {
                dictionary_type()
            }

            fn array<'a>(values: impl ExactSizeIterator<Item = &'a $type>) -> ArrayRef {
                dictionary(values.map(|value| Some($name(*value))))
            }

            fn read(array: &dyn Array, mut set: impl FnMut(usize, $type)) -> Result<(), CellError> {
                read_text(array, |row, word| {
                    let word = word.ok_or(CellError::Missing { row })?;
                    set(row, $parse(word).ok_or_else(|| CellError::word(row, word))?);
                    Ok(())
                })
            }
        }
    )*};
}

words! {
    Kind: Kind::name, |word: &str| Kind::ALL.into_iter().find(|kind| kind.name() == word);
    SignatureState: SignatureState::name, |word: &str| SignatureState::ALL.into_iter().find(|state| state.name() == word);
    Closed: Closed::name, Closed::from_name;
    Command: |command: Command| command.to_string(), command_of;
}

/// The inverse of [`Command`]'s `Display`.
fn command_of(word: &str) -> Option<Command> {
    let unknown = || word.strip_prefix("0x").and_then(|digits| u16::from_str_radix(digits, 16).ok()).map(Command);
    Command::ALL.iter().find(|command| command.name() == Some(word)).copied().or_else(unknown)
}
