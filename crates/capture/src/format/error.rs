//! Why a capture file could not be opened or read on.

use std::io;
use thiserror::Error;

/// Why a file is not read as a capture at all.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The first bytes belong to no capture format.
    #[error("{name} is not a capture: byte {offset} starts with {} where pcap or pcapng has its magic number", hex(.magic))]
    NotACapture {
        /// The file as the caller named it.
        name: String,
        /// Where the magic number was looked for, after decompression.
        offset: u64,
        /// What is there, at most four bytes.
        magic: Vec<u8>,
    },
    /// There is no byte in the file.
    #[error("{name} is empty")]
    Empty {
        /// The file as the caller named it.
        name: String,
    },
    /// The magic number is there, the rest of the file header is not.
    #[error("{name} ends inside the capture's file header, after {length} bytes")]
    HeaderCut {
        /// The file as the caller named it.
        name: String,
        /// Bytes that are there, after decompression.
        length: u64,
    },
    /// Nothing can be decompressed.
    #[error("{name} cannot be read: {reason}")]
    Broken {
        /// The file as the caller named it.
        name: String,
        /// What is wrong with the compressed data.
        reason: String,
    },
    /// The file could not be opened or read.
    #[error("cannot read {name}: {source}")]
    Io {
        /// The file as the caller named it.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
}

impl OpenError {
    /// What is said of the file, without its name.
    pub fn reason(&self) -> String {
        match self {
            Self::NotACapture { offset, magic, .. } => {
                format!("not a capture ({} at byte {offset} where its magic number should be)", hex(magic))
            }
            Self::Empty { .. } => "empty".to_owned(),
            Self::HeaderCut { length, .. } => {
                format!("not a capture (it ends after {length} bytes, inside the file header)")
            }
            Self::Broken { reason, .. } => reason.clone(),
            Self::Io { source, .. } => format!("cannot be read: {source}"),
        }
    }
}

/// Why reading stopped before the end. Damage and truncation are no errors: see [`super::FileFacts`].
#[derive(Debug, Error)]
pub enum ReadError {
    /// The operating system could not read on.
    #[error("cannot read {name} after byte {offset}: {source}")]
    Io {
        /// The file as the caller named it.
        name: String,
        /// Bytes read before, after decompression.
        offset: u64,
        /// What the operating system said.
        source: io::Error,
    },
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
