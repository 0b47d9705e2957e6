//! Making folders and files on a share before anything is replayed there, and telling which of them are new.

mod steps;

pub use crate::request::create::Kind;
pub use steps::{Entry, Made, Steps};

use crate::probe::{self, ProbeError};
use smb2::auth::Credentials;
use smb2::{Command, Malformed, NtStatus};
use std::net::SocketAddr;
use std::time::Duration;

/// Why a folder or file could not be made. What was made before it stays, and is told.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ProvisionError {
    /// What is new on the share all the same.
    pub made: Vec<Made>,
    /// What went wrong.
    pub cause: ProvisionErrorCause,
}

/// What went wrong while folders and files were made.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionErrorCause {
    /// The server, the user or the share cannot be used, or the connection broke.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The server refuses.
    #[error("{address} refuses {command} of {path} on share {share}: {status}")]
    Refused {
        /// The server.
        address: SocketAddr,
        /// The share.
        share: String,
        /// The folder or file.
        path: String,
        /// CREATE, WRITE or CLOSE.
        command: Command,
        /// NTSTATUS.
        status: NtStatus,
    },
    /// The body of a response is not what its command has.
    #[error("{address} answered {command} with a malformed message: {source}")]
    BadAnswer {
        /// The server.
        address: SocketAddr,
        /// The request.
        command: Command,
        /// What is wrong with it.
        source: Malformed,
    },
    /// A path is too long for a request.
    #[error(transparent)]
    TooLong(#[from] crate::request::TooLong),
}

/// Where things are made, and as whom.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Address of the server.
    pub address: SocketAddr,
    /// Its name, for the path of the share.
    pub server_name: &'a str,
    /// Who makes them.
    pub credentials: &'a Credentials,
    /// The share.
    pub share: &'a str,
    /// Dialects to offer; all when empty.
    pub dialects: &'a [u16],
    /// How long each answer may take.
    pub patience: Duration,
}

/// Makes what of `entries` is not there, and the folders above it; what is there stays as it is. Returns what is new, in
/// the order in which it was made. Must be called inside a tokio runtime.
///
/// # Errors
/// [`ProvisionError`].
pub async fn provision(place: &Place<'_>, entries: Vec<Entry>) -> Result<Vec<Made>, ProvisionError> {
    let mut steps = Steps::new(entries);
    match carry_out(place, &mut steps).await {
        Ok(()) => Ok(steps.into_made()),
        Err(cause) => Err(ProvisionError { made: steps.into_made(), cause }),
    }
}

async fn carry_out(place: &Place<'_>, steps: &mut Steps) -> Result<(), ProvisionErrorCause> {
    let (address, server_name) = (place.address, place.server_name);
    let mut visit =
        probe::Visit::begin(address, server_name, place.credentials, place.share, place.dialects, place.patience)
            .await?;
    while let Some((request, path)) = steps.next_request()? {
        let command = request.command;
        let response = visit.exchange(&request).await?;
        let status = NtStatus(response.header.status);
        if status != NtStatus::SUCCESS {
            let (share, path) = (place.share.to_owned(), String::from_utf16_lossy(&path));
            return Err(ProvisionErrorCause::Refused { address, share, path, command, status });
        }
        let bad = |source| ProvisionErrorCause::BadAnswer { address, command, source };
        steps.handle_response(&response.message).map_err(bad)?;
    }
    visit.end().await;
    Ok(())
}
