//! One operation with everything that is known of it.

use super::{ChainMember, Details, HandleHistory, Messages, Timing, chain, hex};
use crate::row;
use capture::Hole;
use dissect::Operation;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};
use store::metadata::{HexId, Session};
use store::{ReadError, SessionFile};

/// Everything that is known of an operation.
#[derive(Clone, Debug)]
pub struct InFull<'a> {
    /// Its session.
    pub session: &'a Session,
    /// Its row, with all columns.
    pub operation: Operation,
    /// Its messages field by field.
    pub messages: Messages,
    /// Its times.
    pub timing: Timing,
    /// The chain of requests it was sent in; empty when it was sent alone.
    pub chain: Vec<ChainMember>,
    /// The handle it uses.
    pub handle: Option<HandleHistory>,
}

impl<'a> InFull<'a> {
    /// What `file`, that of `session`, tells of an operation that was read from it with all columns. `start` is the time that
    /// counts as 0, nanoseconds since 1970 UTC.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn of(file: &SessionFile, session: &'a Session, operation: Operation, start: i64) -> Result<Self, ReadError> {
        Ok(Self {
            session,
            messages: super::operation(&operation),
            timing: Timing::of(&operation, start),
            chain: chain(file, &operation)?,
            handle: HandleHistory::of(file, &operation)?,
            operation,
        })
    }

    /// The columns of its row, its messages as trees and in hex, its times, chain and handle.
    pub fn document(&self) -> Document<'_> {
        let operation = &self.operation;
        let (request, interim, response) = (&self.messages.request, &self.messages.interim, &self.messages.response);
        Document {
            session_id: self.session.session_id,
            operation: row::object(operation, &row::columns()),
            timing: self.timing,
            chain: &self.chain,
            handle: self.handle.as_ref().map(|history| Handle { history, user: self.user() }),
            request: request.as_ref(),
            interim: interim.as_ref(),
            response: response.as_ref(),
            hex: Hex {
                request: lines(operation.request.as_deref(), &operation.request_holes, request.as_ref()),
                interim: lines(operation.interim.as_deref(), &[], interim.as_ref()),
                response: lines(operation.response.as_deref(), &operation.response_holes, response.as_ref()),
            },
        }
    }

    /// Whose session it is: `DOMAIN\user`.
    pub fn user(&self) -> Option<String> {
        let user = self.session.user.as_deref().filter(|user| !user.is_empty())?;
        let domain = self.session.domain.as_deref().filter(|domain| !domain.is_empty());
        Some(domain.map_or_else(|| user.to_owned(), |domain| format!("{domain}\\{user}")))
    }
}

/// An operation in full, for programs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperationInFull")]
pub struct Document<'a> {
    /// Its session.
    session_id: HexId,
    /// Its row.
    #[schemars(schema_with = "row_schema")]
    operation: Map<String, Value>,
    /// Its times.
    timing: Timing,
    /// The chain of requests it was sent in; empty when it was sent alone.
    chain: &'a [ChainMember],
    /// The handle it uses.
    handle: Option<Handle<'a>>,
    /// The request, field by field.
    request: Option<&'a Details>,
    /// The interim response likewise.
    interim: Option<&'a Details>,
    /// The final response, or the notification, likewise.
    response: Option<&'a Details>,
    /// Their bytes.
    hex: Hex,
}

fn row_schema(_: &mut SchemaGenerator) -> Schema {
    row::schema()
}

/// A handle and who opened it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Handle<'a> {
    #[serde(flatten)]
    history: &'a HandleHistory,
    /// `DOMAIN\user`.
    user: Option<String>,
}

/// Messages in lines of offsets, hex digits and characters.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Hex {
    /// The request.
    request: Option<String>,
    /// The interim response.
    interim: Option<String>,
    /// The final response, or the notification.
    response: Option<String>,
}

fn lines(message: Option<&[u8]>, holes: &[Hole], details: Option<&Details>) -> Option<String> {
    let (message, details) = (message?, details?);
    Some(hex(message, holes, &details.withheld()).collect::<Vec<_>>().join("\n"))
}
