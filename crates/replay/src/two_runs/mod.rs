//! Two runs of the same sessions beside each other: two servers, two versions of one, or two configurations.
//!
//! Both were judged by the same capture. An operation is the same in both runs when it got the same verdict, the same live
//! status and the same differences from the capture, values included.

mod change;
mod rows;

pub use change::{Change, Direction};

use crate::replayed::{Replayed, ReplayedError, Wanted};
use crate::report::{Latency, Report, ReportTarget};
use change::Changes;
use rows::{Judged, Judgements, Place};
use schemars::JsonSchema;
use serde::Serialize;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::runs::{Run, RunError, RunFile};
use store::{Columns, OutputFolder, ReadError};

/// What is needed of a captured operation to say what changed.
const NEEDED: &[&str] = &["op", "command", "status", "request_frame", "path"];

/// How two runs differ.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TwoRuns {
    /// The first run.
    pub a: Side,
    /// The second run.
    pub b: Side,
    /// Operations that are in both, those of each clone for themselves.
    pub compared: u64,
    /// Those that are the same in both.
    pub same: u64,
    /// Those that differ, and diverge in no run but because of something else.
    pub explained: u64,
    /// Operations that only the first run has.
    pub only_in_a: u64,
    /// Operations that only the second run has.
    pub only_in_b: u64,
    /// What changed otherwise, grouped; what got worse first, then by count.
    pub changes: Vec<Change>,
}

/// One of two runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "SideOfTwoRuns")]
pub struct Side {
    /// Its name.
    pub run: String,
    /// Where it was replayed.
    pub target: ReportTarget,
    /// Operations of its plan.
    pub total_operations: u64,
    /// Verdict `match`.
    pub matched: u64,
    /// Verdicts `status`, `body` and `no_response`.
    pub diverged: u64,
    /// Verdict `skipped`.
    pub skipped: u64,
    /// Verdict `not_compared`.
    pub not_compared: u64,
    /// Response times.
    pub latency_ms: Latency,
    /// Seconds from first connect to last answer.
    pub elapsed: f64,
}

/// Why two runs could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum TwoRunsError {
    /// A run cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its operations cannot be read.
    #[error(transparent)]
    Operations(#[from] ReadError),
    /// What they are about cannot be read.
    #[error(transparent)]
    Captured(#[from] ReplayedError),
    /// It was cancelled.
    #[error("interrupted")]
    Interrupted,
    /// They have no operation in common.
    #[error("the runs {a} and {b} have no operation in common")]
    NothingInCommon {
        /// Name of the first.
        a: String,
        /// Name of the second.
        b: String,
    },
}

impl TwoRuns {
    /// Compares the runs `a` and `b` of the trace whose sessions are in `output`.
    ///
    /// # Errors
    /// [`TwoRunsError`].
    pub fn compare(output: &OutputFolder, a: &Run, b: &Run, cancelled: &AtomicBool) -> Result<Self, TwoRunsError> {
        let before = Judgements::of(a, cancelled)?;
        let mut found = Self {
            a: Side::of(&a.read_report()?),
            b: Side::of(&b.read_report()?),
            compared: 0,
            same: 0,
            explained: 0,
            only_in_a: 0,
            only_in_b: 0,
            changes: Vec::new(),
        };
        let mut changed = false;
        for row in RunFile::open(b)?.rows_without_messages() {
            let row = row?;
            refuse_cancelled(cancelled)?;
            let Some(place) = Place::of(&row) else { continue };
            match before.get(&place) {
                None => found.only_in_b = found.only_in_b.saturating_add(1),
                Some(judged) => {
                    found.compared = found.compared.saturating_add(1);
                    let is_same = judged.is_like(&Judged::of(&row));
                    found.same = found.same.saturating_add(u64::from(is_same));
                    changed |= !is_same;
                }
            }
        }
        found.only_in_a = before.len().saturating_sub(found.compared);
        if found.compared == 0 {
            return Err(TwoRunsError::NothingInCommon { a: found.a.run, b: found.b.run });
        }
        if changed {
            found.look_at_changes(output, b, before, cancelled)?;
        }
        Ok(found)
    }

    fn look_at_changes(
        &mut self,
        output: &OutputFolder,
        b: &Run,
        before: Judgements,
        cancelled: &AtomicBool,
    ) -> Result<(), TwoRunsError> {
        let before = Rc::new(before);
        let in_a = Rc::clone(&before);
        let wanted = Wanted::new(Columns::Only(NEEDED)).only(move |row| {
            Place::of(row).and_then(|place| in_a.get(&place)).is_some_and(|judged| !judged.is_like(&Judged::of(row)))
        });
        let mut changes = Changes::default();
        for replayed in Replayed::open(output, b, wanted)? {
            let replayed = replayed?;
            refuse_cancelled(cancelled)?;
            let (Some(place), Some(captured)) = (Place::of(&replayed.live), &replayed.captured) else { continue };
            let Some(a) = before.get(&place) else { continue };
            let b = Judged::of(&replayed.live);
            // What diverges on its own account in one of them is a change, whatever explains it in the other.
            if a.is_no_root() && b.is_no_root() {
                self.explained = self.explained.saturating_add(1);
            } else {
                changes.add(captured, a, &b);
            }
        }
        self.changes = changes.sorted();
        Ok(())
    }

    /// Whether both runs have the same operations, and each got the same answer.
    pub fn are_the_same(&self) -> bool {
        self.same == self.compared && self.only_in_a == 0 && self.only_in_b == 0
    }
}

fn refuse_cancelled(cancelled: &AtomicBool) -> Result<(), TwoRunsError> {
    if cancelled.load(Ordering::Relaxed) { Err(TwoRunsError::Interrupted) } else { Ok(()) }
}

impl Side {
    fn of(report: &Report) -> Self {
        Self {
            run: report.run.clone(),
            target: report.target.clone(),
            total_operations: report.total_operations,
            matched: report.matched,
            diverged: report.diverged(),
            skipped: report.skipped,
            not_compared: report.not_compared,
            latency_ms: report.latency_ms,
            elapsed: report.elapsed,
        }
    }
}
