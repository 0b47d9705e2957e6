//! `session_metadata.json`: what a trace is, what was lost on the way, its connections and its sessions.
//!
//! Its JSON Schema is [`json_schema`], published as `docs/session_metadata.schema.json`.

mod describe;
mod file;
mod payload;
mod text;

pub use describe::{connection, session};
pub use file::{MetadataError, read, write};
pub use payload::Payload;
pub use text::{HexBytes, HexId, HexStatus, Time};

use crate::layout::Candidate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the layout of this file, of the session files and of the operations of runs: `major.minor`.
pub const SCHEMA_VERSION: &str = "1.4";

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionMetadata {
    /// Version of this layout, `major.minor`.
    pub schema_version: String,
    /// Program and version that wrote it.
    pub created_by: String,
    /// What was ingested.
    pub trace: Trace,
    /// What was lost, repaired, guessed or evicted: a count for each reason.
    pub dropped: BTreeMap<String, u64>,
    /// How much there was: packets, segments, connections, PDUs, messages. Since 1.1.
    #[serde(default)]
    pub counters: BTreeMap<String, u64>,
    /// What the user should know of the trace, a sentence each.
    pub warnings: Vec<String>,
    /// SMB2 messages seen in clear or decrypted.
    pub smb2_messages: u64,
    /// Connections in order of first appearance.
    pub connections: Vec<Connection>,
    /// Sessions in order of first appearance; the one with id 0 holds what belongs to no session.
    pub sessions: Vec<Session>,
}

/// A trace: one capture of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// Its files in the order in which they were read.
    pub files: Vec<TraceFile>,
    /// Packets read.
    pub packets: u64,
    /// Bytes of captured packets.
    pub bytes: u64,
    /// Time of the first packet.
    pub first_time: Option<Time>,
    /// Time of the last packet.
    pub last_time: Option<Time>,
    /// Link types (names of the LINKTYPE registry).
    pub link_types: Vec<String>,
    /// Names of the capturing interfaces, as far as the file tells.
    pub interfaces: Vec<String>,
    /// Whether keys or passwords were given to decrypt and verify with. They themselves are never stored. Since 1.1.
    #[serde(default)]
    pub secrets_given: bool,
    /// What is stored of the data of READs and WRITEs: `full` (all, also where there is no such field), `hash` (length and
    /// hash) or `none` (length). Since 1.3.
    #[serde(default)]
    pub payload: Payload,
}

/// A file of a trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraceFile {
    /// Absolute path at the time of ingest; `-` for the standard input.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Time of last modification.
    pub modified: Option<Time>,
    /// XXH3-128 of the file, 32 hex digits.
    pub xxh3_128: String,
    /// SHA-256 of the file, 64 hex digits; only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Packets read. Since 1.1.
    #[serde(default)]
    pub packets: Option<u64>,
    /// Time of its first packet. Since 1.1.
    #[serde(default)]
    pub first_time: Option<Time>,
    /// Time of its last packet. Since 1.1.
    #[serde(default)]
    pub last_time: Option<Time>,
    /// Why it was left out of its set: it is empty, or cut inside its header. Since 1.1.
    #[serde(default)]
    pub left_out: Option<String>,
    /// Places where it is cut or damaged. Since 1.1.
    #[serde(default)]
    pub damaged_places: u64,
    /// The first of these places. Since 1.1.
    #[serde(default)]
    pub damages: Vec<Damage>,
}

/// A place where a file of a trace makes no sense.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Damage {
    /// Byte offset in the file, after decompression.
    pub offset: u64,
    /// What is wrong there.
    pub reason: String,
    /// Bytes from there to the next record, or to the end of the file: not read.
    pub skipped: u64,
}

