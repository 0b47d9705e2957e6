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
    /// Window, which tells a window update from an acknowledgement that comes again.
    pub(crate) window: u16,
    /// Flags.
    pub(crate) flags: TcpFlags,
    /// Offset of `payload` in the packet's TCP payload: not 0 only for the later parts of a packet that was put together from
    /// fragments with missing ends.
    pub(crate) at: usize,
    /// Captured payload.
    pub(crate) payload: &'a [u8],
    /// Bytes of payload behind `payload` that were on the wire and not captured (snaplen).
    pub(crate) missing: u32,
    /// Identification of the IP packet: the same in copies of it, another one when TCP sends again. `None` where there is none.
    pub(crate) identification: Option<u16>,
    /// It was captured before: see [`crate::counters::Counters::mirrored_segments`].
    pub(crate) mirrored: bool,
}

/// The flags that reassembly looks at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub(crate) struct TcpFlags {
    /// Opens the connection.
    pub(crate) syn: bool,
    /// Closes one direction.
    pub(crate) fin: bool,
    /// Aborts the connection.
    pub(crate) rst: bool,
}
