//! The columns of a run's `operations.parquet`.

use super::{Difference, Patch, RunRow, Verdict};
use crate::schema::column::{CellError, Column, Encoding, arrow_schema, column, later};
use crate::schema::encoding::{Dict, Plain, dictionary, dictionary_type, read_list, read_text};
use crate::schema::message::message;
use crate::schema::structs::{field_of, list_of_structs, list_type, number, text, u32_field};
use arrow::array::{Array, ArrayRef, ListArray, StringArray, UInt32Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, SchemaRef};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// The columns of `operations.parquet`, in its order.
#[rustfmt::skip]
pub static RUN_COLUMNS: &[Column<RunRow>] = &[
    column!(RunRow, "plan", session_file: Dict, "", "", "file name of the session the operation is from"),
    column!(RunRow, "plan", op: Plain, "", "", "its `op` in that file"),
    column!(RunRow, "plan", connection: Plain, "", "", "its captured connection"),
    column!(RunRow, "plan", live_connection: Plain, "", "", "number of the live connection it went out on"),
    column!(RunRow, "plan", clone: Plain, "", "", "0-based number of the clone"),
    column!(RunRow, "verdict", verdict: Dict, "", "", "match, status, body, no_response, skipped or not_compared"),
    column!(RunRow, "verdict", cause_op: Plain, "", "", "`op` of the operation that explains the verdict; see also the mark `explained`"),
    column!(RunRow, "verdict", marks: Dict, "", "", "orphan, pattern_payload (sent or read in the place of data that is not there), inferred, foreign_sid, timed_out, partly_captured, dfs_prefix_dropped, explained (by something that has no `op`); of extra requests: extra, and stand_in, credits, logon_leg, break_acknowledgment or unexpected_handle"),
    column!(RunRow, "times", due_time: Plain, "", "", "when it was due"),
    column!(RunRow, "times", sent_time: Plain, "", "", "when it was sent"),
    column!(RunRow, "times", response_time: Plain, "", "", "when the final response had arrived"),
    column!(RunRow, "times", lag_ns: Plain, "", "", "`sent_time` minus `due_time`, nanoseconds"),
    later!(RunRow, "times", own_lag_ns: Plain, "", "", "the part of `lag_ns` that is not because the live server answered later than the captured one"),
    column!(RunRow, "live", live_status: Plain, "smb2.nt_status", "MS-SMB2 2.2.1.2", "NTSTATUS of the live response"),
    message!(RunRow, "live", live_request, "", "MS-SMB2 2.2", "the request as sent, before encryption"),
    later!(RunRow, "live", live_request_left: Plain, "", "", "bytes at its end that are left out: they are the last ones of `request` of the same `op` in `session_file`"),
    message!(RunRow, "live", live_response, "", "MS-SMB2 2.2", "the final response, decrypted"),
    later!(RunRow, "live", live_response_left: Plain, "", "", "bytes at its end that are left out: they are the last ones of `response` of the same `op` in `session_file`"),
    column!(RunRow, "live", patches: Plain, "", "", "ranges of the request that differ from the captured one"),
    column!(RunRow, "live", differences: Plain, "", "", "compared fields whose values differ"),
    column!(RunRow, "live", detail: Plain, "", "", "one phrase for people"),
];

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| arrow_schema(RUN_COLUMNS));

/// The Arrow schema of `operations.parquet`.
pub(super) fn schema() -> SchemaRef {
    SCHEMA.clone()
}

impl Encoding<Verdict> for Dict {
    const NULLABLE: bool = false;

    fn data_type() -> DataType {
        dictionary_type()
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Verdict>) -> ArrayRef {
        dictionary(values.map(|verdict| Some(verdict.name())))
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Verdict)) -> Result<(), CellError> {
        read_text(array, |row, word| {
            let word = word.ok_or(CellError::Missing { row })?;
            set(row, Verdict::from_name(word).ok_or_else(|| CellError::word(row, word))?);
            Ok(())
        })
    }
}

impl Encoding<Option<String>> for Dict {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        dictionary_type()
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Option<String>>) -> ArrayRef {
        dictionary(values.map(Option::as_ref))
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Option<String>)) -> Result<(), CellError> {
        read_text(array, |row, text| {
            set(row, text.map(str::to_owned));
            Ok(())
        })
    }
}

