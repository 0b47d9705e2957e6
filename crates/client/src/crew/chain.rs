//! What goes out together, and what comes back.

use crate::request::Request;
use bytes::Bytes;
use smb2::{Command, NtStatus, header};

/// Requests that belong together. More than one are related operations (MS-SMB2 3.2.4.1.4): where a later one is about
/// the handle of the one before, it has [`FileId::RELATED`](smb2::FileId::RELATED).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The work's own name for it, told with its answers.
    pub ticket: u64,
    /// The requests, in order. A chain without any is answered at once.
    pub requests: Vec<Request>,
}

/// The final response to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Command.
    pub command: Command,
    /// Status.
    pub status: NtStatus,
    /// The whole message, header and, inside a chain, padding included; to be read with the views of
    /// [`smb2::message`].
    pub message: Bytes,
}

impl Chain {
    /// About how many bytes it takes on the wire.
    pub(super) fn length(&self) -> usize {
        self.requests.iter().map(|request| request.body.len().saturating_add(header::LENGTH)).sum()
    }
}