/// A TCP connection that carries SMB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// Number in the trace (column `connection`).
    pub connection: u32,
    /// Address and port of the side that connected.
    pub client: String,
    /// Address and port of the side that listens.
    pub server: String,
    /// Time of its first frame.
    pub first_time: Time,
    /// Time of its last frame.
    pub last_time: Time,
    /// Whether the TCP handshake was captured.
    pub handshake: bool,
    /// TCP round trip, nanoseconds.
    pub round_trip_ns: Option<u64>,
    /// How it closed: `client_fin`, `client_rst`, `server_fin`, `server_rst`; null when the capture ends first.
    pub closed: Option<String>,
    /// Whether it began with an SMB1 multi-protocol negotiate.
    pub multi_protocol: bool,
    /// Dialect that the server selected, as in `3.1.1`.
    pub dialect: Option<String>,
    /// DialectRevision (MS-SMB2 2.2.4), 785 for 3.1.1.
    pub dialect_revision: Option<u16>,
    /// Capabilities of the NEGOTIATE response.
    pub capabilities: Option<u32>,
    /// MaxTransactSize, bytes.
    pub max_transact_size: Option<u32>,
    /// MaxReadSize, bytes.
    pub max_read_size: Option<u32>,
    /// MaxWriteSize, bytes.
    pub max_write_size: Option<u32>,
    /// SecurityMode of the NEGOTIATE response: 1 signing enabled, 2 required.
    pub security_mode: Option<u16>,
    /// SigningAlgorithmId (MS-SMB2 2.2.3.1.7).
    pub signing_algorithm: Option<u16>,
    /// CipherId (MS-SMB2 2.2.3.1.2).
    pub cipher: Option<u16>,
    /// ClientGuid.
    pub client_guid: Option<String>,
    /// ServerGuid.
    pub server_guid: Option<String>,
    /// The SMB2 NEGOTIATE request with its header, hex.
    pub negotiate_request: Option<HexBytes>,
    /// Its response, hex.
    pub negotiate_response: Option<HexBytes>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// SessionId; 0 for what belongs to no session.
    pub session_id: HexId,
    /// 1 for the first session with this id in the trace, 2 for the second, …
    pub generation: u32,
    /// Name of its Parquet file.
    pub file: String,
    /// Rows in the file.
    pub operations: u64,
    /// Connections it was used on.
    pub connections: Vec<u32>,
    /// User name; with Kerberos that of the client, when the ticket was opened.
    pub user: Option<String>,
    /// Domain of the user; with Kerberos the realm.
    pub domain: Option<String>,
    /// Workstation the user logged on from.
    pub workstation: Option<String>,
    /// `NTLM`, `Kerberos`, `anonymous`, `guest`.
    pub mechanism: Option<String>,
    /// The service that the Kerberos ticket is for, `cifs/HOST@REALM`; also when the ticket was not opened. Since 1.3.
    #[serde(default)]
    pub service: Option<String>,
    /// Final NTSTATUS of the logon.
    pub logon_status: Option<HexStatus>,
    /// Shares connected to, in order.
    pub shares: Vec<String>,
    /// Rows by command.
    pub commands: BTreeMap<String, u64>,
    /// Rows by final NTSTATUS.
    pub statuses: BTreeMap<String, u64>,
    /// Payload bytes read.
    pub bytes_read: u64,
    /// Payload bytes written.
    pub bytes_written: u64,
    /// Time of the first row.
    pub first_time: Time,
    /// Time of the last row.
    pub last_time: Time,
    /// Whether any message was encrypted.
    pub encrypted: bool,
    /// Whether any of them was decrypted. Since 1.1.
    #[serde(default)]
    pub decrypted: bool,
    /// Messages that stayed encrypted. Since 1.1.
    #[serde(default)]
    pub encrypted_messages: u64,
    /// What would open them, as a phrase; null when none stayed encrypted. Since 1.1.
    #[serde(default)]
    pub missing_key: Option<String>,
    /// Whether it can be replayed.
    pub replayable: bool,
    /// Why not, a phrase each.
    pub not_replayable: Vec<String>,
}

impl Candidate for Session {
    fn id(&self) -> u64 {
        self.session_id.0
    }

    fn file_name(&self) -> &str {
        &self.file
    }

    fn first_time(&self) -> capture::Timestamp {
        self.first_time.0
    }
}

/// The JSON Schema of the file.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(SessionMetadata)
}

#[cfg(test)]
mod tests;
