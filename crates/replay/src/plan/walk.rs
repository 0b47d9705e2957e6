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
