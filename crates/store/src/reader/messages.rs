//! The whole messages of rows: which of their bytes are read, and whose memory they are in.

use crate::parquet_file::Batches;
use crate::schema::message::read_shared;
use crate::schema::{Column, DecodeError};
use arrow::array::RecordBatch;
use bytes::Bytes;
use dissect::Operation;

/// Of which messages of a row the data is left in the file: they end at `payload_offset`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Left {
    /// Whether that of the request is.
    pub request: bool,
    /// Whether that of the final response is.
    pub response: bool,
}

/// How messages are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Asked for each row, of which all but the messages is known.
    pub(super) left: Option<fn(&Operation) -> Left>,
    /// Whether rows are looked at and dropped, so that they need no memory of their own.
    pub(super) passing: bool,
}

/// A column of messages, by what it has to do with a row.
struct Message {
    name: &'static str,
    field: fn(&mut Operation) -> &mut Option<Bytes>,
    is_left: fn(Left) -> bool,
    /// The column with its length, and what a row has there.
    length: Option<(&'static str, Length)>,
}

/// What a row has in a column of lengths.
type Length = fn(&Operation) -> Option<u32>;

static MESSAGES: [Message; 3] = [
    Message {
        name: "request",
        field: |row| &mut row.request,
        is_left: |left| left.request,
        length: Some(("request_length", |row| row.request_length)),
    },
    Message {
        name: "response",
        field: |row| &mut row.response,
        is_left: |left| left.response,
        length: Some(("response_length", |row| row.response_length)),
    },
    Message { name: "interim", field: |row| &mut row.interim, is_left: |_| false, length: None },
];

/// Longest message that is completed, bytes: the transport has 24 bits for a length (MS-SMB2 2.1).
const LONGEST: usize = 1 << 24;

/// Puts the messages of a batch into its rows. They share its memory.
pub(super) fn share(batch: &RecordBatch, rows: &mut [Operation]) -> Result<(), DecodeError> {
    for message in &MESSAGES {
        let Some(array) = batch.column_by_name(message.name) else { continue };
        let put = |index, value| {
            if let Some(row) = rows.get_mut(index) {
                *(message.field)(row) = value;
            }
        };
        read_shared(array, put).map_err(|source| DecodeError::Cell { column: message.name, source })?;
    }
    Ok(())
}

/// Gives the next row the messages that its batch does not have. Of all of them, what is left in the file goes, what was
/// stored without the zeros at its end gets them, and what stays gets memory of its own unless rows pass by.
pub(super) fn complete(row: &mut Operation, batches: &mut Batches, reading: Reading) -> Result<(), String> {
    let left = reading.left.map(|left| left(row)).unwrap_or_default();
    let head = row.payload_offset.map_or(usize::MAX, |offset| offset as usize);
    for message in &MESSAGES {
        let most = if (message.is_left)(left) { head } else { usize::MAX };
        let length = message.length.and_then(|(_, of)| of(row)).map_or(0, |length| length as usize);
        let field = (message.field)(row);
        if let Some(value) = batches.next_apart(message.name, most) {
            *field = value?;
        } else if let Some(value) = field {
            value.truncate(most);
            if !reading.passing {
                *value = Bytes::copy_from_slice(value);
            }
        }
        if let Some(value) = field {
            fill_up(value, length.min(most));
        }
    }
    Ok(())
}

/// Completes a message that was stored only as far as it is not zeros.
fn fill_up(message: &mut Bytes, length: usize) {
    if length <= message.len() || length > LONGEST {
        return;
    }
    // Zeros from the system take no memory until they are written to.
    let mut whole = vec![0; length];
    if let Some(stored) = whole.get_mut(..message.len()) {
        stored.copy_from_slice(message);
    }
    *message = whole.into();
}

/// The message whose length is in this column.
pub(super) fn measured_by(column: &Column<Operation>) -> Option<&'static str> {
    let measured = |message: &&Message| message.length.is_some_and(|(name, _)| name == column.name);
    MESSAGES.iter().find(measured).map(|message| message.name)
}

/// The columns that may be read apart from the others.
pub(super) fn names(wanted: &[&Column<Operation>]) -> Vec<&'static str> {
    wanted.iter().filter(|column| column.is_message()).map(|column| column.name).collect()
}
