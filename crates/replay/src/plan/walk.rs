//! The messages of a trace in its order: what a request says may build on every answer before it.

use crate::plan::request::Request;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A message of a request; at the same place an answer comes before the request that may build on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Message {
    /// Request and answer at once: what is at the same place builds on them.
    StandIn,
    Interim,
    Answer,
    Request,
}

/// Walks through the messages of requests, which are in trace order. Answers wait in a heap until the walk is there, so
/// that only those of requests under way take memory.
#[derive(Default)]
pub(super) struct Walk {
    pending: BinaryHeap<Reverse<(u64, Message, usize)>>,
    next: usize,
}

impl Walk {
    /// The next message, and the index of its request. `requests` are the same at every call, but for what is learned of
    /// them on the way.
    pub(super) fn next(&mut self, requests: &[Request]) -> Option<(Message, usize)> {
        let upcoming = requests.get(self.next).map(|request| {
            let message = if request.stand_in { Message::StandIn } else { Message::Request };
            (request.start_seq, message, self.next)
        });
        match self.pending.peek() {
            Some(Reverse(answer)) if upcoming.is_none_or(|request| *answer < request) => {
                self.pending.pop().map(|Reverse((_, message, index))| (message, index))
            }
            _ => {
                let (_, message, index) = upcoming?;
                self.next = self.next.saturating_add(1);
                if let (Message::Request, Some(request)) = (message, requests.get(index)) {
                    let interim = request.rare().interim.map(|(seq, _)| Reverse((seq, Message::Interim, index)));
                    let answer = request.answer().map(|answer| Reverse((answer.seq, Message::Answer, index)));
                    self.pending.extend(interim.into_iter().chain(answer));
                }
                Some((message, index))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::request;
    use crate::trace::{Row, Rows, Trace};
    use capture::Timestamp;
    use dissect::{Kind, Operation};
    use proptest::prelude::*;

    /// A request at a place, its interim and its final response, if any, so much later.
    fn row(op: u32, start: u64, interim: Option<u64>, answer: Option<u64>, stand_in: bool) -> Row {
        let mut operation = Operation::new(op, Kind::Exchange, 0);
        operation.request = Some(smb2::header::PROTOCOL_ID.iter().copied().chain([0; 60]).collect::<Vec<u8>>().into());
        operation.request_start_seq = Some(start);
        operation.request_start_time = Some(Timestamp(0));
        operation.interim_seq = interim.map(|after| start.saturating_add(after));
        operation.interim_time = interim.map(|_| Timestamp(0));
        operation.response_seq = answer.map(|after| start.saturating_add(after));
        operation.response_time = answer.map(|_| Timestamp(0));
        operation.status = answer.map(|_| 0);
        Row { file: "".into(), operation, data_left: false, stand_in }
    }

    proptest! {
        #[test]
        fn the_walk_is_the_order_of_all_messages_at_once(
            places in prop::collection::vec((0..20_u64, prop::option::of(0..9_u64), prop::option::of(0..9_u64), prop::bool::weighted(0.2)), 0..20),
        ) {
            // Stand-ins are put in front of all others.
            let mut places = places;
            places.sort_by_key(|(.., stand_in)| !stand_in);
            let rows = (0..).zip(&places).map(|(op, (start, interim, answer, stand_in))| row(op, *start, *interim, *answer, *stand_in));
            let trace = Trace { rows: rows.collect::<Rows>(), ..Trace::default() };
            let requests = request::requests(&trace);
            let mut expected: Vec<(u64, Message, usize)> = Vec::new();
            for (index, request) in requests.iter().enumerate() {
                if request.stand_in {
                    expected.push((request.start_seq, Message::StandIn, index));
                    continue;
                }
                expected.push((request.start_seq, Message::Request, index));
                expected.extend(request.rare().interim.map(|(seq, _)| (seq, Message::Interim, index)));
                expected.extend(request.answer().map(|answer| (answer.seq, Message::Answer, index)));
            }
            expected.sort_unstable();
            let mut walk = Walk::default();
            let walked: Vec<_> = std::iter::from_fn(|| walk.next(&requests)).collect();
            prop_assert_eq!(walked, expected.into_iter().map(|(_, message, index)| (message, index)).collect::<Vec<_>>());
        }
    }
}
