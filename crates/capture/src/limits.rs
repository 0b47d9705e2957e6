//! Bounds on what a trace may make this crate remember.

/// Bounds on memory and patience.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes that one direction of a connection may keep back because bytes before them are missing.
    pub out_of_order_bytes: usize,
    /// Bytes that all connections together may keep back and hold of unfinished PDUs.
    pub buffered_bytes: usize,
    /// Connections remembered; the ones silent for longest make room.
    pub connections: usize,
    /// Frames of the trace that a missing byte may be late after its receiver acknowledged it: captures put the packets
    /// of the two directions, or of two queues of an interface, in a slightly wrong order.
    pub reorder_frames: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { out_of_order_bytes: 4 << 20, buffered_bytes: 128 << 20, connections: 100_000, reorder_frames: 128 }
    }
}
