//! Rows of session files on their way: packed one after the other in one piece of memory, in the order in which they became
//! complete, and read value by value in the order of their numbers.
//!
//! A packed row begins with a bit for each column of [`crate::schema::COLUMNS`]; the values that are there follow in the
//! order of the columns, each in its [`Form`]. Large messages are not copied.

mod cursor;
mod field;
mod rows;

pub(crate) use cursor::{Cursor, PackedMessage};
pub(crate) use field::{Field, Form, form_of};
pub(crate) use rows::{Presence, Row, RowBytes, Rows};

/// A packed row that is not one: it was damaged on the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the rows that did not fit into memory came back damaged")]
pub(crate) struct Damaged;
