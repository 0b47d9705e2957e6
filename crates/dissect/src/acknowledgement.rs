//! What the client had received when it sent: the server's PDUs that a request's TCP ACK number covers.

use capture::Pdu;
use std::collections::VecDeque;

/// How many server PDUs of a connection are remembered.
const LIMIT: usize = 1024;

/// The latest server-to-client PDUs of a connection.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// (offset in the server's stream after the PDU, greatest position in the trace of it and all before it).
    pdus: VecDeque<(u64, u64)>,
    forgotten: bool,
}

/// What an acknowledgement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acknowledged {
    /// The client had received no PDU yet, or the capture does not show it.
    Nothing,
    /// It had received all up to this `response_seq`.
    UpTo(u64),
    /// It lies before all PDUs still remembered.
    Forgotten,
}

impl Received {
    /// Remembers a PDU of the server.
    pub(crate) fn push(&mut self, pdu: &Pdu) {
        let before = self.pdus.back().map_or(0, |(_, seq)| *seq);
        self.pdus.push_back((pdu.stream_end, pdu.last.seq.max(before)));
        if self.pdus.len() > LIMIT {
            self.pdus.pop_front();
            self.forgotten = true;
        }
    }

    /// Forgets all: the connection is closed.
    pub(crate) fn forget(&mut self) {
        self.forgotten |= !self.pdus.is_empty();
        self.pdus = VecDeque::new();
    }

    /// What `acked`, an offset in the server's stream, covers.
    pub(crate) fn covered(&self, acked: Option<u64>) -> Acknowledged {
        let Some(acked) = acked else { return Acknowledged::Nothing };
        // Most acknowledge all there is.
        if let Some((_, seq)) = self.pdus.back().filter(|(stream_end, _)| *stream_end <= acked) {
            return Acknowledged::UpTo(*seq);
        }
        let count = self.pdus.partition_point(|(stream_end, _)| *stream_end <= acked);
        match count.checked_sub(1).and_then(|last| self.pdus.get(last)) {
            Some((_, seq)) => Acknowledged::UpTo(*seq),
            None if self.forgotten => Acknowledged::Forgotten,
            None => Acknowledged::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use capture::{Direction, Mark};

    fn pdu(stream_end: u64, seq: u64) -> Pdu {
        let last = Mark { seq, ..Mark::default() };
        Pdu {
            connection: 0,
            direction: Direction::ServerToClient,
            body: Bytes::new(),
            holes: Vec::new(),
            first: last,
            last,
            stream_end,
            acked: None,
        }
    }

    #[test]
    fn the_last_pdu_wholly_covered_counts() {
        let mut received = Received::default();
        assert_eq!(received.covered(Some(1000)), Acknowledged::Nothing);
        received.push(&pdu(100, 11));
        received.push(&pdu(200, 22));
        assert_eq!(received.covered(None), Acknowledged::Nothing);
        assert_eq!(received.covered(Some(99)), Acknowledged::Nothing);
        assert_eq!(received.covered(Some(100)), Acknowledged::UpTo(11));
        assert_eq!(received.covered(Some(199)), Acknowledged::UpTo(11));
        assert_eq!(received.covered(Some(900)), Acknowledged::UpTo(22));
    }

    #[test]
    fn a_pdu_completed_late_by_a_retransmission_counts_with_those_behind_it() {
        let mut received = Received::default();
        received.push(&pdu(100, 30));
        received.push(&pdu(200, 22));
        assert_eq!(received.covered(Some(200)), Acknowledged::UpTo(30));
    }

    #[test]
    fn an_acknowledgement_before_what_is_remembered_is_told_apart() {
        let mut received = Received::default();
        for number in 1..=1025 {
            received.push(&pdu(number, number));
        }
        assert_eq!(received.covered(Some(1)), Acknowledged::Forgotten);
        assert_eq!(received.covered(Some(2)), Acknowledged::UpTo(2));
    }
}
