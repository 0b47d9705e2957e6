//! A recorded run as one HTML page, which needs nothing but itself.
//!
//! What matters most is in the page as HTML: the verdict, the counts, and each group of root divergences with its first
//! operation in full. A script of its own adds what needs one: the timeline, the plots, the table of operations. Nothing is
//! loaded from anywhere, and the page's Content-Security-Policy sees to that. What comes from a capture is text, wherever it
//! stands.
//!
//! The run is read twice: once without messages, for the operations; then the messages of those that are shown in full. Memory
//! and page are bounded, and the page says what it does not have.

mod document;
mod figures;
mod messages;
mod operations;
mod policy;
mod roots;
mod rows;
mod script_json;
mod summary;
mod texts;
mod timing;

use crate::in_full::{self, Bounds, Causes, First, InFullError};
use crate::recorded::Recorded;
use crate::replayed::{Replayed, ReplayedError, Wanted};
use crate::timing::{Latencies, Sampling};
use rows::Rows;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use store::Columns;

/// Operations of a page.
const MOST_OPERATIONS: u64 = 200_000;
/// Groups of a page.
const MOST_CAUSES: usize = 500;
/// Groups whose first operation is shown with its messages, and lines of all these messages.
const IN_FULL: Bounds = Bounds { groups: 100, lines: 20_000 };
/// Columns of captured operations that the rows of a page are made of.
const COLUMNS: Columns = Columns::Only(&[
    "command",
    "status",
    "share",
    "path",
    "request_frame",
    "request_time",
    "response_time",
    "latency_ns",
]);

/// Why a page was not written. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The run cannot be read, or not beside what it replayed.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// The page cannot be written.
    #[error("the page cannot be written: {0}")]
    Write(#[from] io::Error),
    /// It was cancelled.
    #[error("interrupted before the page was complete")]
    Interrupted,
}

impl From<InFullError> for PageError {
    fn from(error: InFullError) -> Self {
        match error {
            InFullError::Replayed(error) => Self::Replayed(error),
            InFullError::Interrupted => Self::Interrupted,
        }
    }
}

/// What is in a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PageSummary {
    /// Operations in its table; at most 200,000.
    pub operations: u64,
    /// Operations of the run that it does not have, because there are more.
    pub left_out: u64,
    /// Groups of root divergences.
    pub causes: u64,
    /// Those of them whose first operation it has with its messages.
    pub in_full: u64,
}

/// What a page is made of.
struct Content<'a> {
    recorded: Recorded<'a>,
    rows: Rows,
    sampling: Sampling,
    causes: Causes,
    /// The first operation of each group.
    in_full: Vec<First>,
    latencies: Latencies,
}

/// Writes the page of a run to `out`, in UTF-8.
///
/// # Errors
/// [`PageError`].
pub fn write(recorded: Recorded<'_>, out: &mut dyn Write, cancelled: &AtomicBool) -> Result<PageSummary, PageError> {
    let content = read(recorded, cancelled)?;
    document::write(&content, out)?;
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(PageSummary {
        operations: count(content.rows.len()),
        left_out: content.sampling.left_out(),
        causes: count(content.causes.len()),
        in_full: count(content.in_full.iter().filter_map(First::operation).count()),
    })
}

fn read<'a>(recorded: Recorded<'a>, cancelled: &AtomicBool) -> Result<Content<'a>, PageError> {
    let mut sampling = Sampling::with_room(recorded.report, MOST_OPERATIONS);
    let mut causes = Causes::of(recorded.report, MOST_CAUSES);
    let mut latencies = Latencies::default();
    let mut rows = Rows::new();
    for found in Replayed::open(recorded.output, recorded.run, Wanted::new(COLUMNS))? {
        refuse_cancelled(cancelled)?;
        let found = found?;
        let group = causes.count(&found);
        latencies.count(&found);
        if sampling.keeps(found.live.verdict) {
            rows.push(&found, group);
        }
    }
    rows.sort();
    let in_full = in_full::of_each(recorded, &causes, IN_FULL, cancelled)?;
    Ok(Content { recorded, rows, sampling, causes, in_full, latencies })
}

fn refuse_cancelled(cancelled: &AtomicBool) -> Result<(), PageError> {
    if cancelled.load(Ordering::Relaxed) { Err(PageError::Interrupted) } else { Ok(()) }
}
