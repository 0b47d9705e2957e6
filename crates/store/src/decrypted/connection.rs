//! A connection that is packed anew: where its streams are, in the capture and in the export.

use capture::writing::{Acknowledged, Carried, Conversation, PcapngWriter};
use capture::{CloseKind, Direction, Endpoints, Pdu, Timestamp};
use smb2::transport;
use std::collections::VecDeque;
use std::io;

/// PDUs of a direction that are remembered until the other side has acknowledged them.
const UNACKNOWLEDGED: usize = 1024;
/// Longest gap in a stream, in bytes; what was lost of a stream beyond it is not told.
const LONGEST_GAP: u64 = 1 << 28;
/// Lengths of what the NetBIOS session service says before SMB begins, transport header included (RFC 1002 4.3): SESSION REQUEST,
/// RETARGET and NEGATIVE RESPONSE. POSITIVE RESPONSE and KEEP ALIVE are no more than the header.
const SESSION_SERVICE: [u64; 3] = [72, 10, 5];

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    conversation: Conversation,
    client: Stream,
    server: Stream,
}

/// One direction.
#[derive(Debug, Default)]
struct Stream {
    /// Offset in the captured stream behind the last PDU; `None` before the first one of a connection that was open before the
    /// capture began.
    end: Option<u64>,
    /// Ends of PDUs that may not have been acknowledged yet: in the captured stream, and in that of the export.
    ends: VecDeque<(u64, u64)>,
    /// How much of the export's stream was acknowledged.
    acknowledged: u64,
}

impl Connection {
    /// A connection of which nothing has been packed.
    pub(super) fn new(number: u32, endpoints: Endpoints, from_start: bool) -> Self {
        let stream = || Stream { end: from_start.then_some(0), ..Stream::default() };
        Self { conversation: Conversation::new(number, endpoints), client: stream(), server: stream() }
    }

    /// Packs the handshake.
    pub(super) fn shake_hands(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        at: Timestamp,
        round_trip_ns: Option<u64>,
    ) -> io::Result<()> {
        let trip = i64::try_from(round_trip_ns.unwrap_or(0)).unwrap_or(0);
        self.conversation.shake_hands(packets, at, Timestamp(at.0.saturating_add(trip)))
    }

    /// Packs what is `carried` in the place of a `captured` PDU.
    pub(super) fn carry(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        captured: &Pdu,
        carried: &Pdu,
        remark: String,
    ) -> io::Result<()> {
        let direction = captured.direction;
        let acknowledged = self.acknowledged(direction, captured.acked);
        let (own, conversation) = match direction {
            Direction::ClientToServer => (&mut self.client, &mut self.conversation),
            Direction::ServerToClient => (&mut self.server, &mut self.conversation),
        };
        conversation.lose(direction, own.missing_before(captured));
        conversation.carry(
            packets,
            &Carried {
                direction,
                time: captured.last.time,
                body: &carried.body,
                holes: &carried.holes,
                acknowledged,
                comments: &[remark],
            },
        )?;
        own.reached(captured.stream_end, conversation.sent(direction));
        Ok(())
    }

    /// Packs the close.
    pub(super) fn close(
        &mut self,
        packets: &mut PcapngWriter<'_>,
        (by, how): (Direction, CloseKind),
        at: Timestamp,
        acked: Option<u64>,
    ) -> io::Result<()> {
        let acknowledged = self.acknowledged(by, acked);
        self.conversation.close(packets, by, how, at, acknowledged)?;
        // What the other side says of them from now on is no more than stragglers.
        if how == CloseKind::Rst {
            (self.client.ends, self.server.ends) = (VecDeque::new(), VecDeque::new());
        }
        Ok(())
    }

    /// What a segment of `direction` acknowledges that acknowledged the captured stream up to `acked`.
    fn acknowledged(&mut self, direction: Direction, acked: Option<u64>) -> Acknowledged {
        let other = match direction {
            Direction::ClientToServer => &mut self.server,
            Direction::ServerToClient => &mut self.client,
        };
        Acknowledged::UpTo(other.acknowledged_by(acked))
    }
}

