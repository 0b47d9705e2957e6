//! Where a replay, a setup or a cleanup goes: the address of the lab server, never that of a captured one by accident.

use crate::options::Options;
use std::net::{SocketAddr, ToSocketAddrs};

/// Why nothing is sent there.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The target's name does not resolve.
    #[error("{server}: {source}")]
    Resolve {
        /// Host as given.
        server: String,
        /// What the resolver said.
        source: std::io::Error,
    },
    /// The target has no address.
    #[error("{server} has no address")]
    NoAddress {
        /// Host as given.
        server: String,
    },
    /// The target is a server of the trace.
    #[error("{address} is a server in the capture")]
    CapturedServer {
        /// The address.
        address: SocketAddr,
    },
}

/// The address to connect to; refuses the `captured` servers, but on this machine or if the options allow them.
///
/// # Errors
/// [`TargetError`].
pub fn address(captured: &[SocketAddr], options: &Options) -> Result<SocketAddr, TargetError> {
    let server = options.target.server.clone();
    let found = (server.as_str(), options.target.port)
        .to_socket_addrs()
        .map_err(|source| TargetError::Resolve { server: server.clone(), source })?;
    let address = found.into_iter().next().ok_or(TargetError::NoAddress { server })?;
    if is_captured(captured, address) && !options.allow_captured_server {
        return Err(TargetError::CapturedServer { address });
    }
    Ok(address)
}

/// Whether `address` is that of a `captured` server, whatever the port. This machine never counts as one.
pub fn is_captured(captured: &[SocketAddr], address: SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    !ip.is_loopback() && captured.iter().any(|captured| captured.ip().to_canonical() == ip)
}
