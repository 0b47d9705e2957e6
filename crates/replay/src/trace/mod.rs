//! What is replayed: the rows of a trace, and what is known of its connections.
//!
//! A trace may have more rows than fit in memory. They are packed ([`CapturedRow`]) and kept in a file that is mapped
//! ([`Spool`]); in memory is only where each begins ([`Rows`]).

mod holes;
mod packed;
mod rows;
mod spool;

pub(crate) use holes::Holes;
pub(crate) use packed::COLUMNS;
pub use packed::CapturedRow;
pub use rows::Rows;
pub use spool::Spool;

use crate::plan::logon::Account;
use crate::report::Ingested;
use dissect::Operation;
use smb2::Guid;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use store::Payload;

/// A row of a session file, as it is put into a trace.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name of the session file it stands in.
    pub file: Arc<str>,
    /// The row.
    pub operation: Operation,
    /// Whether the data of its request was left in the session file.
    pub data_left: bool,
    /// Whether it stands in for what was there before the capture began, and is no row of a session file.
    pub stand_in: bool,
}

/// A connection of the trace, as far as a replay needs it.
#[derive(Clone, Debug)]
pub struct TraceConnection {
    /// Its number in the trace.
    pub connection: u32,
    /// The side that connected.
    pub client: SocketAddr,
    /// The side that listens.
    pub server: SocketAddr,
    /// DialectRevision that the captured server selected, if the capture shows it.
    pub dialect: Option<u16>,
    /// ServerGuid, if the capture shows it.
    pub server_guid: Option<Guid>,
}

/// The captured operations to replay: whole sessions, and what their connections did outside any session.
#[derive(Debug, Default)]
pub struct Trace {
    /// All rows chosen, in any order.
    pub rows: Rows,
    /// MessageId and CreditCharge of requests on the same connections that are left out, by connection number.
    pub left_out: Vec<(u32, u64, u16)>,
    /// The connections the rows are on.
    pub connections: Vec<TraceConnection>,
    /// Every server address of the trace, also of connections left out.
    pub servers: Vec<SocketAddr>,
    /// SessionIds chosen.
    pub sessions: Vec<u64>,
    /// What its session files have of the data of READs and WRITEs.
    pub payload: Payload,
    /// Whose tickets Kerberos logons had, by session file, as far as the ingest could open them.
    pub ticket_holders: BTreeMap<String, Account>,
    /// What the ingest found, if the rows are from one.
    pub ingested: Option<Ingested>,
}
