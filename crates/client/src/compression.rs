//! Compressing what is sent, and counting what comes compressed, on one connection (MS-SMB2 3.1.4.4, 3.1.5.3).

use bytes::Bytes;
use smb2::compression::{self, ExpandError, Scheme};
use smb2::message::WriteRequest;
use smb2::{Command, Header};

/// Bytes of a PDU from which on it is worth compressing.
const SMALLEST: usize = 4096;

/// What one connection compresses.
#[derive(Debug, Default)]
pub(crate) struct Compression {
    /// Whether requests are compressed where both sides can.
    pub(crate) wanted: bool,
    counts: Compressed,
}

/// How many PDUs were compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compressed {
    /// To the server.
    pub sent: u64,
    /// From the server.
    pub received: u64,
}

impl Compression {
    pub(crate) fn counts(&self) -> Compressed {
        self.counts
    }

    /// The chain as one compressed message, if it has a WRITE and gets smaller.
    pub(crate) fn compress(&self, scheme: Option<Scheme>, sent: &[Header], messages: &[Bytes]) -> Option<Bytes> {
        let scheme = scheme.filter(|_| self.wanted)?;
        let length = messages.iter().map(Bytes::len).fold(0, usize::saturating_add);
        if length < SMALLEST || sent.iter().all(|header| header.command != Command::WRITE) {
            return None;
        }
        let compressed = match messages {
            [message] => compression::compress(message, WriteRequest::FIXED_END, scheme),
            chain => compression::compress(&chain.concat(), 0, scheme),
        };
        compressed.map(Bytes::from)
    }

    /// A PDU went out compressed.
    pub(crate) fn sent(&mut self) {
        self.counts.sent = self.counts.sent.saturating_add(1);
    }

    /// The message that the server compressed. What is expanded is never longer than a message may be.
    pub(crate) fn expand(&mut self, message: &[u8]) -> Result<Bytes, ExpandError> {
        let expanded = compression::expand(message)?;
        self.counts.received = self.counts.received.saturating_add(1);
        Ok(Bytes::from(expanded))
    }
}
