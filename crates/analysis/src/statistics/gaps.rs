//! Where the client was idle: no request in flight, and none sent.

use super::columns::Row;
use super::place::Place;
use capture::Timestamp;
use dissect::Kind;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::Command;
use std::collections::BTreeMap;
use store::metadata::Time;

/// Gaps that are kept while rows come in; only the longest are asked for in the end.
const MOST: usize = 1 << 16;

/// The longest gaps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Gaps {
    /// The longest first; of equals, the earlier.
    pub longest: Vec<Gap>,
    /// There may be more gaps of this length and below than were kept, nanoseconds; 0: all were.
    pub known_above_ns: u64,
}

/// A time in which no request was in flight and none was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Gap {
    /// How long, nanoseconds.
    pub length_ns: u64,
    /// When it began: with the last answer.
    pub from: Time,
    /// When it ended: with the first byte of the next request.
    pub to: Time,
    /// The operation whose end began it.
    pub before: Place,
    /// The operation whose request ended it.
    pub after: Place,
}

/// The quiet times of a trace: what is left of all time when the operations have been taken out of it, in any order.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    /// By their beginning. The first one began before the capture and has nothing before it.
    spans: BTreeMap<i64, Span>,
    /// The busy time at the end, behind which all is quiet.
    last: Option<Busy>,
    /// Shorter spans are not kept.
    least: u64,
    /// Nor more than these.
    most: usize,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { spans: BTreeMap::new(), last: None, least: 0, most: MOST }
    }
}

#[derive(Clone, Copy, Debug)]
struct Span {
    to: i64,
    before: Option<Place>,
    after: Edge,
}

#[derive(Clone, Copy, Debug)]
struct Busy {
    from: i64,
    to: i64,
    end: Place,
}

/// What ends a quiet time.
#[derive(Clone, Copy, Debug)]
struct Edge {
    place: Place,
    /// A request. Else an answer, to a request that was sent somewhere in the time before.
    is_sent: bool,
}

impl Quiet {
    /// Takes the time of a row out.
    pub(super) fn take_out(&mut self, row: &Row<'_>) {
        let sent = row.request_start_time.or(row.request_time);
        let end = match row.kind {
            // A CHANGE_NOTIFY waits for what others do: it is on its way until the server has taken note of it.
            Kind::Exchange if row.command != Some(Command::CHANGE_NOTIFY) => row.response_time,
            Kind::Exchange | Kind::Request => row.interim_time.or(row.request_time),
            Kind::Response | Kind::Encrypted => row.response_time.or(row.request_time),
            Kind::Notification | Kind::Connect | Kind::Close => return,
        };
        let edge = Edge { place: Place::of(row), is_sent: sent.is_some() };
        if let Some(from) = sent.or(end) {
            self.busy(from, end.unwrap_or(from).max(from), edge);
        }
    }

    fn busy(&mut self, from: i64, to: i64, edge: Edge) {
        let Some(last) = self.last else {
            self.last = Some(Busy { from, to, end: edge.place });
            self.insert(i64::MIN, Span { to: from, before: None, after: edge });
            return;
        };
        if from > last.to {
            self.last = Some(Busy { from, to, end: edge.place });
            self.insert(last.to, Span { to: from, before: Some(last.end), after: edge });
            return;
        }
        if to > last.to || to == last.to && edge.place.op > last.end.op {
            self.last = Some(Busy { to, end: edge.place, ..last });
        }
        if from < last.from {
            self.split(from, to, edge);
        }
    }

    /// Takes a time out of spans that were quiet so far.
    fn split(&mut self, from: i64, to: i64, edge: Edge) {
        while let Some((&start, &span)) = self.spans.range(..to).next_back() {
            if span.to <= from {
                return;
            }
            self.spans.remove(&start);
            if start < from {
                self.insert(start, Span { to: from, after: edge, ..span });
            }
            if to < span.to {
                self.insert(to, Span { before: Some(edge.place), ..span });
            }
            if start <= from {
                return;
            }
        }
    }

    fn insert(&mut self, from: i64, span: Span) {
        let length = span.to.abs_diff(from);
        if span.before.is_some() && (length == 0 || length < self.least) {
            return;
        }
        self.spans.insert(from, span);
        if self.spans.len() > self.most {
            self.forget_the_shorter_half();
        }
    }

    /// Of those that are as long as the shortest that is kept, the earliest are.
    fn forget_the_shorter_half(&mut self) {
        let mut lengths: Vec<u64> = self.spans.iter().map(|(from, span)| span.to.abs_diff(*from)).collect();
        let half = lengths.len() / 2;
        let least = *lengths.select_nth_unstable(half).1;
        let longer = lengths.iter().filter(|length| **length > least).count();
        let mut as_long = half.saturating_sub(longer);
        self.spans.retain(|from, span| {
            let length = span.to.abs_diff(*from);
            let is_kept = length > least || length == least && as_long > 0 || span.before.is_none();
            as_long = as_long.saturating_sub(usize::from(length == least));
            is_kept
        });
        self.least = least;
    }

    /// The `top` longest gaps between two operations, the longest first.
    pub(super) fn finish(self, top: usize) -> Gaps {
        let known_above_ns = self.least;
        let gap = |(from, span): (i64, Span)| {
            let length_ns = span.to.abs_diff(from);
            // What is left of a longer span may be shorter than one that was forgotten.
            let is_known = span.after.is_sent && length_ns >= self.least;
            span.before.filter(|_| is_known).map(|before| Gap {
                length_ns,
                from: Time(Timestamp(from)),
                to: Time(Timestamp(span.to)),
                before,
                after: span.after.place,
            })
        };
        let mut gaps: Vec<Gap> = self.spans.into_iter().filter_map(gap).collect();
        gaps.sort_by(|a, b| b.length_ns.cmp(&a.length_ns).then(a.from.cmp(&b.from)));
        gaps.truncate(top);
        Gaps { longest: gaps, known_above_ns }
    }
}

#[cfg(test)]
mod tests;
