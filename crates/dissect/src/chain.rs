//! What a message of a chain inherits from the one before it (MS-SMB2 3.3.5.2.7.2).

use smb2::{FileId, Header};
use std::sync::{Arc, OnceLock};

/// What a CREATE returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opened {
    /// The FileId of its response.
    pub(crate) file_id: FileId,
    /// The number of the open in the trace.
    pub(crate) open: Option<u32>,
}

/// The handle that an operation works on.
#[derive(Debug, Clone, Default)]
pub(crate) enum Handle {
    /// None, or one that the capture does not show, or that a CREATE returns which is alone.
    #[default]
    None,
    /// One that the request names.
    Known(FileId),
    /// The one that a CREATE of the same chain returns: empty until its response is read, and when it fails.
    Created(Arc<OnceLock<Opened>>),
}

/// The identifiers in force in a chain of requests: those of its latest message.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    latest: Option<Inherited>,
}

/// What the next related message inherits.
#[derive(Debug, Clone)]
pub(crate) struct Inherited {
    /// SessionId.
    pub(crate) session_id: u64,
    /// TreeId.
    pub(crate) tree_id: Option<u32>,
    /// The file handle.
    pub(crate) handle: Handle,
    /// The path of that handle.
    pub(crate) path: Option<Arc<str>>,
}

impl Chain {
    /// What `header` inherits: only a related message that is not the first of its chain does.
    pub(crate) fn inherited(&self, header: &Header) -> Option<&Inherited> {
        self.latest.as_ref().filter(|_| header.flags.is_related())
    }

    /// Puts the identifiers of the latest message in force.
    pub(crate) fn advance(&mut self, latest: Inherited) {
        self.latest = Some(latest);
    }
}
