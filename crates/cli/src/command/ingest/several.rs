//! Reading traces: side by side where there are more of them than threads, which is less work for each of them and for all of
//! them together than several threads a trace.

use super::Prepared;
use crate::command::Context;
use crate::command::standard_input::StandardInput;
use crate::output::{Progress, counted};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use store::IngestProgress;
use store::ingest::{IngestError, IngestReport, IngestRequest, Phase};

type Outcome = Result<IngestReport, IngestError>;

/// Reads all traces; what became of each, in their order.
pub(super) fn read(traces: &[Prepared], context: &Context<'_>) -> impl Iterator<Item = Outcome> {
    let schedule = Schedule::of(traces);
    let mut outcomes = BTreeMap::new();
    let one_by_one = |numbers: &[usize], outcomes: &mut BTreeMap<usize, Outcome>| {
        for number in numbers {
            outcomes.extend(traces.get(*number).map(|trace| (*number, alone(trace, context))));
        }
    };
    one_by_one(&schedule.large, &mut outcomes);
    side_by_side(traces, &schedule, context, &mut outcomes);
    one_by_one(&schedule.again, &mut outcomes);
    outcomes.into_values()
}

/// Which traces are read when, by their index.
#[derive(Debug, PartialEq, Eq)]
struct Schedule {
    /// One after the other, with all threads.
    large: Vec<usize>,
    /// Side by side with a thread each, the largest first.
    small: Vec<usize>,
    /// How many at a time.
    workers: usize,
    /// Named once more: when they have been read.
    again: Vec<usize>,
}

impl Schedule {
    fn of(traces: &[Prepared]) -> Self {
        let jobs = traces.first().map_or(NonZero::<usize>::MIN, |trace| trace.request.jobs);
        let sizes = traces.iter().map(|trace| (trace.request.place.output.path(), size(trace)));
        Self::of_sizes(&sizes.collect::<Vec<_>>(), jobs)
    }

    /// Of traces with these output folders and sizes; `None`: nobody knows.
    fn of_sizes(traces: &[(&Path, Option<u64>)], jobs: NonZero<usize>) -> Self {
        let mut seen = BTreeSet::new();
        let (first, again): (Vec<usize>, Vec<usize>) =
            (0..traces.len()).partition(|number| traces.get(*number).is_some_and(|(output, _)| seen.insert(*output)));
        if first.len() <= jobs.get() {
            return Self { large: first, small: Vec::new(), workers: 0, again };
        }
        let size = |number: &usize| traces.get(*number).and_then(|(_, size)| *size);
        let total = first.iter().filter_map(size).fold(0, u64::saturating_add);
        // One thread would still be at it when the others have read all the rest.
        let fair = total.checked_div(u64::try_from(jobs.get()).unwrap_or(u64::MAX)).unwrap_or(total);
        let (mut small, large): (Vec<usize>, Vec<usize>) =
            first.into_iter().partition(|number| size(number).is_some_and(|size| size <= fair));
        small.sort_by_key(|number| std::cmp::Reverse(size(number)));
        let workers = jobs.get().min(small.len());
        Self { large, small, workers, again }
    }
}

/// Bytes of its files; `None` for a stream.
fn size(trace: &Prepared) -> Option<u64> {
    let files = trace.request.files.iter().map(|file| std::fs::metadata(file).map_or(0, |metadata| metadata.len()));
    (!trace.from_stream).then(|| files.fold(0, u64::saturating_add))
}

/// Reads a trace with all its threads.
fn alone(trace: &Prepared, context: &Context<'_>) -> Outcome {
    let name = trace.name();
    let progress = Progress::bytes(context.output.quiet());
    let mut show = |now: IngestProgress| {
        let doing = match now.phase {
            Phase::Hashing => "hashing",
            Phase::Reading => "reading",
            Phase::Writing => "writing",
        };
        // Of a stream nobody knows the length: what came so far is all there is.
        progress.show(&format!("{doing} {name}"), now.bytes_read, now.bytes_total.max(now.bytes_read));
    };
    let cancelled = context.interrupt.flag();
    if cancelled.load(Ordering::Relaxed) {
        return Err(IngestError::Interrupted);
    }
    if trace.from_stream {
        let stream = Box::new(StandardInput::open(context.interrupt.clone()));
        return store::ingest_stream(&trace.request, stream, &mut show, cancelled);
    }
    store::ingest(&trace.request, &mut show, cancelled)
}

/// What a worker tells of a trace.
enum Told {
    Progress(usize, IngestProgress),
    Ended(usize, Box<Outcome>),
}

