//! When the operations of a run were sent and how long they took, captured and live.
//!
//! Of a large run a bounded number of points is told: the slowest operations, what diverged, and of the rest an even sample. What
//! the commands add up to is told of all operations.

mod latencies;
mod points;
mod sampling;

pub(crate) use latencies::{Latencies, latency_ns};
pub use points::Point;
pub(crate) use sampling::Sampling;

use crate::recorded::Recorded;
use crate::replayed::{Replayed, ReplayedError, Wanted};
use crate::report::Percentiles;
use points::Points;
use schemars::JsonSchema;
use serde::Serialize;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Columns;
use store::metadata::Time;
use store::runs::RunFile;

/// Columns of captured operations that tell.
const COLUMNS: Columns = Columns::Only(&["command", "request_time", "latency_ns"]);

/// When the operations of a run were sent and how long they took.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayTiming")]
pub struct Timing {
    /// Name of the run.
    pub run: String,
    /// When the first of the captured requests was complete; `captured_at_ns` counts from it.
    pub first_time: Option<Time>,
    /// When the first live request was sent, by the clock of the machine that replayed; `sent_at_ns` counts from it.
    pub first_sent_time: Option<Time>,
    /// Response times by command, over all operations that were answered in the capture and live.
    pub commands: Vec<CommandTimes>,
    /// Operations in the order in which they ended.
    pub points: Vec<Point>,
    /// Whether the run has more operations than there are points.
    pub sampled: bool,
    /// Operations of the run.
    pub total: u64,
}

/// Response times of a command, milliseconds.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct CommandTimes {
    /// Its name.
    pub command: String,
    /// Operations that were answered in the capture and live.
    pub count: u64,
    /// As captured.
    pub captured: Percentiles,
    /// As answered live.
    pub live: Percentiles,
}

/// Why times are not told. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum TimingError {
    /// The run cannot be read, or not beside what it replayed.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// It was cancelled.
    #[error("interrupted before all times were read")]
    Interrupted,
}

impl Timing {
    /// The times of a run, with at most `most` points.
    ///
    /// # Errors
    /// [`TimingError`].
    pub fn of(recorded: Recorded<'_>, most: NonZeroU32, cancelled: &AtomicBool) -> Result<Self, TimingError> {
        let Recorded { output, run, report, .. } = recorded;
        let rows = RunFile::open(run).map_err(ReplayedError::from)?.row_count();
        let mut points = Points::new(report, rows, most);
        let mut latencies = Latencies::default();
        for found in Replayed::open(output, run, Wanted::new(COLUMNS).until(cancelled))? {
            let found = found?;
            latencies.count(&found);
            points.push(&found);
        }
        if cancelled.load(Ordering::Relaxed) {
            return Err(TimingError::Interrupted);
        }
        let commands = latencies.commands().map(|(command, of)| CommandTimes {
            command: command.to_owned(),
            count: of.count,
            captured: of.captured(),
            live: of.live(),
        });
        Ok(Self {
            run: run.name().to_owned(),
            first_time: points.first_time().map(Time),
            first_sent_time: points.first_sent_time().map(Time),
            commands: commands.collect(),
            total: points.total(),
            sampled: points.are_sampled(),
            points: points.sorted(),
        })
    }
}
