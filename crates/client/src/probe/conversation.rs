//! One connection on which a request is sent only when the one before has been answered.

use super::ProbeError;
use super::dialogue::Dialogue;
use crate::driver::{Arrival, Socket, SocketEvent};
use crate::request::Request;
use crate::{Received, Signature};
use smb2::Command;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;

/// The conversation. Dropping it closes the connection.
///
/// Who wants to have several requests open at once uses its parts: what [`Dialogue::send`] makes goes to `socket`, and
/// what arrives in `arrivals` to [`Dialogue::handle_bytes`].
pub(crate) struct Conversation {
    patience: Duration,
    /// What is said.
    pub(crate) dialogue: Dialogue,
    /// Where to.
    pub(crate) socket: Socket,
    /// What comes back.
    pub(crate) arrivals: mpsc::Receiver<Arrival<()>>,
}

impl Conversation {
    /// Connects to `address`; waits for that, and for each answer later, as long as `patience`.
    pub(super) async fn open(address: SocketAddr, patience: Duration) -> Result<Self, ProbeError> {
        let (events, mut arrivals) = mpsc::channel(1);
        let socket = Socket::connect(address, patience, (), events);
        match arrivals.recv().await.map(|arrival| arrival.event) {
            Some(SocketEvent::ConnectFailed(source)) => return Err(ProbeError::Unreachable { address, source }),
            Some(SocketEvent::Connected | SocketEvent::Received(_) | SocketEvent::Closed(_)) | None => {}
        }
        Ok(Self { patience, dialogue: Dialogue::new(address), socket, arrivals })
    }

    /// Sends a request that needs no share and waits for its final response, whatever the status.
    pub(super) async fn exchange(&mut self, request: &Request) -> Result<Received, ProbeError> {
        self.exchange_on(0, request).await
    }

    /// Sends a request on a share and waits for its final response, whatever the status.
    pub(super) async fn exchange_on(&mut self, tree_id: u32, request: &Request) -> Result<Received, ProbeError> {
        let (address, what, patience) = (self.dialogue.address(), request.command, self.patience);
        let (ids, wire) = self.dialogue.send(tree_id, std::slice::from_ref(request))?;
        wire.into_iter().for_each(|bytes| self.socket.write(bytes.into()));
        match tokio::time::timeout(patience, self.answer(ids.start, what)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProbeError::Timeout { address, what, patience }),
        }
    }

    async fn answer(&mut self, message_id: u64, what: Command) -> Result<Received, ProbeError> {
        let address = self.dialogue.address();
        loop {
            while let Some(received) = self.dialogue.poll_response()? {
                if (received.header.message_id, received.header.command) != (message_id, what) {
                    continue;
                }
                if received.signature == Signature::Bad {
                    return Err(ProbeError::WrongSignature { address, what });
                }
                return Ok(received);
            }
            match self.arrivals.recv().await.map(|arrival| arrival.event) {
                Some(SocketEvent::Received(bytes)) => self.dialogue.handle_bytes(&bytes),
                Some(SocketEvent::Closed(source)) => return Err(ProbeError::Closed { address, what, source }),
                None => return Err(ProbeError::Closed { address, what, source: None }),
                Some(SocketEvent::Connected | SocketEvent::ConnectFailed(_)) => {}
            }
        }
    }
}
