//! What leaves this crate: transport PDUs and what happened to their connections, in the order of the trace.

use bytes::Bytes;
use std::net::SocketAddr;

/// Nanoseconds since 1970-01-01 00:00 UTC, as the capture says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub i64);

/// A place in the trace: the frame that carries a byte, its time, and the byte's position in the whole trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// 1-based number of the frame, as Wireshark counts.
    pub frame: u64,
    /// Time of the frame.
    pub time: Timestamp,
    /// Position of the byte: grows with the order of the trace and is unique for a byte of TCP payload. It is
    /// `frame << 24 | offset of the byte in the frame's TCP payload`; a connect or close takes offset 0 of its frame.
    pub seq: u64,
}

/// Which way a PDU went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// From the side that connected.
    ClientToServer,
    /// From the side that listens.
    ServerToClient,
}

impl Direction {
    /// The opposite direction.
    pub fn reverse(self) -> Self {
        match self {
            Self::ClientToServer => Self::ServerToClient,
            Self::ServerToClient => Self::ClientToServer,
        }
    }
}

/// A byte range that the capture does not have; the bytes there read as zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// Offset of the first missing byte in the PDU's body.
    pub offset: u32,
    /// Number of missing bytes.
    pub length: u32,
}

/// The two ends of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Endpoints {
    /// The side that connected.
    pub client: SocketAddr,
    /// The side that listens.
    pub server: SocketAddr,
}

/// One transport PDU: the body after the 4-byte transport header.
#[derive(Clone, Debug)]
pub struct Pdu {
    /// 0-based number of the connection in the trace, in order of first appearance among those that carry SMB.
    pub connection: u32,
    /// Which way it went.
    pub direction: Direction,
    /// The body, starting with the ProtocolId (0xFE 'SMB' or its kin). Bytes in `holes` are zero.
    pub body: Bytes,
    /// Missing ranges of `body`, ascending, not touching.
    pub holes: Vec<Hole>,
    /// The first transmission of the first byte of the transport header.
    pub first: Mark,
    /// The byte that completed the PDU: the latest in the trace of all its bytes.
    pub last: Mark,
    /// Offset in this direction's TCP stream just after the PDU's last byte. Of a connection that was open before the capture
    /// began the first byte has some offset above 0.
    pub stream_end: u64,
    /// The ACK number of the segment that carried the first byte, as an offset in the other direction's TCP stream
    /// (comparable with `stream_end` of that direction's PDUs). `None` when the other direction was not captured or
    /// the segment carried no ACK.
    pub acked: Option<u64>,
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CloseKind {
    /// The side sent FIN.
    Fin,
    /// The side sent RST.
    Rst,
}

/// One thing that happened on a connection.
#[derive(Clone, Debug)]
pub enum Event {
    /// A connection that carries SMB begins. Announced before its first PDU.
    Connect {
        /// Number of the connection.
        connection: u32,
        /// Its ends.
        endpoints: Endpoints,
        /// The SYN; for a connection that starts mid-stream, its first frame.
        at: Mark,
        /// Whether the TCP handshake was captured.
        handshake: bool,
        /// SYN to SYN-ACK's acknowledgement seen at the capture point, nanoseconds.
        round_trip_ns: Option<u64>,
    },
    /// A transport PDU.
    Pdu(Pdu),
    /// The first side to close did so. Later FIN or RST of the same connection are not announced.
    Close {
        /// Number of the connection.
        connection: u32,
        /// The side that closed: `ClientToServer` is the client.
        by: Direction,
        /// FIN or RST.
        how: CloseKind,
        /// The FIN or RST.
        at: Mark,
        /// ACK number of the closing segment as an offset in the other direction's stream.
        acked: Option<u64>,
    },
}
