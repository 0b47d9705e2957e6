//! What a trace's connections and sessions amount to, once it has been read.

use crate::operation::Closed;
use bytes::Bytes;
use capture::{Endpoints, Timestamp};
use smb2::{Command, Guid};
use std::collections::BTreeMap;

/// A connection of the trace.
#[derive(Clone, Debug)]
pub struct ConnectionSummary {
    /// Number in the trace (`connection` of the rows).
    pub connection: u32,
    /// Its ends.
    pub endpoints: Endpoints,
    /// First frame's time.
    pub first_time: Timestamp,
    /// Last frame's time.
    pub last_time: Timestamp,
    /// Whether the TCP handshake was captured; false: starts mid-stream.
    pub handshake: bool,
    /// TCP round trip in nanoseconds.
    pub round_trip_ns: Option<u64>,
    /// How it was closed, `None` when the capture ends first.
    pub closed: Option<Closed>,
    /// Whether it began with an SMB1 multi-protocol negotiate.
    pub multi_protocol: bool,
    /// DialectRevision the server selected (0x0311), `None` when not captured.
    pub dialect: Option<u16>,
    /// Capabilities of the NEGOTIATE response.
    pub capabilities: Option<u32>,
    /// SecurityMode of the NEGOTIATE response.
    pub security_mode: Option<u16>,
    /// MaxTransactSize.
    pub max_transact_size: Option<u32>,
    /// MaxReadSize.
    pub max_read_size: Option<u32>,
    /// MaxWriteSize.
    pub max_write_size: Option<u32>,
    /// SigningAlgorithmId selected (MS-SMB2 2.2.3.1.7).
    pub signing_algorithm: Option<u16>,
    /// CipherId selected (MS-SMB2 2.2.3.1.2), or AES-128-CCM implied by 3.0 and 3.0.2 with encryption.
    pub cipher: Option<u16>,
    /// ClientGuid.
    pub client_guid: Option<Guid>,
    /// ServerGuid.
    pub server_guid: Option<Guid>,
    /// The SMB2 NEGOTIATE request that settled the dialect, header included.
    pub negotiate_request: Option<Bytes>,
    /// Its response.
    pub negotiate_response: Option<Bytes>,
}

/// A session of the trace.
#[derive(Clone, Debug)]
pub struct SessionSummary {
    /// Index in the trace (`Operation::session`), in order of first appearance.
    pub session: u32,
    /// SessionId.
    pub session_id: u64,
    /// 1 for the first session with this id in the trace, 2 for the second (other server, or after a restart), …
    pub generation: u32,
    /// Connections it was used on, ascending.
    pub connections: Vec<u32>,
    /// User name of the NTLM AUTHENTICATE message, or of the client in a Kerberos ticket that was opened.
    pub user: Option<String>,
    /// Its domain, or the realm of the client.
    pub domain: Option<String>,
    /// Its workstation.
    pub workstation: Option<String>,
    /// `NTLM`, `Kerberos`, `anonymous`, `guest`; `None` when the logon was not captured.
    pub mechanism: Option<String>,
    /// The service that its Kerberos ticket is for, `cifs/HOST@REALM`; also when the ticket was not opened.
    pub service: Option<String>,
    /// Final NTSTATUS of the logon.
    pub logon_status: Option<u32>,
    /// Share paths connected to, in order.
    pub shares: Vec<String>,
    /// Rows by command.
    pub commands: BTreeMap<Command, u64>,
    /// Rows by final NTSTATUS.
    pub statuses: BTreeMap<u32, u64>,
    /// Payload bytes read.
    pub bytes_read: u64,
    /// Payload bytes written.
    pub bytes_written: u64,
    /// Rows in the session.
    pub operations: u64,
    /// Whether any message was encrypted.
    pub encrypted: bool,
    /// Whether any encrypted message was decrypted.
    pub decrypted: bool,
    /// What would open the messages that stayed encrypted, as a phrase; `None` when none did.
    pub missing_key: Option<String>,
    /// First and last time of its rows.
    pub first_time: Timestamp,
    /// Last time of its rows.
    pub last_time: Timestamp,
    /// Why it cannot be replayed, one phrase each; empty when it can.
    pub not_replayable: Vec<String>,
}
