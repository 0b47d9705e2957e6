//! Operations in full: their messages field by field, captured beside live, with what counts of their differences. Shown so are
//! the first operation of each group of root divergences, and any other that is asked for.
//!
//! A run has a million rows, and few of them are shown: one pass without messages finds which operation is the first of each
//! group, and looks up no row that cannot be one; another reads the messages of those, and ends with the last of them. What is
//! shown is bounded, and what is not shown says why.

mod causes;
mod counting;
pub mod document;
mod operation;
pub mod side_by_side;
mod telling_bytes;

pub(crate) use causes::Causes;
pub use operation::{Dump, InFull, Marked, Meaning, Messages};
pub use side_by_side::{Cell, Comparison, Line};

use crate::recorded::Recorded;
use crate::replayed::{Replayed, ReplayedError, Wanted};
use causes::{is_root, place};
use std::sync::atomic::{AtomicBool, Ordering};
use store::runs::{Run, RunFile};
use store::{Columns, OutputFolder};

/// Columns of captured operations that tell which group they are in, and which is the first.
const COLUMNS: Columns = Columns::Only(&["command", "status", "request_frame"]);

/// How much is shown in full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Groups, the first ones of the report.
    pub groups: usize,
    /// Lines of all messages.
    pub lines: usize,
}

/// The first operation of a group.
#[derive(Debug)]
pub enum First {
    /// In full.
    InFull(Box<InFull>),
    /// Not shown: it is beyond the bounds.
    Beyond,
    /// The run has no operation of this group that was captured.
    NotFound,
}

impl First {
    /// The operation, if it is shown.
    pub fn operation(&self) -> Option<&InFull> {
        match self {
            Self::InFull(operation) => Some(operation),
            Self::Beyond | Self::NotFound => None,
        }
    }
}

/// Why nothing is shown in full. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum InFullError {
    /// The run cannot be read, or not beside what it replayed.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// It was cancelled.
    #[error("interrupted before the first divergences were read")]
    Interrupted,
}

/// The first operation of each group of root divergences, in the order of the report's groups; one for each of them.
///
/// # Errors
/// [`InFullError`].
pub fn firsts(recorded: Recorded<'_>, bounds: Bounds, cancelled: &AtomicBool) -> Result<Vec<First>, InFullError> {
    let Recorded { output, run, report, .. } = recorded;
    let mut causes = Causes::of(report, bounds.groups);
    if causes.len() > 0 {
        let wanted = Wanted::new(COLUMNS).only(|row| is_root(row) && place(row).is_some()).until(cancelled);
        for found in Replayed::open(output, run, wanted)? {
            causes.count(&found?);
        }
        refuse_cancelled(cancelled)?;
    }
    let mut firsts = of_each(recorded, &causes, bounds, cancelled)?;
    firsts.resize_with(report.roots.len(), || First::Beyond);
    Ok(firsts)
}

/// The operation in this row of a run, 0-based; `None`: the run has fewer.
///
/// # Errors
/// [`ReplayedError`].
pub fn of_row(output: &OutputFolder, run: &Run, row: u64) -> Result<Option<InFull>, ReplayedError> {
    let only = RunFile::open(run)?.page(None, row, 1).selection;
    let wanted = Wanted::new(Columns::All).with_messages().of_selection(Some(only));
    let found = Replayed::open(output, run, wanted)?.next().transpose()?;
    Ok(found.map(InFull::of))
}

/// The same for groups whose operations were counted already; one for each of `causes`.
pub(crate) fn of_each(
    recorded: Recorded<'_>,
    causes: &Causes,
    bounds: Bounds,
    cancelled: &AtomicBool,
) -> Result<Vec<First>, InFullError> {
    let Recorded { output, run, .. } = recorded;
    let shown = causes.len().min(bounds.groups);
    let mut firsts: Vec<First> = (0..shown).map(|_| First::NotFound).collect();
    firsts.resize_with(causes.len(), || First::Beyond);
    let mut missing = causes.firsts(bounds.groups);
    for number in missing.values() {
        if let Some(slot) = firsts.get_mut(*number) {
            *slot = First::Beyond;
        }
    }
    if missing.is_empty() {
        return Ok(firsts);
    }
    let chosen = missing.clone();
    let wanted = Wanted::new(Columns::All).with_messages().until(cancelled);
    let wanted = wanted.only(|row| place(row).is_some_and(|place| chosen.contains_key(&place)));
    let mut lines = 0_usize;
    for found in Replayed::open(output, run, wanted)? {
        let found = found?;
        let group = place(&found.live).and_then(|place| missing.remove(&place));
        let Some(group) = group.filter(|_| found.captured.is_some()) else { continue };
        let operation = InFull::of(found);
        lines = lines.saturating_add(operation.lines());
        if lines > bounds.lines {
            break;
        }
        if let Some(slot) = firsts.get_mut(group) {
            *slot = First::InFull(Box::new(operation));
        }
        // What follows is as long as the run, and of no use.
        if missing.is_empty() {
            break;
        }
    }
    refuse_cancelled(cancelled)?;
    Ok(firsts)
}

fn refuse_cancelled(cancelled: &AtomicBool) -> Result<(), InFullError> {
    if cancelled.load(Ordering::Relaxed) { Err(InFullError::Interrupted) } else { Ok(()) }
}
