//! `report --merge RUN…`.

use crate::command::Context;
use crate::command::written::cannot_read;
use crate::failure::Failure;
use replay::Report;
use replay::merged::{MergeError, NotTogether, merge};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::TracePlace;
use store::runs::{self, Run};

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
                NotTogether::SameShard { .. } => "name one run for each shard",
            };
            Failure::new(error, advice)
        }
        MergeError::Replayed(error) => cannot_read(&error),
        MergeError::Interrupted => Failure::Interrupted(error.to_string()),
        MergeError::Run(_) | MergeError::Rows(_) => Failure::plain(error),
    })
}

/// The latest run of each shard, of as many shards as the latest of all was one of.
fn latest(place: &TracePlace) -> Result<Vec<Run>, Failure> {
    let mut count = None;
    let mut latest = BTreeMap::new();
    for run in runs::list(&place.output).map_err(Failure::plain)?.into_iter().rev() {
        let shard = run.read_report::<Report>().ok().and_then(|report| report.shard);
        if let Some(shard) = shard.filter(|shard| *count.get_or_insert(shard.count) == shard.count) {
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