impl Stream {
    /// Bytes between the last PDU and `pdu` that may have been SMB.
    fn missing_before(&self, pdu: &Pdu) -> u64 {
        let length = u64::try_from(pdu.body.len().saturating_add(transport::LENGTH)).unwrap_or(u64::MAX);
        let start = pdu.stream_end.saturating_sub(length);
        let missing = self.end.map_or(0, |end| start.saturating_sub(end));
        let header = u64::try_from(transport::LENGTH).unwrap_or(0);
        let is_beginning = self.end == Some(0);
        // Shorter than an SMB header: keep-alives, or an answer of the session service.
        let is_service = is_beginning && SESSION_SERVICE.contains(&missing)
            || missing < SMB_HEADER && missing.is_multiple_of(header);
        if is_service { 0 } else { missing.min(LONGEST_GAP) }
    }

    /// A PDU ends here in the captured stream, and there in that of the export.
    fn reached(&mut self, captured: u64, exported: u64) {
        self.end = Some(self.end.unwrap_or(0).max(captured));
        self.ends.push_back((captured, exported));
        if self.ends.len() > UNACKNOWLEDGED {
            self.ends.pop_front();
        }
    }

    /// How much of the export's stream is acknowledged when the captured one is up to `acked`, or nothing new.
    fn acknowledged_by(&mut self, acked: Option<u64>) -> u64 {
        while let Some((_, exported)) = self.ends.pop_front_if(|(captured, _)| acked >= Some(*captured)) {
            self.acknowledged = exported;
        }
        self.acknowledged
    }
}

/// Bytes of the shortest of SMB's headers, that of SMB1 (MS-CIFS 2.2.3.1).
const SMB_HEADER: u64 = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use capture::Mark;

    fn pdu(stream_end: u64, length: usize) -> Pdu {
        let (body, at) = (Bytes::from(vec![0; length]), Mark::default());
        let direction = Direction::ClientToServer;
        Pdu { connection: 0, direction, body, holes: Vec::new(), first: at, last: at, stream_end, acked: None }
    }

    #[test]
    fn what_lies_between_pdus_is_missing_unless_it_is_of_the_session_service() {
        let stream = Stream { end: Some(100), ..Stream::default() };
        assert_eq!(stream.missing_before(&pdu(204, 100)), 0);
        assert_eq!(stream.missing_before(&pdu(204 + 300, 100)), 300);
        assert_eq!(stream.missing_before(&pdu(204 + 8, 100)), 0, "two keep-alives");
        assert_eq!(stream.missing_before(&pdu(204 + 72, 100)), 72, "as long as a session request, but an ECHO");
        let begun = Stream { end: Some(0), ..Stream::default() };
        assert_eq!(begun.missing_before(&pdu(104 + 72, 100)), 0, "a session request");
        assert_eq!(stream.missing_before(&pdu(204 + (1 << 40), 100)), LONGEST_GAP);
        assert_eq!(stream.missing_before(&pdu(150, 100)), 0, "it overlaps");
        assert_eq!(Stream::default().missing_before(&pdu(5000, 100)), 0, "nobody knows where it began");
    }

    #[test]
    fn an_acknowledgement_covers_the_pdus_that_it_covered() {
        let mut stream = Stream::default();
        stream.reached(1000, 900);
        stream.reached(2000, 1700);
        assert_eq!(stream.acknowledged_by(None), 0);
        assert_eq!(stream.acknowledged_by(Some(999)), 0);
        assert_eq!(stream.acknowledged_by(Some(1500)), 900);
        assert_eq!(stream.acknowledged_by(Some(10)), 900);
        assert_eq!(stream.acknowledged_by(Some(2000)), 1700);
    }
}
