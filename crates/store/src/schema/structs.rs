//! Lists of small structures, stored as Arrow lists of structs.

use super::column::{CellError, Encoding};
use super::encoding::{Plain, downcast, read_list};
use arrow::array::{Array, ArrayRef, ListArray, StringArray, StructArray, UInt32Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use capture::Hole;
use std::sync::Arc;

/// A list column: the lengths of the rows' lists, and the fields of all their items one after the other.
pub(crate) fn list_of_structs(
    fields: Fields,
    lengths: impl Iterator<Item = usize>,
    columns: Vec<ArrayRef>,
) -> ArrayRef {
    let items = Arc::new(StructArray::new(fields.clone(), columns, None));
    let item = Arc::new(Field::new("item", DataType::Struct(fields), true));
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths), items, None))
}

/// The type of a list of structs with these fields.
pub(crate) fn list_type(fields: Fields) -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Struct(fields), true)))
}

/// The field `name` of the items of a list.
pub(crate) fn field_of<'a, A: 'static>(items: &'a dyn Array, name: &str, list: &DataType) -> Result<&'a A, CellError> {
    let items: &StructArray = downcast(items, list)?;
    let column = items.column_by_name(name).ok_or_else(|| CellError::type_of(items, list))?;
    downcast(column.as_ref(), list)
}

/// A field of type u32.
pub(crate) fn u32_field(name: &str) -> Field {
    Field::new(name, DataType::UInt32, false)
}

/// A number of an item; every item has it.
pub(crate) fn number(array: &UInt32Array, index: usize, row: usize) -> Result<u32, CellError> {
    array.iter().nth(index).flatten().ok_or(CellError::Missing { row })
}

/// A text of an item; a missing one is empty.
pub(crate) fn text(array: &StringArray, index: usize) -> String {
    if index < array.len() && array.is_valid(index) { array.value(index).to_owned() } else { String::new() }
}

fn hole_fields() -> Fields {
    Fields::from(vec![u32_field("offset"), u32_field("length")])
}

impl Encoding<Vec<Hole>> for Plain {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        list_type(hole_fields())
    }

    fn array<'a>(values: impl ExactSizeIterator<Item = &'a Vec<Hole>>) -> ArrayRef {
        let lists: Vec<&Vec<Hole>> = values.collect();
        let holes = || lists.iter().flat_map(|list| list.iter());
        let offsets = UInt32Array::from_iter_values(holes().map(|hole| hole.offset));
        let lengths = UInt32Array::from_iter_values(holes().map(|hole| hole.length));
        list_of_structs(hole_fields(), lists.iter().map(|list| list.len()), vec![Arc::new(offsets), Arc::new(lengths)])
    }

    fn read(array: &dyn Array, mut set: impl FnMut(usize, Vec<Hole>)) -> Result<(), CellError> {
        let expected = <Self as Encoding<Vec<Hole>>>::data_type();
        read_list(array, &expected, |row, items| {
            let offsets: &UInt32Array = field_of(items, "offset", &expected)?;
            let lengths: &UInt32Array = field_of(items, "length", &expected)?;
            let holes = offsets.iter().zip(lengths.iter()).map(|pair| match pair {
                (Some(offset), Some(length)) => Ok(Hole { offset, length }),
                _ => Err(CellError::Missing { row }),
            });
            set(row, holes.collect::<Result<_, _>>()?);
            Ok(())
        })
    }
}
