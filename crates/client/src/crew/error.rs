//! Why a crew had to give up.

use crate::probe::ProbeError;
use smb2::{Command, Malformed};
use std::io;
use std::net::SocketAddr;

/// Why a crew had to give up.
#[derive(Debug, thiserror::Error)]
pub enum CrewError {
    /// The server, the user or the share cannot be used, or a connection broke while a request was open.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A connection ended on which no request was open.
    #[error("{address} closed a connection on which it had answered everything{}", reason(.source.as_ref()))]
    Closed {
        /// The server.
        address: SocketAddr,
        /// How it broke; `None` when the server closed it in order.
        source: Option<io::Error>,
    },
    /// All is answered and there is no credit for another request.
    #[error("{address} grants no credit for {what}")]
    NoCredits {
        /// The server.
        address: SocketAddr,
        /// The request that cannot be sent.
        what: Command,
    },
}

impl CrewError {
    /// The body of a response is not what its command has.
    pub(super) fn bad_answer(address: SocketAddr, what: Command, source: Malformed) -> Self {
        ProbeError::BadAnswer { address, what, source }.into()
    }
}

fn reason(source: Option<&io::Error>) -> String {
    source.map(|source| format!(": {source}")).unwrap_or_default()
}
