//! A TCP segment as it was captured.

use crate::pdu::Timestamp;
use std::net::SocketAddr;

/// One captured TCP segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TcpSegment<'a> {
    /// 1-based number of the frame.
    pub(crate) frame: u64,
    /// Time of the frame.
    pub(crate) time: Timestamp,
    /// Sender.
    pub(crate) source: SocketAddr,
    /// Receiver.
    pub(crate) destination: SocketAddr,
    /// Sequence number of the first byte; of the SYN if there is one.
    pub(crate) sequence: u32,
    /// Acknowledgement number, if the segment carries one.
    pub(crate) acknowledgement: Option<u32>,
    /// Flags.
    pub(crate) flags: TcpFlags,
    /// Captured payload.
    pub(crate) payload: &'a [u8],
    /// Bytes of payload behind `payload` that were on the wire and not captured (snaplen).
    pub(crate) missing: u32,
}

/// The flags that reassembly looks at.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct TcpFlags {
    /// Opens the connection.
    pub(crate) syn: bool,
    /// Closes one direction.
    pub(crate) fin: bool,
    /// Aborts the connection.
    pub(crate) rst: bool,
}
