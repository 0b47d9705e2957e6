//! `report --merge RUN…`.

use crate::command::Context;
use crate::command::written::cannot_read;
use crate::failure::Failure;
use replay::Report;
use replay::merged::{MergeError, NotTogether, merge};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::TracePlace;
use store::metadata::Time;
use store::runs::{self, Run};

/// So long after each other at most the shards of one replay begin that were not told a time.
const NEAR: Duration = Duration::from_secs(600);

/// The run that the named ones make together.
pub(super) fn run(place: &TracePlace, named: &[PathBuf], context: &Context<'_>) -> Result<(Run, Report), Failure> {
    let runs = match named {
        [last] if last == Path::new("last") => latest(place)?,
        named => named.iter().map(|named| find(place, named)).collect::<Result<Vec<Run>, Failure>>()?,
    };
    merge(&place.output, runs, context.interrupt.flag()).map_err(|error| match error {
        MergeError::NotTogether(error) => {
            let advice = match &error {
                NotTogether::NoShard { .. } => "replay with --shard I/N; a run of its own needs no merging",
                NotTogether::OtherTrace { .. } | NotTogether::NotThisTrace { .. } => {
                    "name the trace with --trace, and runs of one capture that every machine has ingested alike"
                }
                NotTogether::OtherDivision { .. } | NotTogether::SameSession { .. } => {
                    "name the runs of one replay, in which all machines had the same sessions, N and --clones"
                }
                NotTogether::NoSuchShard { .. } => "name the folders of runs as the replay left them",
                NotTogether::SameShard { .. } => "name one run for each shard",
            };
            Failure::new(error, advice)
        }
        MergeError::OtherRows { .. } => Failure::new(error, "copy the folder of that run again, all of it"),
        MergeError::Replayed(error) => cannot_read(&error),
        MergeError::Interrupted => Failure::Interrupted(error.to_string()),
        MergeError::Run(_) | MergeError::Rows(_) => Failure::plain(error),
    })
}

/// The runs of the shards of the latest replay: those with its `--start-at`, or without one those that began at about the time of
/// the latest. A shard that failed has none, and is not replaced by its run of an earlier replay.
fn latest(place: &TracePlace) -> Result<Vec<Run>, Failure> {
    let mut of_all: Option<(u32, Option<Time>, Option<Time>)> = None;
    let mut latest = BTreeMap::new();
    for run in runs::list(&place.output).map_err(Failure::plain)?.into_iter().rev() {
        let Ok(report) = run.read_report::<Report>() else { continue };
        let Some(shard) = report.shard else { continue };
        let (count, start_at, started) = *of_all.get_or_insert((shard.count, shard.start_at, report.started));
        let is_of_it = match start_at {
            Some(_) => shard.start_at == start_at,
            None => shard.start_at.is_none() && are_near(started, report.started),
        };
        if is_of_it && shard.count == count {
            latest.entry(shard.index).or_insert(run);
        }
    }
    match latest.is_empty() {
        true => {
            let what = format!("{}: no shard of this trace was replayed", place.trace.display());
            Err(Failure::new(what, "replay with --shard I/N"))
        }
        false => Ok(latest.into_values().collect()),
    }
}

/// Whether shards that were started one after the other by hand began at these times.
fn are_near(a: Option<Time>, b: Option<Time>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.0.0.abs_diff(b.0.0) <= NEAR.as_nanos().try_into().unwrap_or(u64::MAX))
}

/// A run of the trace by its name, or the folder of one, wherever it is.
fn find(place: &TracePlace, named: &Path) -> Result<Run, Failure> {
    let name = named.to_string_lossy();
    match Run::find(&place.output, &name) {
        Ok(_) => super::find(place, &name),
        Err(_) => match Run::at(named) {
            Some(run) => Ok(run),
            None if named.is_dir() => {
                let what = format!("{}: not the folder of a run that was finished", named.display());
                Err(Failure::new(what, "name the folder that has its report.json"))
            }
            None => super::find(place, &name),
        },
    }
}
