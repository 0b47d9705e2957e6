//! When the messages of an operation were captured, and which requests travelled with its own.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{UInt16Type, UInt32Type, UInt64Type};
use dissect::Operation;
use serde::Serialize;
use store::{ReadError, SessionFile};

/// Members of a chain that are listed; one of 1 MiB can have thousands.
const MOST_MEMBERS: usize = 256;

/// When an operation's messages were captured, nanoseconds since the first packet of the trace; negative before it. `None` for a
/// message that was not captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Timing {
    /// The request's last byte.
    pub request_ns: Option<i64>,
    /// The interim response's last byte.
    pub interim_ns: Option<i64>,
    /// The final response's last byte.
    pub response_ns: Option<i64>,
    /// From the request's last byte to the final response's.
    pub latency_ns: Option<u64>,
}

impl Timing {
    /// The times of `operation` since `start`, nanoseconds since 1970.
    pub fn of(operation: &Operation, start: i64) -> Self {
        let since = |time: Option<capture::Timestamp>| time.map(|time| time.0.saturating_sub(start));
        Self {
            request_ns: since(operation.request_time),
            interim_ns: since(operation.interim_time),
            response_ns: since(operation.response_time),
            latency_ns: operation.latency_ns,
        }
    }
}

/// A request of a chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChainMember {
    /// `op` of its row.
    pub op: u32,
    /// Its place in the chain, 0-based.
    pub compound_index: Option<u16>,
    /// Command.
    pub command: Option<String>,
    /// Name of the final status.
    pub status: Option<String>,
}

/// The requests in the same transport PDU as that of `operation`, itself included, in their order; none when it is no chain.
/// At most 256.
///
/// # Errors
/// [`ReadError`].
pub fn chain(file: &SessionFile, operation: &Operation) -> Result<Vec<ChainMember>, ReadError> {
    let mut members = Vec::new();
    let Some(chain) = operation.request_chain else { return Ok(members) };
    for batch in file.batches(&["op", "request_chain", "compound_index", "command", "status_name"]) {
        let batch = batch?;
        let Some(chains) =
            batch.column_by_name("request_chain").and_then(|array| array.as_primitive_opt::<UInt64Type>())
        else {
            continue;
        };
        for row in (0..batch.num_rows()).filter(|row| chains.is_valid(*row) && chains.value(*row) == chain) {
            members.extend(member(&batch, row));
            if members.len() >= MOST_MEMBERS {
                return Ok(members);
            }
        }
    }
    if members.len() < 2 {
        members.clear();
    }
    Ok(members)
}

fn member(batch: &RecordBatch, row: usize) -> Option<ChainMember> {
    let indices = batch.column_by_name("compound_index").and_then(|array| array.as_primitive_opt::<UInt16Type>());
    Some(ChainMember {
        op: number(batch, "op", row)?,
        compound_index: indices.filter(|array| array.is_valid(row)).map(|array| array.value(row)),
        command: word(batch, "command", row).map(str::to_owned),
        status: word(batch, "status_name", row).map(str::to_owned),
    })
}

/// A cell of a column of 32 bits.
pub(super) fn number(batch: &RecordBatch, column: &str, row: usize) -> Option<u32> {
    let array = batch.column_by_name(column)?.as_primitive_opt::<UInt32Type>()?;
    array.is_valid(row).then(|| array.value(row))
}

/// A cell of a column of 64 bits.
pub(super) fn long_number(batch: &RecordBatch, column: &str, row: usize) -> Option<u64> {
    let array = batch.column_by_name(column)?.as_primitive_opt::<UInt64Type>()?;
    array.is_valid(row).then(|| array.value(row))
}

/// A cell of a column of words.
pub(super) fn word<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let array = batch.column_by_name(column)?.as_any_dictionary_opt()?;
    let words = array.values().as_string_opt::<i32>()?;
    let keys = array.keys();
    let index = keys.as_primitive_opt::<arrow::datatypes::Int32Type>().filter(|keys| keys.is_valid(row))?.value(row);
    let index = usize::try_from(index).ok().filter(|index| *index < words.len() && words.is_valid(*index))?;
    Some(words.value(index))
}
