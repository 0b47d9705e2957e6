//! The rows of several runs as those of one.

use super::{MergeError, ShardRun};
use crate::distribution::Distribution;
use crate::timing::latency_ns;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::ReadError;
use store::runs::{Run, RunFile, RunRow, RunRows, RunWriter, Verdict};

/// What the rows add up to that were copied into a run.
#[derive(Default)]
pub(super) struct Copied {
    pub(super) lag: Distribution,
    pub(super) own_lag: Distribution,
    /// Live response times.
    pub(super) latency: Distribution,
}

impl Copied {
    /// Writes the rows of all shards into `run`, in the order in which they ended.
    pub(super) fn into(run: &Run, shards: &[ShardRun], cancelled: &AtomicBool) -> Result<Self, MergeError> {
        let mut sources = Vec::with_capacity(shards.len());
        for shard in shards {
            sources.push(Source::open(&shard.run)?);
        }
        let mut writer = RunWriter::create(run)?;
        let mut copied = Self::default();
        // Live connections are counted anew.
        let mut connections: HashMap<(usize, u32), u32> = HashMap::new();
        loop {
            let waiting = sources.iter().enumerate().filter(|(_, source)| source.next.is_some());
            let Some((number, _)) = waiting.min_by_key(|(_, source)| source.ended) else { break };
            if cancelled.load(Ordering::Relaxed) {
                return Err(MergeError::Interrupted);
            }
            let Some(mut row) = sources.get_mut(number).map(Source::take).transpose()?.flatten() else { break };
            if let Some(connection) = &mut row.live_connection {
                let known = u32::try_from(connections.len()).unwrap_or(u32::MAX);
                *connection = *connections.entry((number, *connection)).or_insert(known);
            }
            if let Some(source) = sources.get_mut(number) {
                source.operations = source.operations.saturating_add(u64::from(row.op.is_some()));
            }
            copied.count(&row);
            writer.push(row)?;
        }
        for (source, shard) in sources.iter().zip(shards) {
            let (rows, counted) = (source.operations, shard.report.total_operations);
            if rows != counted {
                return Err(MergeError::OtherRows { run: shard.report.run.clone(), rows, counted });
            }
        }
        writer.finish()?;
        Ok(copied)
    }

    fn count(&mut self, row: &RunRow) {
        // What the replay sent of its own accord is no operation.
        if row.op.is_none() || row.verdict == Verdict::Skipped {
            return;
        }
        let count = |distribution: &mut Distribution, time: Option<u64>| {
            time.into_iter().for_each(|time| distribution.count(Duration::from_nanos(time)));
        };
        count(&mut self.lag, row.lag_ns);
        count(&mut self.own_lag, row.own_lag_ns);
        count(&mut self.latency, latency_ns(row));
    }
}

/// The rows of a run that were not taken yet.
struct Source {
    rows: RunRows,
    next: Option<RunRow>,
    /// When the next one ended, or the one before it where nobody knows.
    ended: i64,
    /// Operations among those that were taken.
    operations: u64,
}

impl Source {
    fn open(run: &Run) -> Result<Self, ReadError> {
        let mut source = Self { rows: RunFile::open(run)?.rows(), next: None, ended: i64::MIN, operations: 0 };
        source.take()?;
        Ok(source)
    }

    /// The next row; after it there is another one, if there is.
    fn take(&mut self) -> Result<Option<RunRow>, ReadError> {
        let next = self.rows.next().transpose()?;
        if let Some(time) = next.as_ref().and_then(|row| row.response_time.or(row.sent_time)) {
            self.ended = self.ended.max(time.0);
        }
        Ok(std::mem::replace(&mut self.next, next))
    }
}
