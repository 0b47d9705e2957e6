//! When the messages of an operation were captured, and which requests travelled with its own.

use super::having::Having;
use dissect::Operation;
use schemars::JsonSchema;
use serde::Serialize;
use store::schema::status_name;
use store::{Columns, ReadError, SessionFile};

/// Members of a chain that are listed; one of 1 MiB can have thousands.
const MOST_MEMBERS: usize = 256;

/// When an operation's messages were captured, nanoseconds since the first packet of the trace; negative before it. `None` for a
/// message that was not captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
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
    let Some(chain) = operation.request_chain else { return Ok(Vec::new()) };
    let selection = file.select(&mut Having { columns: &["request_chain"], value: chain })?;
    if selection.count() < 2 {
        return Ok(Vec::new());
    }
    let rows = file.operations_of(Columns::Only(&["op", "compound_index", "command", "status"]), Some(&selection));
    rows.take(MOST_MEMBERS).map(|row| row.map(|row| member(&row))).collect()
}

fn member(row: &Operation) -> ChainMember {
    ChainMember {
        op: row.op,
        compound_index: row.compound_index,
        command: row.command.map(|command| command.to_string()),
        status: row.status.map(status_name),
    }
}
