//! The report of several runs.

use super::{MergeError, ShardRun};
use crate::distribution::Distribution;
use crate::replayed::{Replayed, Wanted};
use crate::report::{Ignored, MergedShard, Reason, Report, Root, RunShard};
use crate::tally::{by_weight, idle_rule};
use crate::timing::latency_ns;
use capture::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::metadata::Time;
use store::runs::Run;
use store::{Columns, OutputFolder};

/// Shards that begin so close to each other, by the clocks of their machines, began together.
const TOGETHER: Duration = Duration::from_secs(1);

/// What the reports of the shards, in their order, add up to. Times of single operations are not in them.
pub(super) fn of(shards: &[ShardRun]) -> Report {
    let mut merged = Report::default();
    let (mut reasons, mut roots, mut ignored) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for ShardRun { report, .. } in shards {
        add(&mut merged, report);
        for Reason { verdict, reason, count } in &report.reasons {
            let sum: &mut u64 = reasons.entry((verdict.clone(), reason.clone())).or_default();
            *sum = sum.saturating_add(*count);
        }
        for Ignored { rule, differences } in &report.ignored {
            let sum: &mut u64 = ignored.entry(rule.clone()).or_default();
            *sum = sum.saturating_add(*differences);
        }
        for root in &report.roots {
            group(&mut roots, root);
        }
    }
    merged.reasons = reasons.into_iter().map(|((verdict, reason), count)| Reason { verdict, reason, count }).collect();
    merged.ignored = ignored.into_iter().map(|(rule, differences)| Ignored { rule, differences }).collect();
    merged.roots = roots.into_values().collect();
    by_weight(&mut merged.roots);
    if let Some(first) = shards.first() {
        merged.clones = first.report.clones;
        merged.ingested = first.report.ingested;
        merged.target = first.report.target.clone();
    }
    merged.setup = shards.iter().find_map(|shard| shard.report.setup.clone());
    let told: Vec<(&ShardRun, &RunShard)> =
        shards.iter().filter_map(|shard| Some((shard, shard.report.shard.as_ref()?))).collect();
    merged.shards = told.iter().map(|(run, shard)| part(run, shard)).collect();
    let there: BTreeSet<u32> = told.iter().map(|(_, shard)| shard.index).collect();
    let count = told.first().map_or(0, |(_, shard)| shard.count);
    merged.missing_shards = (0..count).filter(|index| !there.contains(index)).collect();
    (merged.started, merged.elapsed) = span(&merged.shards);
    merged.warnings = warnings(&merged, &told);
    merged
}

fn add(merged: &mut Report, report: &Report) {
    let sums = [
        (&mut merged.total_operations, report.total_operations),
        (&mut merged.sent, report.sent),
        (&mut merged.matched, report.matched),
        (&mut merged.status_diverged, report.status_diverged),
        (&mut merged.body_diverged, report.body_diverged),
        (&mut merged.no_response, report.no_response),
        (&mut merged.skipped, report.skipped),
        (&mut merged.not_compared, report.not_compared),
        (&mut merged.explained, report.explained),
    ];
    for (sum, count) in sums {
        *sum = sum.saturating_add(count);
    }
    merged.sessions.extend_from_slice(&report.sessions);
    merged.interrupted |= report.interrupted;
}

/// Puts a group of divergences to the like ones of other shards.
fn group(roots: &mut BTreeMap<(String, String, String, Vec<String>), Root>, root: &Root) {
    let Root { command, captured_status, live_status, fields, .. } = root.clone();
    let known = roots
        .entry((command, captured_status, live_status, fields))
        .or_insert_with(|| Root { count: 0, ..root.clone() });
    let count = known.count.saturating_add(root.count);
    if root.first_frame < known.first_frame {
        *known = root.clone();
    }
    known.count = count;
}

fn part(ShardRun { run, report }: &ShardRun, shard: &RunShard) -> MergedShard {
    MergedShard {
        index: shard.index,
        run: report.run.clone(),
        path: run.path().display().to_string(),
        machine: shard.machine.clone(),
        target: report.target.clone(),
        sessions: report.sessions.clone(),
        started: report.started,
        elapsed: report.elapsed,
        total_operations: report.total_operations,
        matched: report.matched,
        diverged: report.diverged(),
        skipped: report.skipped,
        interrupted: report.interrupted,
    }
}

