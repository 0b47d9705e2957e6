//! Judges a recorded run anew, by a rule of one's own: an answer may be another error of the same kind, and has to come in time.
//!
//! ```text
//! cargo run --package smbreplay-replay --example custom_verdict -- .tracer/office.pcap 20251127T034446Z
//! ```

#![forbid(unsafe_code)]

use smbreplay_replay::store::dissect::smb2::NtStatus;
use smbreplay_replay::store::runs::{self, Run, Verdict};
use smbreplay_replay::store::{Columns, OutputFolder};
use smbreplay_replay::{Replayed, ReplayedOperation, Wanted};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

#[allow(dead_code, reason = "a test runs the example without it")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args();
    let output = OutputFolder::at(arguments.nth(1).ok_or("name the output folder of a trace, below .tracer")?);
    let run = match arguments.next() {
        Some(name) => Run::find(&output, &name)?,
        None => runs::list(&output)?.pop().ok_or("no replay of this trace was recorded")?,
    };
    judge_anew(&output, &run, &mut std::io::stdout().lock())
}

/// How the live server did, in the words of the rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Judgement {
    /// As captured, or near enough.
    Good,
    /// As captured, and much later.
    Slow,
    /// Not as captured.
    Bad,
    /// Nothing to judge.
    Open,
}

/// An answer may take so many times as long as the captured one, and this many nanoseconds more.
const PATIENCE: (u64, u64) = (3, 5_000_000);

/// Errors that say the same: what is asked for is not there.
const NOT_THERE: [NtStatus; 3] =
    [NtStatus::OBJECT_NAME_NOT_FOUND, NtStatus::OBJECT_PATH_NOT_FOUND, NtStatus::NO_SUCH_FILE];

/// Counts what the rule makes of each verdict.
pub(crate) fn judge_anew(output: &OutputFolder, run: &Run, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut counts: BTreeMap<(&str, Judgement), u64> = BTreeMap::new();
    // Of the captured operations only these columns; with `.with_messages()` the live bytes would come too.
    let wanted = Wanted::new(Columns::Only(&["status", "latency_ns"]));
    for row in Replayed::open(output, run, wanted)? {
        let row = row?;
        let count = counts.entry((row.live.verdict.name(), judge(&row))).or_default();
        *count = count.saturating_add(1);
    }
    for ((verdict, judgement), count) in counts {
        writeln!(out, "{verdict} -> {judgement:?}: {count}")?;
    }
    Ok(())
}

/// The rule.
pub(crate) fn judge(row: &ReplayedOperation) -> Judgement {
    // The replay sent it of its own accord.
    let Some(captured) = &row.captured else { return Judgement::Open };
    match row.live.verdict {
        Verdict::Match if is_late(row, captured.latency_ns) => Judgement::Slow,
        Verdict::Match => Judgement::Good,
        Verdict::Status if is_not_there(captured.status) && is_not_there(row.live.live_status) => Judgement::Good,
        Verdict::Status | Verdict::Body | Verdict::NoResponse => Judgement::Bad,
        Verdict::Skipped | Verdict::NotCompared => Judgement::Open,
    }
}

fn is_not_there(status: Option<u32>) -> bool {
    status.is_some_and(|status| NOT_THERE.contains(&NtStatus(status)))
}

fn is_late(row: &ReplayedOperation, captured: Option<u64>) -> bool {
    let (Some(sent), Some(answered), Some(captured)) = (row.live.sent_time, row.live.response_time, captured) else {
        return false;
    };
    let (times, more) = PATIENCE;
    let took = u64::try_from(answered.0.saturating_sub(sent.0)).unwrap_or(0);
    took > captured.saturating_mul(times).saturating_add(more)
}