fn side_by_side(
    traces: &[Prepared],
    schedule: &Schedule,
    context: &Context<'_>,
    outcomes: &mut BTreeMap<usize, Outcome>,
) {
    let waiting = Mutex::new(schedule.small.iter().copied().collect::<VecDeque<usize>>());
    let (tell, told) = channel();
    let cancelled = context.interrupt.flag();
    let work = |tell: Sender<Told>| {
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some(number) = next() {
            let Some(trace) = traces.get(number) else { continue };
            let request = IngestRequest { jobs: NonZero::<usize>::MIN, ..trace.request.clone() };
            // Nobody listens only when all is over.
            let mut show = |now| drop(tell.send(Told::Progress(number, now)));
            let outcome = match cancelled.load(Ordering::Relaxed) {
                true => Err(IngestError::Interrupted),
                false => store::ingest(&request, &mut show, cancelled),
            };
            drop(tell.send(Told::Ended(number, Box::new(outcome))));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..schedule.workers {
            let (tell, work) = (tell.clone(), &work);
            scope.spawn(move || work(tell));
        }
        drop(tell);
        let mut seen = Seen::of(traces, schedule, context);
        for told in told {
            match told {
                Told::Progress(number, now) => seen.progress(number, now),
                Told::Ended(number, outcome) => {
                    seen.ended(number);
                    outcomes.insert(number, *outcome);
                }
            }
        }
    });
}

/// How far all of them are.
struct Seen<'a> {
    traces: &'a [Prepared],
    progress: Progress,
    total: u64,
    of: usize,
    ended: usize,
    bytes_of_ended: u64,
    /// Bytes that were read of those that are under way.
    reading: BTreeMap<usize, u64>,
}

impl<'a> Seen<'a> {
    fn of(traces: &'a [Prepared], schedule: &Schedule, context: &Context<'_>) -> Self {
        let sizes = schedule.small.iter().filter_map(|number| size(traces.get(*number)?));
        Self {
            traces,
            progress: Progress::bytes(context.output.quiet()),
            total: sizes.fold(0, u64::saturating_add),
            of: schedule.small.len(),
            ended: 0,
            bytes_of_ended: 0,
            reading: BTreeMap::new(),
        }
    }

    fn progress(&mut self, number: usize, now: IngestProgress) {
        let read = if now.phase == Phase::Hashing { 0 } else { now.bytes_read };
        self.reading.insert(number, read);
        self.show();
    }

    fn ended(&mut self, number: usize) {
        self.reading.remove(&number);
        self.ended = self.ended.saturating_add(1);
        self.bytes_of_ended = self.bytes_of_ended.saturating_add(self.traces.get(number).and_then(size).unwrap_or(0));
        self.show();
    }

    fn show(&self) {
        let names: Vec<String> =
            self.reading.keys().filter_map(|number| Some(self.traces.get(*number)?.name())).collect();
        let doing = format!("{} of {}, reading {}", self.ended, counted(self.of, "trace"), names.join(", "));
        let read = self.reading.values().fold(self.bytes_of_ended, |sum, read| sum.saturating_add(*read));
        self.progress.show(&doing, read.min(self.total), self.total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(sizes: &[(&str, Option<u64>)], jobs: usize) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
        let traces: Vec<(&Path, Option<u64>)> =
            sizes.iter().map(|(output, size)| (Path::new(*output), *size)).collect();
        let Schedule { large, small, again, .. } =
            Schedule::of_sizes(&traces, NonZero::new(jobs).unwrap_or(NonZero::<usize>::MIN));
        (large, small, again)
    }

    #[test]
    fn not_more_traces_than_threads_are_read_one_after_the_other() {
        assert_eq!(schedule(&[("a", Some(5)), ("b", Some(7))], 2), (vec![0, 1], vec![], vec![]));
    }

    #[test]
    fn more_of_them_are_read_side_by_side_the_largest_first_but_for_one_that_outweighs_the_others() {
        let sizes = [("a", Some(5)), ("b", Some(7)), ("c", Some(6))];
        assert_eq!(schedule(&sizes, 2), (vec![], vec![1, 2, 0], vec![]));
        let sizes = [("a", Some(5)), ("b", Some(70)), ("c", Some(6)), ("-", None)];
        assert_eq!(schedule(&sizes, 2), (vec![1, 3], vec![2, 0], vec![]));
    }

    #[test]
    fn one_that_is_named_twice_is_not_read_at_the_same_time() {
        let sizes = [("a", Some(5)), ("b", Some(5)), ("a", Some(5)), ("c", Some(5))];
        assert_eq!(schedule(&sizes, 2), (vec![], vec![0, 1, 3], vec![2]));
    }
}
