#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use arrow::array::{ArrayRef, Int32Array, UInt32Array, UInt64Array};
use std::sync::Arc;

/// A batch of three rows, with `edit` in the place of columns.
fn batch(edit: impl Fn(&str) -> Option<ArrayRef>) -> RecordBatch {
    let column = |name: &str| -> ArrayRef {
        match name {
            "op" => Arc::new(UInt32Array::from(vec![5, 6, 7])),
            "status" | "request_flags" => Arc::new(UInt32Array::from(vec![Some(0), None, Some(0xc000_0034)])),
            "kind" => words(&[Some(0), Some(1), Some(0)], vec!["exchange", "request"]),
            "command" => words(&[Some(0), Some(1), None], vec!["CREATE", "0x0077"]),
            "share" => words(&[Some(0), Some(0), None], vec!["\\\\a\\b"]),
            "path" => words(&[Some(1), Some(0), None], vec!["x", "y"]),
            "new_path" => Arc::new(StringArray::from(vec![None, Some("z"), None])),
            name if name.ends_with("_time") => Arc::new(TimestampNanosecondArray::from(vec![Some(1), None, Some(2)])),
            _ => Arc::new(UInt64Array::from(vec![Some(1), None, Some(2)])),
        }
    };
    let columns = COLUMNS.iter().map(|name| (*name, edit(name).unwrap_or_else(|| column(name))));
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn words(keys: &[Option<i32>], values: Vec<&str>) -> ArrayRef {
    let keys = Int32Array::from(keys.to_vec());
    Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(StringArray::from(values))).unwrap())
}

/// `op`, kind, command, path and its number of each row.
type Seen = (u32, Kind, Option<Command>, Option<String>, Option<u32>);

fn seen(
    reader: &mut Reader,
    batch: &RecordBatch,
    accepts: Option<&dyn Fn(&str) -> bool>,
) -> Result<Vec<Seen>, ColumnError> {
    let mut seen = Vec::new();
    reader.rows(batch, accepts, |row| {
        let path = row.path.map(|path| path.text.to_owned());
        seen.push((row.op, row.kind, row.command, path, row.path.and_then(|path| path.number)));
    })?;
    Ok(seen)
}

#[test]
fn texts_keep_their_numbers_whatever_the_dictionary() {
    let mut reader = Reader::default();
    let first = seen(&mut reader, &batch(|_| None), None).unwrap();
    let y = Some("y".to_owned());
    assert_eq!(first.first(), Some(&(5, Kind::Exchange, Some(Command::CREATE), y.clone(), Some(0))));
    assert_eq!(first.get(1).map(|row| (row.1, row.2)), Some((Kind::Request, Some(Command(0x77)))));
    assert_eq!(first.get(2), Some(&(7, Kind::Exchange, None, None, None)));
    let other = |name: &str| (name == "path").then(|| words(&[Some(0), Some(1), Some(0)], vec!["new", "y"]));
    let second = seen(&mut reader, &batch(other), None).unwrap();
    assert_eq!(second.get(1).map(|row| (row.3.clone(), row.4)), Some((y, Some(0))));
    // 1 is the share, 2 was "x".
    assert_eq!(second.first().and_then(|row| row.4), Some(3));
}

#[test]
fn a_path_is_judged_once_for_all_rows_of_a_dictionary() {
    let asked = std::cell::Cell::new(0);
    let accepts = |path: &str| {
        asked.set(asked.get() + 1);
        path == "y"
    };
    let keys: Vec<Option<i32>> = vec![Some(1), Some(1), Some(0)];
    let edited = batch(|name| match name {
        "path" => Some(words(&keys, vec!["x", "y"])),
        "new_path" => Some(Arc::new(StringArray::from(vec![None::<&str>; 3]))),
        _ => None,
    });
    let mut reader = Reader::default();
    for _ in 0..3 {
        let found = seen(&mut reader, &edited, Some(&accepts)).unwrap();
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [5, 6]);
    }
    assert_eq!(asked.get(), 2);
}

#[test]
fn a_rename_is_of_both_its_paths() {
    let accepts = |path: &str| path == "z";
    let found = seen(&mut Reader::default(), &batch(|_| None), Some(&accepts)).unwrap();
    assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [6]);
}

#[test]
fn plain_texts_are_read_like_a_dictionary() {
    let plain = |name: &str| -> Option<ArrayRef> {
        (name == "path").then(|| Arc::new(StringArray::from(vec![Some("y"), Some("x"), None])) as ArrayRef)
    };
    let found = seen(&mut Reader::default(), &batch(plain), None).unwrap();
    assert_eq!(found, seen(&mut Reader::default(), &batch(|_| None), None).unwrap());
}

#[test]
fn a_column_that_is_missing_retyped_emptied_or_misspelt_is_an_error() {
    let whole = batch(|_| None);
    for name in COLUMNS {
        let index = whole.schema().index_of(name).unwrap();
        let mut without = whole.clone();
        without.remove_column(index);
        let error = seen(&mut Reader::default(), &without, None).unwrap_err();
        assert_eq!(error, ColumnError::NoColumn(name));
        let retyped = batch(|other| (other == *name).then(|| Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef));
        let error = seen(&mut Reader::default(), &retyped, None).unwrap_err();
        assert_eq!(error.to_string(), format!("column '{name}' is Int32"));
    }
    let misspelt = batch(|name| (name == "kind").then(|| words(&[Some(0), Some(0), Some(0)], vec!["exchangé"])));
    let error = seen(&mut Reader::default(), &misspelt, None).unwrap_err();
    assert_eq!(error.to_string(), "column 'kind' has the unknown value 'exchangé'");
    let emptied =
        batch(|name| (name == "op").then(|| Arc::new(UInt32Array::from(vec![Some(1), None, Some(2)])) as ArrayRef));
    assert_eq!(seen(&mut Reader::default(), &emptied, None).unwrap_err(), ColumnError::NoValue("op"));
}
