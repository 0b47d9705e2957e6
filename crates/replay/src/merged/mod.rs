//! One run made of the runs of shards: its folder has the rows of all of them, in the order in which they ended, so that whatever is
//! told of a run is told of it too.

mod rows;
mod summary;
mod together;

pub use together::NotTogether;

use crate::replayed::ReplayedError;
use crate::report::Report;
use crate::run::REPORT_SCHEMA_VERSION;
use rows::Copied;
use std::sync::atomic::AtomicBool;
use store::runs::{self, Run, RunError};
use store::{OutputFolder, ReadError};
use summary::Captured;

/// The run of a shard with its report.
pub(crate) struct ShardRun {
    pub(crate) run: Run,
    pub(crate) report: Report,
}

/// Why runs could not be merged. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// They are not the shards of one replay.
    #[error(transparent)]
    NotTogether(#[from] NotTogether),
    /// A run cannot be read, or the merged one not be written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The rows of a run are not those that its report counts: a file was cut, or comes from another run.
    #[error("run {run} has {rows} operations, and its report counts {counted}")]
    OtherRows {
        /// Its name.
        run: String,
        /// Operations in its rows.
        rows: u64,
        /// Operations in its report.
        counted: u64,
    },
    /// The rows of a run cannot be read.
    #[error(transparent)]
    Rows(#[from] ReadError),
    /// What was replayed cannot be read.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// It was cancelled.
    #[error("interrupted; nothing was merged")]
    Interrupted,
}

/// Makes a run of the trace whose sessions are in `output` of `runs`, one for each shard, wherever their folders are; or finds the
/// one that was made of them before.
///
/// # Errors
/// [`MergeError`]: then no run was made.
pub fn merge(output: &OutputFolder, runs: Vec<Run>, cancelled: &AtomicBool) -> Result<(Run, Report), MergeError> {
    let mut shards = Vec::with_capacity(runs.len());
    for run in runs {
        let report = run.read_report()?;
        shards.push(ShardRun { run, report });
    }
    together::check(output, &shards)?;
    shards.sort_by_key(|shard| shard.report.shard.as_ref().map(|shard| shard.index));
    let mut report = summary::of(&shards);
    if let Some(earlier) = made_before(output, &report)? {
        return Ok(earlier);
    }
    let run = Run::create(output)?;
    match complete(output, &run, &shards, &mut report, cancelled) {
        Ok(()) => Ok((run, report)),
        Err(error) => {
            // A folder that cannot be removed is one of a run without a report, which is told as unfinished.
            let _ = std::fs::remove_dir_all(run.path());
            Err(error)
        }
    }
}

/// The run that was made of the same ones.
fn made_before(output: &OutputFolder, wanted: &Report) -> Result<Option<(Run, Report)>, RunError> {
    let parts = |report: &Report| -> Vec<_> {
        report
            .shards
            .iter()
            .map(|shard| (shard.index, shard.run.clone(), shard.machine.clone(), shard.started))
            .collect()
    };
    for run in runs::list(output)? {
        let report = run.read_report::<Report>().ok().filter(|report| parts(report) == parts(wanted));
        if let Some(report) = report {
            return Ok(Some((run, report)));
        }
    }
    Ok(None)
}

fn complete(
    output: &OutputFolder,
    run: &Run,
    shards: &[ShardRun],
    report: &mut Report,
    cancelled: &AtomicBool,
) -> Result<(), MergeError> {
    report.schema_version = REPORT_SCHEMA_VERSION.to_owned();
    report.run = run.name().to_owned();
    report.path = run.path().display().to_string();
    let copied = Copied::into(run, shards, cancelled)?;
    report.lag_ms = copied.lag.percentiles();
    report.own_lag_ms = copied.own_lag.percentiles();
    report.latency_ms.live = copied.latency.percentiles();
    let captured = Captured::of(output, run, cancelled)?;
    report.latency_ms.captured = captured.latency.percentiles();
    report.captured_span = captured.span();
    run.write_report(report)?;
    Ok(())
}
