//! What a job tells while it goes on. The last events are kept, so that who comes late or was cut off misses nothing that matters;
//! progress is a state and not kept.

use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// Events of a job that are kept; what is older is counted.
const MOST_KEPT: usize = 2000;
/// Bytes of them: names in captures may be long.
const MOST_BYTES: usize = 4 << 20;

/// Something that happened in a job. Its number is the `id` of the server-sent event.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct JobEvent {
    /// Its number in the job, from 1.
    pub(crate) number: u64,
    /// `divergence`, `warning` or `state`.
    pub(crate) name: &'static str,
    /// What happened: JSON.
    pub(crate) data: Arc<str>,
}

/// The last events of a job.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    kept: VecDeque<JobEvent>,
    bytes: usize,
    last: u64,
}

impl EventLog {
    /// Adds one.
    pub(crate) fn push(&mut self, name: &'static str, data: &Value) {
        self.last = self.last.saturating_add(1);
        let event = JobEvent { number: self.last, name, data: data.to_string().into() };
        self.bytes = self.bytes.saturating_add(event.data.len());
        self.kept.push_back(event);
        while self.kept.len() > MOST_KEPT || (self.bytes > MOST_BYTES && self.kept.len() > 1) {
            let oldest = self.kept.pop_front();
            self.bytes = self.bytes.saturating_sub(oldest.map_or(0, |event| event.data.len()));
        }
    }

    /// Those behind the one of this number, at most `most`, and how many between are not kept any more.
    pub(crate) fn after(&self, number: u64, most: usize) -> (Vec<JobEvent>, u64) {
        let first = self.kept.front().map_or(self.last.saturating_add(1), |event| event.number);
        let lost = first.saturating_sub(number.saturating_add(1));
        (self.kept.iter().filter(|event| event.number > number).take(most).cloned().collect(), lost)
    }

    /// Bytes of what is kept.
    pub(crate) fn size(&self) -> usize {
        self.bytes
    }

    /// Keeps none of them any more.
    pub(crate) fn forget(&mut self) {
        self.kept = VecDeque::new();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn who_was_cut_off_gets_what_came_since_and_is_told_what_is_lost() {
        let mut log = EventLog::default();
        for number in 0..2010_u64 {
            log.push("divergence", &Value::from(number));
        }
        let (found, lost) = log.after(2008, 100);
        assert_eq!((found.len(), found[0].number, lost), (2, 2009, 0));
        let (found, lost) = log.after(0, 3);
        assert_eq!((found.iter().map(|event| event.number).collect::<Vec<_>>(), lost), (vec![11, 12, 13], 10));
        assert_eq!(log.after(2010, 3), (Vec::new(), 0));
        log.forget();
        assert_eq!((log.after(2005, 3), log.size()), ((Vec::new(), 5), 0));
    }

    #[test]
    fn long_events_are_kept_as_long_as_there_is_room() {
        let mut log = EventLog::default();
        let long = Value::from("x".repeat(1 << 20));
        for _ in 0..50 {
            log.push("divergence", &long);
        }
        let (found, lost) = log.after(0, 100);
        assert_eq!((found.len(), lost), (3, 47));
        assert!(log.size() <= MOST_BYTES);
        // One that is too long by itself is told nevertheless.
        log.push("divergence", &Value::from("x".repeat(5 << 20)));
        assert_eq!(log.after(50, 100).0.len(), 1);
    }
}
