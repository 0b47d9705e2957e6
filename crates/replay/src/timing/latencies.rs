//! How long each command took in the capture and live.

use crate::distribution::Distribution;
use crate::replayed::ReplayedOperation;
use crate::report::Percentiles;
use std::collections::BTreeMap;
use store::runs::{RunRow, Verdict};

/// Response times of the commands, over all operations of the run.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    commands: BTreeMap<&'static str, OfCommand>,
}

/// Response times of a command.
#[derive(Debug, Default)]
pub(crate) struct OfCommand {
    /// Operations that were answered in the capture and live.
    pub(crate) count: u64,
    captured: Distribution,
    live: Distribution,
}

impl OfCommand {
    /// As captured, milliseconds.
    pub(crate) fn captured(&self) -> Percentiles {
        self.captured.percentiles()
    }

    /// As answered live, milliseconds.
    pub(crate) fn live(&self) -> Percentiles {
        self.live.percentiles()
    }
}

impl Latencies {
    /// Counts an operation, if it was answered in the capture and live.
    pub(crate) fn count(&mut self, found: &ReplayedOperation) {
        let Some(captured) = &found.captured else { return };
        let (Some(was), Some(is)) = (captured.latency_ns, latency_ns(&found.live)) else { return };
        if found.live.verdict == Verdict::Skipped {
            return;
        }
        let name = captured.command.and_then(smb2::Command::name).unwrap_or("other");
        let of = self.commands.entry(name).or_default();
        of.count = of.count.saturating_add(1);
        of.captured.count(std::time::Duration::from_nanos(was));
        of.live.count(std::time::Duration::from_nanos(is));
    }

    /// The commands by name.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (&'static str, &OfCommand)> {
        self.commands.iter().map(|(name, of)| (*name, of))
    }
}

/// From when a request was sent until its final answer had arrived, nanoseconds.
pub(crate) fn latency_ns(live: &RunRow) -> Option<u64> {
    u64::try_from(live.response_time?.0.checked_sub(live.sent_time?.0)?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use capture::Timestamp;
    use dissect::{Kind, Operation};
    use smb2::Command;

    #[test]
    fn only_what_was_answered_twice_is_counted() {
        let captured = Operation {
            command: Some(Command::READ),
            latency_ns: Some(2_000_000),
            ..Operation::new(0, Kind::Exchange, 0)
        };
        let unanswered = RunRow { sent_time: Some(Timestamp(10)), ..RunRow::new(Verdict::NoResponse) };
        let answered = RunRow { response_time: Some(Timestamp(1_000_010)), ..unanswered.clone() };
        let mut latencies = Latencies::default();
        for live in [unanswered, answered] {
            latencies.count(&ReplayedOperation { row: 0, captured: Some(captured.clone()), live });
        }
        let (name, read) = latencies.commands().next().unwrap();
        assert_eq!((name, read.count), ("READ", 1));
        assert!(read.captured().p50 > read.live().p50 && (read.live().max - 1.0).abs() < 1e-9);
    }
}
