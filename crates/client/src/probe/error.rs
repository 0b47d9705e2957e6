//! How a probe can end without an answer.

use crate::logon::LogonError;
use crate::request::TooLong;
use crate::{ReceiveError, SealError};
use smb2::auth::spnego::Mechanism;
use smb2::{Command, Malformed, NtStatus, names};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Why a server is of no use with this user and share. No variant holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No TCP connection.
    #[error("cannot connect to {address}: {source}")]
    Unreachable {
        /// Where to.
        address: SocketAddr,
        /// Why; `TimedOut` when the patience ran out.
        source: io::Error,
    },
    /// The server closed or broke the connection.
    #[error("{address} closed the connection instead of answering {what}{}", reason(.source.as_ref()))]
    Closed {
        /// The server.
        address: SocketAddr,
        /// The request that was open.
        what: Command,
        /// How it broke; `None` when the server closed it in order.
        source: Option<io::Error>,
    },
    /// The server did not answer in time.
    #[error("{address} did not answer {what} within {patience:?}")]
    Timeout {
        /// The server.
        address: SocketAddr,
        /// The request that was open.
        what: Command,
        /// How long was waited.
        patience: Duration,
    },
    /// What listens there does not speak SMB2.
    #[error("{address} does not speak SMB2: {source}")]
    NotSmb {
        /// The server.
        address: SocketAddr,
        /// What came instead.
        source: ReceiveError,
    },
    /// The server speaks none of the dialects offered.
    #[error("{address} refuses every dialect offered ({}): {status}", list(offered))]
    DialectRefused {
        /// The server.
        address: SocketAddr,
        /// DialectRevision numbers.
        offered: Vec<u16>,
        /// NTSTATUS of the NEGOTIATE response.
        status: NtStatus,
    },
    /// The server picked a dialect that was not offered.
    #[error("{address} picked dialect {}, which was not offered ({})", dialect(*picked), list(offered))]
    DialectNotOffered {
        /// The server.
        address: SocketAddr,
        /// DialectRevision of the NEGOTIATE response.
        picked: u16,
        /// DialectRevision numbers.
        offered: Vec<u16>,
    },
    /// The server does not let the user in.
    #[error("{address} refuses to log on user {user}: {status}")]
    LogonRefused {
        /// The server.
        address: SocketAddr,
        /// The user, with the domain if there is one.
        user: String,
        /// NTLM or Kerberos.
        mechanism: Mechanism,
        /// NTSTATUS of the SESSION_SETUP response.
        status: NtStatus,
    },
    /// The server's side of the logon is not as it should be.
    #[error("cannot log on to {address} with {}: {source}", .source.mechanism())]
    LogonGarbled {
        /// The server.
        address: SocketAddr,
        /// What is wrong with it.
        source: LogonError,
    },
    /// There is no such share, or not for this user.
    #[error("{address} refuses the share {share}: {status}")]
    ShareRefused {
        /// The server.
        address: SocketAddr,
        /// The share, `\\server\share`.
        share: String,
        /// NTSTATUS of the TREE_CONNECT response.
        status: NtStatus,
    },
    /// The body of a response is not what its command has.
    #[error("{address} answered {what} with a malformed message: {source}")]
    BadAnswer {
        /// The server.
        address: SocketAddr,
        /// The request.
        what: Command,
        /// What is wrong with it.
        source: Malformed,
    },
    /// A response is signed with another key than the session's.
    #[error("{address} answered {what} with a wrong signature")]
    WrongSignature {
        /// The server.
        address: SocketAddr,
        /// The request.
        what: Command,
    },
    /// A request cannot be protected as the server demands.
    #[error("{what} cannot be sent to {address}: {source}")]
    NotSent {
        /// The server.
        address: SocketAddr,
        /// The request.
        what: Command,
        /// Why.
        source: SealError,
    },
    /// A name is too long for a request.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The operating system has no random bytes for the logon.
    #[error("no random bytes for the logon: {0}")]
    NoRandomness(getrandom::Error),
}

fn reason(source: Option<&io::Error>) -> String {
    source.map(|source| format!(": {source}")).unwrap_or_default()
}

fn list(dialects: &[u16]) -> String {
    dialects.iter().copied().map(dialect).collect::<Vec<_>>().join(", ")
}

fn dialect(revision: u16) -> String {
    names::dialect(revision).map_or_else(|| format!("{revision:#06x}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_dialect_is_named_as_people_write_it() {
        let error = ProbeError::DialectRefused {
            address: ([127, 0, 0, 1], 445).into(),
            offered: vec![0x0311, 0x0999],
            status: NtStatus::NOT_SUPPORTED,
        };
        let expected = "127.0.0.1:445 refuses every dialect offered (3.1.1, 0x0999): STATUS_NOT_SUPPORTED";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_broken_connection_says_how_it_broke() {
        let closed =
            |source| ProbeError::Closed { address: ([127, 0, 0, 1], 445).into(), what: Command::NEGOTIATE, source };
        let in_order = "127.0.0.1:445 closed the connection instead of answering NEGOTIATE";
        assert_eq!(closed(None).to_string(), in_order);
        let reset = closed(Some(io::ErrorKind::ConnectionReset.into())).to_string();
        assert_eq!(reset, format!("{in_order}: connection reset"));
    }
}