impl Encoding<Vec<Cow<'static, str>>> for Dict {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", dictionary_type(), true)))
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Vec<Cow<'static, str>>>) -> ArrayRef {
        let lists: Vec<&Vec<Cow<'static, str>>> = values.collect();
        let words = dictionary(lists.iter().flat_map(|list| list.iter()).map(Some));
        let item = Arc::new(Field::new("item", dictionary_type(), true));
        Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lists.iter().map(|list| list.len())), words, None))
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Vec<Cow<'static, str>>)) -> Result<(), CellError> {
        read_list(array, &<Self as Encoding<Vec<Cow<'static, str>>>>::data_type(), |row, items| {
            let mut words = Vec::with_capacity(items.len());
            read_text(items, |_, word| {
                words.extend(word.map(|word| Cow::Owned(word.to_owned())));
                Ok(())
            })?;
            set(row, words);
            Ok(())
        })
    }
}

fn patch_fields() -> Fields {
    let what = Field::new("what", DataType::Utf8, false);
    Fields::from(vec![u32_field("offset"), u32_field("length"), u32_field("captured_length"), what])
}

impl Encoding<Vec<Patch>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        list_type(patch_fields())
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Vec<Patch>>) -> ArrayRef {
        let lists: Vec<&Vec<Patch>> = values.collect();
        let patches = || lists.iter().flat_map(|list| list.iter());
        let numbers =
            |of: fn(&Patch) -> u32| -> ArrayRef { Arc::new(UInt32Array::from_iter_values(patches().map(of))) };
        let what: StringArray = patches().map(|patch| Some(&*patch.what)).collect();
        let columns = vec![
            numbers(|patch| patch.offset),
            numbers(|patch| patch.length),
            numbers(|patch| patch.captured_length),
            Arc::new(what),
        ];
        list_of_structs(patch_fields(), lists.iter().map(|list| list.len()), columns)
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Vec<Patch>)) -> Result<(), CellError> {
        let expected = <Self as Encoding<Vec<Patch>>>::data_type();
        read_list(array, &expected, |row, items| {
            let offsets: &UInt32Array = field_of(items, "offset", &expected)?;
            let lengths: &UInt32Array = field_of(items, "length", &expected)?;
            let captured: &UInt32Array = field_of(items, "captured_length", &expected)?;
            let what: &StringArray = field_of(items, "what", &expected)?;
            let patches = (0..items.len()).map(|index| {
                Ok(Patch {
                    offset: number(offsets, index, row)?,
                    length: number(lengths, index, row)?,
                    captured_length: number(captured, index, row)?,
                    what: text(what, index).into(),
                })
            });
            set(row, patches.collect::<Result<_, CellError>>()?);
            Ok(())
        })
    }
}

fn difference_fields() -> Fields {
    Fields::from(["field", "captured", "live"].map(|name| Field::new(name, DataType::Utf8, false)).to_vec())
}

impl Encoding<Vec<Difference>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        list_type(difference_fields())
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Vec<Difference>>) -> ArrayRef {
        let lists: Vec<&Vec<Difference>> = values.collect();
        let texts = |of: fn(&Difference) -> &str| -> ArrayRef {
            let differences = lists.iter().flat_map(|list| list.iter());
            Arc::new(differences.map(|difference| Some(of(difference))).collect::<StringArray>())
        };
        let columns = vec![
            texts(|difference| &difference.field),
            texts(|difference| &difference.captured),
            texts(|difference| &difference.live),
        ];
        list_of_structs(difference_fields(), lists.iter().map(|list| list.len()), columns)
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Vec<Difference>)) -> Result<(), CellError> {
        let expected = <Self as Encoding<Vec<Difference>>>::data_type();
        read_list(array, &expected, |row, items| {
            let fields: &StringArray = field_of(items, "field", &expected)?;
            let captured: &StringArray = field_of(items, "captured", &expected)?;
            let live: &StringArray = field_of(items, "live", &expected)?;
            let differences = (0..items.len()).map(|index| Difference {
                field: text(fields, index),
                captured: text(captured, index),
                live: text(live, index),
            });
            set(row, differences.collect());
            Ok(())
        })
    }
}
