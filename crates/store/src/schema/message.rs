//! Columns of whole messages, which may be megabytes long: they are not copied where that can be helped.

use super::column::CellError;
use super::encoding::downcast;
use arrow::array::{Array, ArrayRef, BinaryViewBuilder, LargeBinaryArray};
use arrow::buffer::Buffer;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use bytes::Bytes;
use std::sync::Arc;

/// Messages from this length on are worth being shared, bytes: below, the bookkeeping costs more than a copy.
const SHARED: usize = 4 << 10;

/// A column stored from and to the message field of the same name.
macro_rules! message {
    ($row:ty, $group:literal, $field:ident, $wireshark:literal, $spec:literal, $meaning:literal) => {
        $crate::schema::column::Column::<$row> {
            message: Some(|row| &row.$field),
            ..$crate::schema::column::column!($row, $group, $field: Plain, $wireshark, $spec, $meaning)
        }
    };
}
pub(crate) use message;

/// An array that shares the memory of large messages. Parquet stores it as it stores the column's own type.
pub(crate) fn shared_array<'a>(messages: impl Iterator<Item = &'a Option<Bytes>>) -> Result<ArrayRef, ArrowError> {
    let mut builder = BinaryViewBuilder::new();
    for message in messages {
        match message {
            None => builder.append_null(),
            Some(message) => match u32::try_from(message.len()) {
                Ok(length) if message.len() >= SHARED => {
                    let block = builder.append_block(Buffer::from(message.clone()));
                    builder.try_append_view(block, 0, length)?;
                }
                _ => builder.try_append_value(message)?,
            },
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Hands the messages of `array` to `set`, each with its index. They share the memory of the array: one that is kept
/// keeps all of it.
pub(crate) fn read_shared(array: &dyn Array, mut set: impl FnMut(usize, Option<Bytes>)) -> Result<(), CellError> {
    let array: &LargeBinaryArray = downcast(array, &DataType::LargeBinary)?;
    let memory = Bytes::from(array.values().clone());
    for (row, message) in array.iter().enumerate() {
        set(row, message.map(|message| memory.slice_ref(message)));
    }
    Ok(())
}
