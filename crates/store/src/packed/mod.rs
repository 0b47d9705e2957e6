//! Rows of session files on their way: packed one after the other in pieces of memory, in the order in which they became
//! complete, and read value by value in the order of their numbers.
//!
//! A packed row begins with a bit for each column of numbers, in 64 bits, a bit for each other one of
//! [`crate::schema::COLUMNS`], in 32, and the length of its numbers in 16. The values that are there follow in the order of the
//! columns, each in its [`Form`]: first the numbers, then the others. Large messages are not copied.

mod cursor;
mod field;
mod pieces;
mod row_bytes;
mod rows;

pub(crate) use cursor::{Cursor, PackedMessage, PackedNumbers, Width};
pub(crate) use field::{Form, form_of};
pub(crate) use pieces::Spare;
#[cfg(test)]
pub(crate) use row_bytes::HEAD;
pub(crate) use row_bytes::{Head, Others, RowBytes};
pub(crate) use rows::{Row, Rows};

/// A packed row that is not one: it was damaged on the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the rows that did not fit into memory came back damaged")]
pub(crate) struct Damaged;
