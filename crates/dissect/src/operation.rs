//! The unit that is stored, shown, replayed and judged.

use bytes::Bytes;
use capture::{CloseKind, Direction, Hole, Timestamp};
use smb2::{Command, FileId, Guid};
use std::sync::Arc;

/// Requests from this length on are not worth copying to be apart from what else their PDU has, bytes.
const LARGE: usize = 64 << 10;

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A request with its final response.
    Exchange,
    /// A request without a captured final response (an interim may be there).
    Request,
    /// A response whose request was not captured.
    Response,
    /// A server-to-client message that answers no request (oplock or lease break, session closed).
    Notification,
    /// An encrypted PDU for which no key is known.
    Encrypted,
    /// A TCP connection began.
    Connect,
    /// A TCP connection was closed.
    Close,
}

impl Kind {
    /// The word stored in the `kind` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Request => "request",
            Self::Response => "response",
            Self::Notification => "notification",
            Self::Encrypted => "encrypted",
            Self::Connect => "connect",
            Self::Close => "close",
        }
    }

    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Exchange,
        Self::Request,
        Self::Response,
        Self::Notification,
        Self::Encrypted,
        Self::Connect,
        Self::Close,
    ];
}

/// What is known of the signature of an operation's messages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignatureState {
    /// Not signed.
    Absent,
    /// Signed; no key is known.
    Unverified,
    /// Signed, and the signature verifies.
    Ok,
    /// Signed, and the signature is wrong.
    Bad,
}

impl SignatureState {
    /// The word stored in the `signature_state` column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unverified => "unverified",
            Self::Ok => "ok",
            Self::Bad => "bad",
        }
    }

    /// All states.
    pub const ALL: [Self; 4] = [Self::Absent, Self::Unverified, Self::Ok, Self::Bad];
}

/// XXH3-128 of READ or WRITE data, as the `payload_hash` column has it.
pub fn payload_hash(data: &[u8]) -> [u8; 16] {
    xxhash_rust::xxh3::xxh3_128(data).to_be_bytes()
}

/// How a connection was closed: which side first, and with what.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Closed {
    /// The side that closed first: `ClientToServer` is the client.
    pub by: Direction,
    /// FIN or RST.
    pub how: CloseKind,
}

impl Closed {
    /// The word stored in the `closed` column: `client_fin`, `client_rst`, `server_fin` or `server_rst`.
    pub fn name(self) -> &'static str {
        match (self.by, self.how) {
            (Direction::ClientToServer, CloseKind::Fin) => "client_fin",
            (Direction::ClientToServer, CloseKind::Rst) => "client_rst",
            (Direction::ServerToClient, CloseKind::Fin) => "server_fin",
            (Direction::ServerToClient, CloseKind::Rst) => "server_rst",
        }
    }

    /// All ways to close.
    pub const ALL: [Self; 4] = {
        use CloseKind::{Fin, Rst};
        use Direction::{ClientToServer, ServerToClient};
        [
            Self { by: ClientToServer, how: Fin },
            Self { by: ClientToServer, how: Rst },
            Self { by: ServerToClient, how: Fin },
            Self { by: ServerToClient, how: Rst },
        ]
    };

    /// The inverse of [`Closed::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|closed| closed.name() == name)
    }
}

/// One request with its responses, or an event: a row of a session file. The fields are the columns of that file,
/// described in `docs/schema.md`; a field is `None` where the wire did not carry it or the capture does not show it.
///
/// Times are nanoseconds since 1970 UTC, `*_seq` positions in the trace ([`capture::Mark::seq`]), lengths bytes.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns are documented once, in the schema")]
pub struct Operation {
    /// File this row belongs to: index of the session in the trace, `None` for what belongs to no session.
    /// Not a column.
    pub session: Option<u32>,

    // place
    pub op: u32,
    pub kind: Kind,
    pub connection: u32,
    pub open: Option<u32>,
    pub tree: Option<u32>,
    // order
    pub request_seq: Option<u64>,
    pub request_start_seq: Option<u64>,
    pub response_seq: Option<u64>,
    pub interim_seq: Option<u64>,
    pub request_acks: Option<u64>,
    // frames, times
    pub request_frame: Option<u64>,
    pub response_frame: Option<u64>,
    pub interim_frame: Option<u64>,
    pub request_start_time: Option<Timestamp>,
    pub request_time: Option<Timestamp>,
    pub response_time: Option<Timestamp>,
    pub interim_time: Option<Timestamp>,
    pub latency_ns: Option<u64>,
    // header
    pub message_id: Option<u64>,
    pub async_id: Option<u64>,
    pub session_id: Option<u64>,
    pub tree_id: Option<u32>,
    pub credit_charge: Option<u16>,
    pub credits_requested: Option<u16>,
    pub credits_granted: Option<u16>,
    pub channel_sequence: Option<u16>,
    pub request_flags: Option<u32>,
    pub response_flags: Option<u32>,
    pub signature_state: Option<SignatureState>,
    pub encrypted: bool,
    pub compressed: bool,
    // chain
    pub request_chain: Option<u64>,
    pub response_chain: Option<u64>,
    pub compound_index: Option<u16>,
    pub response_compound_index: Option<u16>,
    pub related: bool,
    // meaning
    pub command: Option<Command>,
    pub status: Option<u32>,
    pub share: Option<Arc<str>>,
    pub share_type: Option<u8>,
    pub path: Option<Arc<str>>,
    pub file_id: Option<FileId>,
    pub offset: Option<u64>,
    pub length: Option<u64>,
    pub transferred: Option<u64>,
    pub desired_access: Option<u32>,
    pub share_access: Option<u32>,
    pub create_disposition: Option<u32>,
    pub create_options: Option<u32>,
    pub create_action: Option<u32>,
    pub file_attributes: Option<u32>,
    pub end_of_file: Option<u64>,
    pub oplock_requested: Option<u8>,
    pub oplock_granted: Option<u8>,
    pub lease_requested: Option<u32>,
    pub lease_granted: Option<u32>,
    pub lease_key: Option<Guid>,
    pub parent_lease_key: Option<Guid>,
    pub create_guid: Option<Guid>,
    pub create_contexts: Vec<String>,
    pub info_type: Option<u8>,
    pub info_class: Option<u8>,
    pub ctl_code: Option<u32>,
    pub pattern: Option<String>,
    pub new_path: Option<String>,
    pub closed: Option<Closed>,
    pub detail: Option<String>,
    pub malformed: Option<String>,
    // bytes
    pub request: Option<Bytes>,
    pub response: Option<Bytes>,
    pub interim: Option<Bytes>,
    pub request_length: Option<u32>,
    pub response_length: Option<u32>,
    pub request_holes: Vec<Hole>,
    pub response_holes: Vec<Hole>,
    pub payload_offset: Option<u32>,
    pub payload_length: Option<u32>,
    pub payload_hash: Option<[u8; 16]>,
}