/// When the first of them began, and the seconds until the last one had its last answer.
fn span(shards: &[MergedShard]) -> (Option<Time>, f64) {
    let busy = || shards.iter().filter(|shard| shard.total_operations > 0);
    let started = |shard: &MergedShard| Some(shard.started?.0.0);
    let ended = |shard: &MergedShard| {
        let took = Duration::try_from_secs_f64(shard.elapsed).ok()?;
        started(shard)?.checked_add(i64::try_from(took.as_nanos()).ok()?)
    };
    let first = busy().filter_map(started).min();
    let last = busy().filter_map(ended).max();
    let elapsed = last.zip(first).and_then(|(last, first)| u64::try_from(last.checked_sub(first)?).ok());
    (first.map(|first| Time(Timestamp(first))), Duration::from_nanos(elapsed.unwrap_or(0)).as_secs_f64())
}

/// What concerns all of them, then what each of them tells.
fn warnings(merged: &Report, shards: &[(&ShardRun, &RunShard)]) -> Vec<String> {
    let mut warnings = Vec::new();
    let place = |shard: &MergedShard| format!("{}:{}/{}", shard.target.server, shard.target.port, shard.target.share);
    let places: BTreeSet<String> = merged.shards.iter().map(place).collect();
    if places.len() > 1 {
        let places: Vec<String> = places.into_iter().collect();
        warnings.push(format!("the shards did not all go to one share of one server: {}", places.join(", ")));
    }
    let begins = || merged.shards.iter().filter_map(|shard| Some(shard.started?.0.0));
    let apart =
        begins().max().zip(begins().min()).and_then(|(last, first)| u64::try_from(last.checked_sub(first)?).ok());
    if let Some(apart) = apart.map(Duration::from_nanos).filter(|apart| *apart > TOGETHER) {
        let what = "the shards did not begin together, they may be of different replays";
        warnings.push(format!("{what}: {:.1} s from the first to the last", apart.as_secs_f64()));
    }
    // A rule that ignored nothing in one shard may have in another.
    let is_used = |warning: &str| {
        merged.ignored.iter().any(|ignored| ignored.differences > 0 && idle_rule(&ignored.rule) == warning)
    };
    let mut told: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (run, shard) in shards {
        for warning in run.report.warnings.iter().filter(|warning| !is_used(warning)) {
            told.entry(warning).or_default().push(shard.index);
        }
    }
    for (warning, by) in told {
        let by: Vec<String> = by.iter().map(u32::to_string).collect();
        warnings.push(match by.as_slice() {
            all if all.len() == shards.len() => warning.to_owned(),
            [one] => format!("shard {one}: {warning}"),
            several => format!("shards {}: {warning}", several.join(", ")),
        });
    }
    warnings
}

/// What the capture tells of the operations of a run.
#[derive(Default)]
pub(super) struct Captured {
    /// Captured response times of what was answered in both.
    pub(super) latency: Distribution,
    first: Option<i64>,
    last: Option<i64>,
}

impl Captured {
    /// That of `run`, whose rows are complete.
    pub(super) fn of(output: &OutputFolder, run: &Run, cancelled: &AtomicBool) -> Result<Self, MergeError> {
        const TIMES: Columns = Columns::Only(&["request_start_time", "response_time", "latency_ns"]);
        let mut found = Self::default();
        for replayed in Replayed::open(output, run, Wanted::new(TIMES).until(cancelled))? {
            let replayed = replayed?;
            let Some(captured) = &replayed.captured else { continue };
            let (start, end) = (captured.request_start_time, captured.response_time);
            for time in [start, end].into_iter().flatten() {
                found.first = Some(found.first.map_or(time.0, |first| first.min(time.0)));
                found.last = Some(found.last.map_or(time.0, |last| last.max(time.0)));
            }
            if let (Some(was), Some(_)) = (captured.latency_ns, latency_ns(&replayed.live)) {
                found.latency.count(Duration::from_nanos(was));
            }
        }
        if cancelled.load(Ordering::Relaxed) { Err(MergeError::Interrupted) } else { Ok(found) }
    }

    /// Seconds from the first request to the last answer.
    pub(super) fn span(&self) -> f64 {
        let span = self.last.zip(self.first).and_then(|(last, first)| u64::try_from(last.checked_sub(first)?).ok());
        Duration::from_nanos(span.unwrap_or(0)).as_secs_f64()
    }
}
