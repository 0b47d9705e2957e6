//! Which operation is meant, so that it can be found again.

use super::columns::Row;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use smb2::Command;

/// An operation: its number in the trace, the frame of its request (without one, of its response), and its command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The `op` of its row.
    pub op: u32,
    /// Wireshark's number of the frame that completes the message.
    pub frame: Option<u64>,
    /// `None` for an encrypted message.
    #[serde(serialize_with = "by_name")]
    #[schemars(with = "Option<String>")]
    pub command: Option<Command>,
}

impl Place {
    pub(super) fn of(row: &Row<'_>) -> Self {
        Self { op: row.op, frame: row.request_frame.or(row.response_frame), command: row.command }
    }
}

/// A command as the session files have it: its name, or `0x` and four hex digits.
pub(super) fn by_name<S: Serializer>(command: &Option<Command>, serializer: S) -> Result<S::Ok, S::Error> {
    match command {
        Some(command) => serializer.collect_str(command),
        None => serializer.serialize_none(),
    }
}
