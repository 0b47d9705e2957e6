//! Loops over the columns of a batch, by their types. What a row without a value gives does not matter: it is masked.

use super::values::{BatchError, Memo};
use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, FixedSizeBinaryArray, ListArray, PrimitiveArray, RecordBatch,
    StringArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{Int32Type, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type};

/// The column with this name.
pub(super) fn column<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, BatchError> {
    batch.column_by_name(name).ok_or(BatchError::NoColumn(name))
}

/// The rows that have a value.
pub(super) fn present(array: &ArrayRef) -> BooleanBuffer {
    array.nulls().map_or_else(|| BooleanBuffer::new_set(array.len()), |nulls| nulls.inner().clone())
}

/// Asks each number of a column: of integers, times or truths.
pub(super) fn numbers(
    column: &'static str,
    array: &ArrayRef,
    mut accepts: impl FnMut(i128) -> bool,
) -> Result<BooleanBuffer, BatchError> {
    let any = array.as_any();
    macro_rules! primitive {
        ($($type:ty)*) => {$(
            if let Some(array) = any.downcast_ref::<PrimitiveArray<$type>>() {
                return Ok(array.values().iter().map(|value| accepts(i128::from(*value))).collect());
            }
        )*};
    }
    primitive! { UInt32Type UInt64Type UInt16Type UInt8Type TimestampNanosecondType }
    match any.downcast_ref::<BooleanArray>() {
        Some(array) => Ok(array.values().iter().map(|value| accepts(i128::from(value))).collect()),
        None => Err(wrong_type(column, array)),
    }
}

/// Asks the text of each row of a column; a word of a dictionary once.
pub(super) fn each_word(
    column: &'static str,
    array: &ArrayRef,
    memo: &mut Memo,
    mut accepts: impl FnMut(&str) -> bool,
) -> Result<BooleanBuffer, BatchError> {
    let Some((dictionary, words)) = dictionary(array) else {
        return bools(column, array, |text| text.is_some_and(&mut accepts));
    };
    let values = dictionary.values();
    let is_known = memo.words.as_ref().is_some_and(|known| known.to_data().ptr_eq(&values.to_data()));
    if !is_known {
        memo.words = Some(values.clone());
        memo.passes.clear();
        memo.passes.resize(words.len(), None);
    }
    let keys = dictionary.keys();
    Ok(BooleanBuffer::collect_bool(keys.len(), |row| {
        let Some(word) = key(keys, row) else { return false };
        match memo.passes.get_mut(word) {
            Some(Some(passes)) => *passes,
            Some(unknown) => *unknown.insert(words.is_valid(word) && accepts(words.value(word))),
            None => false,
        }
    }))
}

/// Asks the text of each row of a column, row by row.
pub(super) fn bools(
    column: &'static str,
    array: &ArrayRef,
    mut accepts: impl FnMut(Option<&str>) -> bool,
) -> Result<BooleanBuffer, BatchError> {
    if let Some(texts) = array.as_any().downcast_ref::<StringArray>() {
        return Ok(texts.iter().map(accepts).collect());
    }
    let (dictionary, words) = dictionary(array).ok_or_else(|| wrong_type(column, array))?;
    let keys = dictionary.keys();
    Ok(BooleanBuffer::collect_bool(keys.len(), |row| {
        let word = key(keys, row).filter(|word| *word < words.len() && words.is_valid(*word));
        accepts(word.map(|word| words.value(word)))
    }))
}

/// Asks the texts of each row of a column of lists. A row without a list has no texts.
pub(super) fn lists(
    column: &'static str,
    array: &ArrayRef,
    mut accepts: impl FnMut(&StringArray) -> bool,
) -> Result<BooleanBuffer, BatchError> {
    let lists: &ListArray = array.as_any().downcast_ref().ok_or_else(|| wrong_type(column, array))?;
    let mut passes = Vec::with_capacity(lists.len());
    let none = StringArray::new_null(0);
    for row in 0..lists.len() {
        // Most lists are empty; a slice of one is an allocation.
        if lists.is_null(row) || lists.value_length(row) <= 0 {
            passes.push(accepts(&none));
            continue;
        }
        let items = lists.value(row);
        let items: &StringArray = items.as_any().downcast_ref().ok_or_else(|| wrong_type(column, array))?;
        passes.push(accepts(items));
    }
    Ok(passes.into())
}

/// Asks the sixteen bytes of each row of a column.
pub(super) fn sixteen_bytes(
    column: &'static str,
    array: &ArrayRef,
    mut accepts: impl FnMut([u8; 16]) -> bool,
) -> Result<BooleanBuffer, BatchError> {
    let rows: &FixedSizeBinaryArray = array.as_any().downcast_ref().ok_or_else(|| wrong_type(column, array))?;
    Ok(rows.iter().map(|bytes| bytes.and_then(|bytes| bytes.try_into().ok()).is_some_and(&mut accepts)).collect())
}

fn dictionary(array: &ArrayRef) -> Option<(&DictionaryArray<Int32Type>, &StringArray)> {
    let dictionary: &DictionaryArray<Int32Type> = array.as_any().downcast_ref()?;
    Some((dictionary, dictionary.values().as_any().downcast_ref()?))
}

fn key(keys: &PrimitiveArray<Int32Type>, row: usize) -> Option<usize> {
    let key = keys.values().get(row).filter(|_| keys.is_valid(row))?;
    usize::try_from(*key).ok()
}

fn wrong_type(column: &'static str, array: &ArrayRef) -> BatchError {
    BatchError::Type { column, found: array.data_type().to_string() }
}
