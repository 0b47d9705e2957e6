//! What two ends say on one connection, without I/O: requests become bytes, bytes become the responses to them.

use super::ProbeError;
use crate::request::{Place, Request, chain};
use crate::{Connection, Negotiated, Received};
use bytes::Bytes;
use smb2::Command;
use std::net::SocketAddr;
use std::ops::Range;

/// How the messages of the session are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Not at all: there is no session yet, or it has no key.
    None,
    /// Signed. Servers may always ask for it, and SMB 3.1.1 wants it of TREE_CONNECT (MS-SMB2 3.3.5.7).
    Signed,
    /// Encrypted.
    Encrypted,
}

/// The dialogue: the protocol core, and what the next request's header has to say.
pub(crate) struct Dialogue {
    address: SocketAddr,
    connection: Connection,
    next_message_id: u64,
    session_id: u64,
    protection: Protection,
}

/// SMB 2.0.2, the only dialect without CreditCharge.
const SMB_2_0_2: u16 = 0x0202;
/// CreditRequest while fewer than [`PLENTY`] credits are to spare, and afterwards: what the request itself uses.
const ASKED: u16 = 128;
const SPENT: u16 = 1;
/// Credits that are enough to have as many requests open as is of any use.
const PLENTY: u64 = 512;

impl Dialogue {
    /// A connection that has just been made to `address`.
    pub(crate) fn new(address: SocketAddr) -> Self {
        let connection = Connection::new(0);
        Self { address, connection, next_message_id: 0, session_id: 0, protection: Protection::None }
    }

    /// The server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was negotiated, once it was.
    pub(crate) fn negotiated(&self) -> Option<&Negotiated> {
        self.connection.negotiated()
    }

    /// Requests belong to this session from now on.
    pub(super) fn enter_session(&mut self, session_id: u64) {
        self.session_id = session_id;
    }

    /// Requests are protected from now on, with keys derived from the session key of the logon that just succeeded.
    pub(super) fn protect(&mut self, session_key: &[u8], protection: Protection) {
        self.connection.establish(self.session_id, session_key);
        self.protection = protection;
    }

    /// Requests are encrypted from now on; they must be protected already.
    pub(super) fn encrypt(&mut self) {
        self.protection = Protection::Encrypted;
    }

    /// How many requests the server lets be sent now, each of one credit.
    pub(crate) fn credits(&self) -> u64 {
        self.connection.window().end().saturating_sub(self.next_message_id)
    }

    /// The bytes that send `requests` on a share (0: none) as one chain of related operations, and their MessageIds.
    /// Whether there are credits for them is the caller's concern.
    pub(crate) fn send(&mut self, tree_id: u32, requests: &[Request]) -> Result<(Range<u64>, Vec<Bytes>), ProbeError> {
        let has_charge = self.negotiated().is_some_and(|negotiated| negotiated.dialect > SMB_2_0_2);
        let count = u64::try_from(requests.len()).unwrap_or(u64::MAX);
        let ids = self.next_message_id..self.next_message_id.saturating_add(count);
        let first = Place {
            message_id: ids.start,
            credit_charge: has_charge.into(),
            credits: if self.credits() < PLENTY { ASKED } else { SPENT },
            session_id: self.session_id,
            tree_id,
            signed: self.protection == Protection::Signed,
        };
        let encrypt = (self.protection == Protection::Encrypted).then_some(self.session_id);
        let what = requests.first().map_or(Command::NEGOTIATE, |request| request.command);
        let sealed = self.connection.seal(chain::related(requests, &first), encrypt);
        let sealed = sealed.map_err(|source| ProbeError::NotSent { address: self.address, what, source })?;
        self.next_message_id = ids.end;
        Ok((ids, sealed.wire))
    }

    /// Takes bytes as they come from the socket.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8]) {
        self.connection.handle_bytes(bytes);
    }

    /// The next final response; interim ones and what answers no request are passed over.
    pub(crate) fn poll_response(&mut self) -> Result<Option<Received>, ProbeError> {
        while let Some(received) = self.poll_answer()? {
            if !received.is_interim() {
                return Ok(Some(received));
            }
        }
        Ok(None)
    }

    /// The next response, interim or final; what answers no request is passed over.
    pub(crate) fn poll_answer(&mut self) -> Result<Option<Received>, ProbeError> {
        let not_smb = |source| ProbeError::NotSmb { address: self.address, source };
        while let Some(received) = self.connection.poll_message().map_err(not_smb)? {
            if received.header.flags.is_response() && !received.is_unsolicited() {
                return Ok(Some(received));
            }
        }
        Ok(None)
    }
}
