//! What is counted from batches of columns is what whole rows add up to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

mod traces;

use dissect::{Kind, Operation};
use smb2::{Command, NtStatus};
use smbreplay_analysis::statistics::{self, FileOrder, Statistics, Tally};
use std::collections::BTreeMap;
use store::Columns;
use traces::{Ingested, captures, office};

fn rows(trace: &Ingested) -> Vec<Operation> {
    let rows = trace.files.iter().flat_map(|file| file.operations(Columns::Meaning));
    rows.map(Result::unwrap).filter(|row| !matches!(row.kind, Kind::Connect | Kind::Close | Kind::Encrypted)).collect()
}

/// Operations, errors, bytes, and sum of the response times.
type Sums = (u64, u64, u64, u64);

fn add(to: &mut Sums, row: &Operation, bytes: u64) {
    let is_error = row
        .status
        .is_some_and(|status| NtStatus(status).is_error() && NtStatus(status) != NtStatus::MORE_PROCESSING_REQUIRED);
    to.0 += 1;
    to.1 += u64::from(is_error);
    to.2 += bytes;
    to.3 += row.latency_ns.unwrap_or(0);
}

fn by_command(rows: &[Operation]) -> BTreeMap<String, Sums> {
    let mut sums = BTreeMap::new();
    let is_operation = |row: &&Operation| matches!(row.kind, Kind::Exchange | Kind::Request | Kind::Response);
    for row in rows.iter().filter(is_operation) {
        let name = row.command.and_then(Command::name).unwrap_or("unknown").to_owned();
        add(sums.entry(name).or_default(), row, row.transferred.unwrap_or(0));
    }
    sums
}

fn by_file(rows: &[Operation]) -> BTreeMap<(Option<String>, String), Sums> {
    let mut sums = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind != Kind::Notification) {
        let Some(path) = row.path.as_deref() else { continue };
        let is_data = matches!(row.command, Some(Command::READ | Command::WRITE));
        let key = (row.share.as_deref().map(str::to_owned), path.to_owned());
        add(sums.entry(key).or_default(), row, row.transferred.filter(|_| is_data).unwrap_or(0));
    }
    sums
}

/// Percentile by its definition: the smallest time that so many hundredths of all are not above.
fn percentile(times: &[u64], hundredths: usize) -> u64 {
    times[(times.len() * hundredths).div_ceil(100).max(1) - 1]
}

#[test]
fn sums_percentiles_and_the_slowest_are_those_of_the_rows() {
    let mut seen = 0;
    for capture in captures().into_iter().chain([office()]) {
        let trace = Ingested::new(&capture);
        let (rows, found) = (rows(&trace), trace.statistics(usize::MAX));
        let what = capture.display();
        let commands = found.commands.iter().filter(|command| command.operations > 0).map(|command| {
            let time = command.response_time.map_or(0, |times| times.sum_ns);
            (command.command.to_owned(), (command.operations, command.errors, command.bytes, time))
        });
        assert_eq!(commands.collect::<BTreeMap<_, _>>(), by_command(&rows), "{what}");
        let files = found.files.top.iter().map(|file| {
            let sums = &file.sums;
            let bytes = sums.bytes_read + sums.bytes_written;
            ((file.share.clone(), file.path.clone()), (sums.operations, sums.errors, bytes, sums.response_time_ns))
        });
        assert_eq!(files.collect::<BTreeMap<_, _>>(), by_file(&rows), "{what}");
        for command in found.commands.iter().filter_map(|command| Some((command.command, command.response_time?))) {
            let of = |row: &&Operation| row.command.and_then(Command::name).unwrap_or("unknown") == command.0;
            let mut times: Vec<u64> = rows.iter().filter(of).filter_map(|row| row.latency_ns).collect();
            times.sort_unstable();
            for (found, hundredths) in [(command.1.p50_ns, 50), (command.1.p99_ns, 99)] {
                let exact = percentile(&times, hundredths);
                assert!(found.abs_diff(exact) <= exact / 1000 + 1, "{what}: {command:?}, {exact}");
            }
        }
        let mut slowest: Vec<u64> = rows.iter().filter_map(|row| row.latency_ns).collect();
        slowest.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found.slowest.iter().map(|slow| slow.latency_ns).collect::<Vec<_>>(), slowest, "{what}");
        let statuses: u64 = found.statuses.each.iter().map(|status| status.count).sum();
        let answered = |row: &&Operation| row.status.is_some() && row.kind != Kind::Notification;
        assert_eq!(statuses, rows.iter().filter(answered).count() as u64, "{what}");
        seen += rows.len();
    }
    assert!(seen > 500, "only {seen} rows");
}

#[test]
fn gaps_are_those_between_the_rows_of_all_sessions() {
    let trace = Ingested::new(&office());
    let mut rows = rows(&trace);
    rows.retain(|row| row.request_start_time.is_some());
    rows.sort_by_key(|row| row.request_start_time);
    let (mut longest, mut busy) = (Vec::new(), None);
    for row in &rows {
        let from = row.request_start_time.unwrap().0;
        if let Some(busy) = busy.filter(|busy| *busy < from) {
            longest.push(from.abs_diff(busy));
        }
        let to = if row.command == Some(Command::CHANGE_NOTIFY) { row.interim_time } else { row.response_time };
        let to = to.or(row.request_time).unwrap().0.max(from);
        busy = Some(busy.map_or(to, |busy| busy.max(to)));
    }
    longest.sort_unstable_by(|a, b| b.cmp(a));
    longest.truncate(100);
    assert_eq!(longest.len(), 100);
    let found = trace.statistics(100).gaps;
    assert_eq!(found.longest.iter().map(|gap| gap.length_ns).collect::<Vec<_>>(), longest);
    for gap in found.longest {
        let (before, after) =
            <(_, _)>::from([gap.before, gap.after].map(|place| rows.iter().find(|row| row.op == place.op).unwrap()));
        assert_eq!(after.request_start_time, Some(gap.to.0));
        assert!([before.response_time, before.request_time, before.interim_time].contains(&Some(gap.from.0)));
    }
}

fn of_paths(trace: &Ingested, accepts: &dyn Fn(&str) -> bool) -> Statistics {
    let mut tally = Tally::new(10).of_paths(accepts);
    for batch in trace.files.iter().flat_map(|file| file.batches(statistics::COLUMNS)) {
        tally.add(&batch.unwrap()).unwrap();
    }
    tally.finish(FileOrder::Operations)
}

#[test]
fn of_some_paths_only_their_rows_are_counted() {
    let trace = Ingested::new(&office());
    let accepts = |path: &str| path.ends_with(".txt");
    let mut expected = rows(&trace);
    expected.retain(|row| row.path.as_deref().is_some_and(accepts) || row.new_path.as_deref().is_some_and(accepts));
    expected.retain(|row| row.kind != Kind::Notification);
    let found = of_paths(&trace, &accepts);
    assert_eq!(found.operations, expected.len() as u64);
    assert!(found.operations > 20 && found.connects == 0, "{found:?}");
    assert_eq!(found.files.without_path.operations, 0);
}

#[test]
fn sessions_can_be_added_in_any_order() {
    let mut trace = Ingested::new(&office());
    let forward = trace.statistics(5);
    trace.files.reverse();
    let backward = trace.statistics(5);
    assert_eq!((&forward.commands, &forward.gaps), (&backward.commands, &backward.gaps));
    assert_eq!((&forward.slowest, &forward.statuses), (&backward.slowest, &backward.statuses));
    assert_eq!(forward.files.without_path, backward.files.without_path);
}
