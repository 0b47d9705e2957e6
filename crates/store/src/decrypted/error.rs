//! Why a trace was not exported.

use crate::IngestError;
use std::io;

/// Why a trace was not exported. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum DecryptError {
    /// The capture cannot be read, or there is no SMB2 in it.
    #[error(transparent)]
    Capture(IngestError),
    /// The export cannot be written.
    #[error("the capture in clear cannot be written: {0}")]
    Write(#[from] io::Error),
    /// It is encrypted, and nothing opens any of it.
    #[error("{name}: nothing could be decrypted: {encrypted} encrypted messages, and no key fits one")]
    NothingOpened {
        /// The trace.
        name: String,
        /// PDUs that are encrypted.
        encrypted: u64,
        /// What would open them, a sentence for each session.
        needed: Vec<String>,
    },
    /// There are no keys to embed.
    #[error("{name}: no key is known that fits one of its sessions: there is nothing to embed")]
    NoKeys {
        /// The trace.
        name: String,
        /// What would open them, a sentence for each session.
        needed: Vec<String>,
    },
    /// It was cancelled.
    #[error("interrupted")]
    Interrupted,
}

impl From<IngestError> for DecryptError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Interrupted => Self::Interrupted,
            other => Self::Capture(other),
        }
    }
}
