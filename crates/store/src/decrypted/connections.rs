//! The connections of a trace, by their number, while they are packed anew.

use super::connection::Connection;
use capture::writing::PcapngWriter;
use capture::{CloseKind, Direction, Endpoints, Mark, Pdu, Timestamp};
use rustc_hash::FxHashMap;
use smb2::transport::{self, Protocol};
use std::io;

/// How many connections are followed; the dissector follows no more either.
const LIMIT: usize = 1 << 18;

/// All connections so far.
pub(super) struct Connections<'a> {
    /// The trace, as remarks call it.
    name: &'a str,
    all: FxHashMap<u32, Connection>,
}

impl<'a> Connections<'a> {
    /// None yet, of the trace with this name.
    pub(super) fn new(name: &'a str) -> Self {
        Self { name, all: FxHashMap::default() }
    }

    /// A connection begins; if its handshake was captured, with one.
    pub(super) fn begin(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        number: u32,
        endpoints: Endpoints,
        at: Timestamp,
        (handshake, round_trip_ns): (bool, Option<u64>),
    ) -> io::Result<()> {
        if self.all.len() >= LIMIT {
            return Ok(());
        }
        let mut connection = Connection::new(number, endpoints, handshake);
        if handshake {
            connection.shake_hands(packets, at, round_trip_ns)?;
        }
        self.all.insert(number, connection);
        Ok(())
    }

    /// Packs a PDU: as it was `opened`, if it was, with a remark.
    pub(super) fn carry(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        captured: &Pdu,
        opened: Option<Pdu>,
    ) -> io::Result<()> {
        let Some(connection) = self.all.get_mut(&captured.connection) else { return Ok(()) };
        // What was made larger than its transport can carry goes as it came.
        let opened = opened.filter(|opened| transport::frame(opened.body.len()).is_some());
        let (frame, name) = (captured.last.frame, self.name);
        let how = match (&opened, Protocol::of(&captured.body)) {
            (Some(_), Some(Protocol::Encrypted)) => ", decrypted",
            (Some(_), _) => ", expanded",
            (None, Some(Protocol::Encrypted)) => ", still encrypted",
            (None, Some(Protocol::Compressed)) => ", still compressed",
            (None, _) => "",
        };
        connection.carry(
            packets,
            captured,
            opened.as_ref().unwrap_or(captured),
            format!("frame {frame} of {name}{how}"),
        )
    }

    /// A side closes a connection.
    pub(super) fn close(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        number: u32,
        (by, how): (Direction, CloseKind),
        at: Mark,
        acked: Option<u64>,
    ) -> io::Result<()> {
        let Some(connection) = self.all.get_mut(&number) else { return Ok(()) };
        connection.close(packets, (by, how), at.time, acked)
    }
}
