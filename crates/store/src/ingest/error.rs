//! Why a trace could not be ingested.

use crate::folder::FolderError;
use crate::writer::WriteError;
use std::path::PathBuf;

/// Why a trace could not be ingested. Each message is one line that says what to do; nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Unreadable {
        /// The capture.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is empty.
    #[error("{path}: empty; capture again")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a capture.
    #[error(
        "{path}: not a capture ({reason}); smbreplay reads pcap and pcapng files, plain or compressed with gzip or zstd"
    )]
    NotACapture {
        /// The file.
        path: PathBuf,
        /// What gave it away, with the offset.
        reason: String,
    },
    /// Nothing of the file can be decompressed.
    #[error("{path}: cannot be read: {reason}; copy or compress it again")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the decompressor says.
        reason: String,
    },
    /// The capture has no SMB2.
    #[error("{path}: no SMB2 inside ({packets} packets, {connections} TCP connections); {advice}")]
    NoSmb2 {
        /// The capture.
        path: PathBuf,
        /// Packets read.
        packets: u64,
        /// TCP connections seen.
        connections: u64,
        /// What was not read that may have been it, and what to do.
        advice: String,
    },
    /// The capture has SMB1 and no SMB2.
    #[error(
        "{path}: only SMB1 inside ({messages} messages); smbreplay reads SMB2 and SMB3, capture with SMB1 disabled"
    )]
    OnlySmb1 {
        /// The capture.
        path: PathBuf,
        /// SMB1 messages seen.
        messages: u64,
    },
    /// The output folder holds something that smbreplay did not write, or a newer one did.
    #[error(
        "{folder}: holds sessions that this smbreplay cannot take over ({reason}); move them away, or ingest again with --force to replace them"
    )]
    Foreign {
        /// The sessions folder.
        folder: PathBuf,
        /// What gave it away.
        reason: String,
    },
    /// The output folder holds the sessions of other files under the same name.
    #[error(
        "{trace}: this name stands for other files that were ingested before; give this trace another one with --name, or replace them with --force"
    )]
    OtherFiles {
        /// The name.
        trace: PathBuf,
    },
    /// The sessions could not be written.
    #[error(transparent)]
    Write(WriteError),
    /// It was cancelled.
    #[error("interrupted; nothing was changed")]
    Interrupted,
}

impl IngestError {
    /// The refusal of the output folder, if that is what it is.
    pub fn folder(&self) -> Option<&FolderError> {
        match self {
            Self::Write(WriteError::Folder(crate::StagedError::Folder(error))) => Some(error),
            _ => None,
        }
    }
}

impl From<WriteError> for IngestError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Interrupted => Self::Interrupted,
            other => Self::Write(other),
        }
    }
}
