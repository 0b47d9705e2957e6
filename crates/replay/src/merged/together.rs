//! Whether runs are the shards of one replay.

use super::ShardRun;
use crate::report::{Ingested, RunShard};
use crate::shard::ShardNumber;
use std::collections::HashMap;
use std::num::NonZeroU32;
use store::{OutputFolder, metadata};

/// Why runs are not the shards of one replay. Each message is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotTogether {
    /// A run was of no shard.
    #[error("run {run} was of no shard")]
    NoShard {
        /// Its name.
        run: String,
    },
    /// A report names a shard that cannot be.
    #[error("run {run} is of shard {shard}, which there cannot be")]
    NoSuchShard {
        /// Its name.
        run: String,
        /// The shard.
        shard: String,
    },
    /// Two runs have replayed different captures, or what was ingested of one in different ways.
    #[error("runs {a} and {b} are of different traces")]
    OtherTrace {
        /// Name of the one.
        a: String,
        /// Name of the other.
        b: String,
    },
    /// A run has replayed another trace than the one it is to be put to.
    #[error("run {run} is not of this trace, or this trace was ingested otherwise")]
    NotThisTrace {
        /// Its name.
        run: String,
    },
    /// The sessions were divided otherwise.
    #[error(
        "runs {a} and {b} divide otherwise: shard {a_shard} of {a_sessions} sessions, shard {b_shard} of {b_sessions} or of other ones, clones {a_clones} and {b_clones}"
    )]
    OtherDivision {
        /// Name of the one.
        a: String,
        /// Its shard.
        a_shard: String,
        /// The sessions of all of its shards.
        a_sessions: u64,
        /// How many copies it replayed at once.
        a_clones: u32,
        /// Name of the other.
        b: String,
        /// Its shard.
        b_shard: String,
        /// The sessions of all of its shards.
        b_sessions: u64,
        /// How many copies it replayed at once.
        b_clones: u32,
    },
    /// A shard was replayed twice.
    #[error("runs {a} and {b} are both of shard {shard}")]
    SameShard {
        /// Name of the one.
        a: String,
        /// Name of the other.
        b: String,
        /// The shard.
        shard: String,
    },
    /// A session is in two shards: other sessions were asked for.
    #[error("session file {file} is in both runs {a} and {b}")]
    SameSession {
        /// Name of the one.
        a: String,
        /// Name of the other.
        b: String,
        /// Name of the session file.
        file: String,
    },
}

/// Holds the runs against each other, and then against the trace.
pub(super) fn check(output: &OutputFolder, runs: &[ShardRun]) -> Result<(), NotTogether> {
    let mut shards: Vec<(&ShardRun, &RunShard)> = Vec::new();
    for run in runs {
        let shard = run.report.shard.as_ref().ok_or_else(|| NotTogether::NoShard { run: run.report.run.clone() })?;
        if NonZeroU32::new(shard.count).and_then(|count| ShardNumber::new(shard.index, count)).is_none() {
            return Err(NotTogether::NoSuchShard { run: run.report.run.clone(), shard: name(shard) });
        }
        shards.push((run, shard));
    }
    check_each_other(&shards)?;
    // What the session files lack is told by the first row that is about them.
    let Ok(now) = metadata::read(&output.metadata()) else { return Ok(()) };
    let ingested = Some(Ingested::of(&now));
    let is_other = |(run, shard): &(&ShardRun, &RunShard)| {
        run.report.ingested != ingested
            || !shard.trace_files.iter().eq(now.trace.files.iter().map(|file| &file.xxh3_128))
    };
    match shards.into_iter().find(is_other) {
        Some((run, _)) => Err(NotTogether::NotThisTrace { run: run.report.run.clone() }),
        None => Ok(()),
    }
}

/// Holds the runs against each other.
fn check_each_other(shards: &[(&ShardRun, &RunShard)]) -> Result<(), NotTogether> {
    let Some((first, of_first)) = shards.first() else { return Ok(()) };
    let mut numbers: HashMap<u32, &ShardRun> = HashMap::new();
    let mut files: HashMap<&str, &ShardRun> = HashMap::new();
    for (run, shard) in shards {
        let (a, b) = (first.report.run.clone(), run.report.run.clone());
        if run.report.ingested != first.report.ingested || shard.trace_files != of_first.trace_files {
            return Err(NotTogether::OtherTrace { a, b });
        }
        let division =
            |run: &ShardRun, of: &RunShard| (of.count, of.sessions_of_all, of.clients_of_all, run.report.clones);
        if division(run, shard) != division(first, of_first) || shard.division != of_first.division {
            return Err(NotTogether::OtherDivision {
                a,
                a_shard: name(of_first),
                a_sessions: of_first.sessions_of_all,
                a_clones: first.report.clones,
                b,
                b_shard: name(shard),
                b_sessions: shard.sessions_of_all,
                b_clones: run.report.clones,
            });
        }
        if let Some(other) = numbers.insert(shard.index, run) {
            return Err(NotTogether::SameShard { a: other.report.run.clone(), b, shard: name(shard) });
        }
        for file in &shard.session_files {
            if let Some(other) = files.insert(file, run) {
                return Err(NotTogether::SameSession { a: other.report.run.clone(), b, file: file.clone() });
            }
        }
    }
    Ok(())
}

fn name(shard: &RunShard) -> String {
    format!("{}/{}", shard.index, shard.count)
}