impl Operation {
    /// A row of `kind` on `connection` with nothing else known.
    pub fn new(op: u32, kind: Kind, connection: u32) -> Self {
        Self {
            session: None,
            op,
            kind,
            connection,
            open: None,
            tree: None,
            request_seq: None,
            request_start_seq: None,
            response_seq: None,
            interim_seq: None,
            request_acks: None,
            request_frame: None,
            response_frame: None,
            interim_frame: None,
            request_start_time: None,
            request_time: None,
            response_time: None,
            interim_time: None,
            latency_ns: None,
            message_id: None,
            async_id: None,
            session_id: None,
            tree_id: None,
            credit_charge: None,
            credits_requested: None,
            credits_granted: None,
            channel_sequence: None,
            request_flags: None,
            response_flags: None,
            signature_state: None,
            encrypted: false,
            compressed: false,
            request_chain: None,
            response_chain: None,
            compound_index: None,
            response_compound_index: None,
            related: false,
            command: None,
            status: None,
            share: None,
            share_type: None,
            path: None,
            file_id: None,
            offset: None,
            length: None,
            transferred: None,
            desired_access: None,
            share_access: None,
            create_disposition: None,
            create_options: None,
            create_action: None,
            file_attributes: None,
            end_of_file: None,
            oplock_requested: None,
            oplock_granted: None,
            lease_requested: None,
            lease_granted: None,
            lease_key: None,
            parent_lease_key: None,
            create_guid: None,
            create_contexts: Vec::new(),
            info_type: None,
            info_class: None,
            ctl_code: None,
            pattern: None,
            new_path: None,
            closed: None,
            detail: None,
            malformed: None,
            request: None,
            response: None,
            interim: None,
            request_length: None,
            response_length: None,
            request_holes: Vec::new(),
            response_holes: Vec::new(),
            payload_offset: None,
            payload_length: None,
            payload_hash: None,
        }
    }

    /// Gives its messages memory of their own: it will wait for long, and they share that of other messages. An expanded one
    /// has memory of its own already, which is counted as long as it is not copied; so has a large request outside of a chain,
    /// and servers often answer a large WRITE that it is pending.
    pub(crate) fn stand_alone(&mut self) {
        if self.compressed {
            return;
        }
        let is_alone = |request: &Bytes| self.request_chain.is_none() && request.len() >= LARGE;
        let shared = self.request.as_mut().filter(|request| !is_alone(request));
        for message in [shared, self.interim.as_mut()].into_iter().flatten() {
            *message = Bytes::copy_from_slice(message);
        }
    }

    /// The request up to the first byte of it that was not captured.
    pub(crate) fn captured_request(&self) -> Option<&[u8]> {
        captured(self.request.as_deref()?, &self.request_holes)
    }

    /// The response up to the first byte of it that was not captured.
    pub(crate) fn captured_response(&self) -> Option<&[u8]> {
        captured(self.response.as_deref()?, &self.response_holes)
    }
}

fn captured<'a>(message: &'a [u8], holes: &[Hole]) -> Option<&'a [u8]> {
    message.get(..holes.first().map_or(message.len(), |hole| hole.offset as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_request_stays_in_the_memory_of_its_pdu_unless_others_share_it() {
        let pdu = Bytes::from(vec![7; LARGE * 2]);
        let copied = |length: usize, chain: Option<u64>| {
            let mut operation = Operation::new(1, Kind::Request, 0);
            operation.request_chain = chain;
            operation.request = Some(pdu.slice(..length));
            operation.stand_alone();
            operation.request.is_some_and(|request| request.as_ptr() != pdu.as_ptr() && request == pdu.slice(..length))
        };
        assert!(!copied(LARGE, None));
        assert!(copied(LARGE, Some(1)));
        assert!(copied(LARGE - 1, None));
    }
}
