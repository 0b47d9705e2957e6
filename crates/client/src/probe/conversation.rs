//! One connection on which a request is sent only when the one before has been answered.

use super::ProbeError;
use crate::driver::{Arrival, Socket, SocketEvent};
use crate::request::{Place, Request};
use crate::{Connection, Negotiated, Received, Signature};
use smb2::Command;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;

/// How the messages of the session are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all: there is no session yet, or it has no key.
    None,
    /// Signed. Servers may always ask for it, and SMB 3.1.1 wants it of TREE_CONNECT (MS-SMB2 3.3.5.7).
    Signed,
    /// Encrypted.
    Encrypted,
}

/// The conversation. Dropping it closes the connection.
pub(super) struct Conversation {
    address: SocketAddr,
    patience: Duration,
    connection: Connection,
    socket: Socket,
    arrivals: mpsc::Receiver<Arrival<()>>,
    next_message_id: u64,
    session_id: u64,
    protection: Protection,
}

/// SMB 2.0.2, the only dialect without CreditCharge.
const SMB_2_0_2: u16 = 0x0202;
/// CreditRequest: what the next request will use.
const CREDITS: u16 = 1;

impl Conversation {
    /// Connects to `address`; waits for that, and for each answer later, as long as `patience`.
    pub(super) async fn open(address: SocketAddr, patience: Duration) -> Result<Self, ProbeError> {
        let (events, mut arrivals) = mpsc::channel(1);
        let socket = Socket::connect(address, patience, (), events);
        match arrivals.recv().await.map(|arrival| arrival.event) {
            Some(SocketEvent::ConnectFailed(source)) => return Err(ProbeError::Unreachable { address, source }),
            Some(SocketEvent::Connected | SocketEvent::Received(_) | SocketEvent::Closed(_)) | None => {}
        }
        Ok(Self {
            address,
            patience,
            connection: Connection::new(0),
            socket,
            arrivals,
            next_message_id: 0,
            session_id: 0,
            protection: Protection::None,
        })
    }

    /// The server.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was negotiated, once it was.
    pub(super) fn negotiated(&self) -> Option<&Negotiated> {
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

    /// Sends a request that needs no share and waits for its final response, whatever the status.
    pub(super) async fn exchange(&mut self, request: &Request) -> Result<Received, ProbeError> {
        self.exchange_on(0, request).await
    }

    /// Sends a request on a share and waits for its final response, whatever the status.
    pub(super) async fn exchange_on(&mut self, tree_id: u32, request: &Request) -> Result<Received, ProbeError> {
        let (address, what, patience) = (self.address, request.command, self.patience);
        let has_charge = self.negotiated().is_some_and(|negotiated| negotiated.dialect > SMB_2_0_2);
        let message_id = self.next_message_id;
        self.next_message_id = message_id.saturating_add(1);
        let place = Place {
            message_id,
            credit_charge: has_charge.into(),
            credits: CREDITS,
            session_id: self.session_id,
            tree_id,
            signed: self.protection == Protection::Signed,
        };
        let encrypt = (self.protection == Protection::Encrypted).then_some(self.session_id);
        let sealed = self.connection.seal(vec![request.message(&place)], encrypt);
        let sealed = sealed.map_err(|source| ProbeError::NotSent { address, what, source })?;
        sealed.wire.into_iter().for_each(|bytes| self.socket.write(bytes.into()));
        match tokio::time::timeout(patience, self.answer(message_id, what)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProbeError::Timeout { address, what, patience }),
        }
    }

    async fn answer(&mut self, message_id: u64, what: Command) -> Result<Received, ProbeError> {
        let address = self.address;
        loop {
            while let Some(received) =
                self.connection.poll_message().map_err(|source| ProbeError::NotSmb { address, source })?
            {
                let header = &received.header;
                let answers = header.flags.is_response() && (header.message_id, header.command) == (message_id, what);
                if !answers || received.is_interim() {
                    continue;
                }
                if received.signature == Signature::Bad {
                    return Err(ProbeError::WrongSignature { address, what });
                }
                return Ok(received);
            }
            match self.arrivals.recv().await.map(|arrival| arrival.event) {
                Some(SocketEvent::Received(bytes)) => self.connection.handle_bytes(&bytes),
                Some(SocketEvent::Closed(source)) => return Err(ProbeError::Closed { address, what, source }),
                None => return Err(ProbeError::Closed { address, what, source: None }),
                Some(SocketEvent::Connected | SocketEvent::ConnectFailed(_)) => {}
            }
        }
    }
}
