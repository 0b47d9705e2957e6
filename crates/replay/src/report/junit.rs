//! A run as JUnit XML, for what shows test results.
//!
//! Each session is a suite. An operation that diverged is a failed test, one that was skipped or not compared a skipped test.
//! Operations that match are one passed test for each command, with their number in its name: a page with a line for each of
//! hundred thousands of them would be of no use to anybody.

use super::Report;
use crate::recorded::Recorded;
use crate::replayed::{Replayed, ReplayedError, ReplayedOperation, Wanted};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::Columns;
use store::runs::Verdict;
use store::schema::status_name;

/// What is needed of a captured operation.
const NEEDED: &[&str] = &["op", "command", "status", "request_frame", "path"];
/// Tests of a session that are told one by one; of others there is one, with their number.
const MOST_CASES: usize = 10_000;

/// Why there is no JUnit XML of a run.
#[derive(Debug, thiserror::Error)]
pub enum JunitError {
    /// The run, or what it is about, cannot be read.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// It was cancelled.
    #[error("interrupted")]
    Interrupted,
    /// It cannot be written.
    #[error("cannot write JUnit XML: {0}")]
    Write(io::Error),
}

/// Writes a run as JUnit XML to `out`.
///
/// # Errors
/// [`JunitError`].
pub fn write(recorded: Recorded<'_>, out: impl io::Write, cancelled: &AtomicBool) -> Result<(), JunitError> {
    let Recorded { output, run, report, .. } = recorded;
    let mut sessions: BTreeMap<String, Session> = BTreeMap::new();
    for replayed in Replayed::open(output, run, Wanted::new(Columns::Only(NEEDED)))? {
        let replayed = replayed?;
        if cancelled.load(Ordering::Relaxed) {
            return Err(JunitError::Interrupted);
        }
        let Some(file) = replayed.live.session_file.as_deref().filter(|_| replayed.captured.is_some()) else {
            continue;
        };
        sessions.entry(file.to_owned()).or_default().add(&replayed);
    }
    let mut document = quick_junit::Report::new("smbreplay");
    document.set_time(Duration::try_from_secs_f64(report.elapsed).unwrap_or_default());
    document.add_test_suites(missing_shards(report));
    document.add_test_suites(sessions.into_iter().map(|(file, session)| session.suite(&file, report)));
    document.serialize(out).map_err(|error| JunitError::Write(io::Error::other(error)))
}

/// A failed test for each shard whose run is missing: none of its sessions has any.
fn missing_shards(report: &Report) -> Option<TestSuite> {
    let missing = report.missing()?;
    let mut suite = TestSuite::new("shards");
    suite.add_test_cases(report.missing_shards.iter().map(|index| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(missing.as_str()).set_type("missing");
        let mut case = TestCase::new(format!("shard {index}"), status);
        case.set_classname("smbreplay.shards");
        case
    }));
    Some(suite)
}

/// The tests of a session.
#[derive(Default)]
struct Session {
    cases: Vec<TestCase>,
    matched: BTreeMap<String, (u64, Duration)>,
    /// Those beyond [`MOST_CASES`] that diverged, and that were skipped or not compared.
    more_failed: u64,
    more_skipped: u64,
}

impl Session {
    fn add(&mut self, replayed: &ReplayedOperation) {
        let command = command(replayed);
        let row = &replayed.live;
        let took = row.sent_time.zip(row.response_time).map(|(sent, answered)| answered.0.saturating_sub(sent.0));
        let took = Duration::from_nanos(took.and_then(|took| u64::try_from(took).ok()).unwrap_or(0));
        if row.verdict != Verdict::Match && self.cases.len() >= MOST_CASES {
            let more = if row.verdict.is_diverged() { &mut self.more_failed } else { &mut self.more_skipped };
            *more = more.saturating_add(1);
            return;
        }
        let status = match row.verdict {
            Verdict::Match => {
                let (count, sum) = self.matched.entry(command).or_default();
                *count = count.saturating_add(1);
                *sum = sum.saturating_add(took);
                return;
            }
            Verdict::Skipped | Verdict::NotCompared => TestCaseStatus::skipped(),
            Verdict::Status | Verdict::Body | Verdict::NoResponse => {
                TestCaseStatus::non_success(NonSuccessKind::Failure)
            }
        };
        self.cases.push(case(replayed, &command, status, took));
    }

    fn suite(self, file: &str, report: &Report) -> TestSuite {
        let name = file.strip_suffix(".parquet").unwrap_or(file);
        let mut suite = TestSuite::new(name);
        let server = format!("{}:{}", report.target.server, report.target.port);
        for (key, value) in [("run", &report.run), ("server", &server), ("share", &report.target.share)] {
            suite.add_property(Property::new(key, value.as_str()));
        }
        let passed = self.matched.into_iter().map(|(command, (count, took))| {
            let operations = if count == 1 { "operation matches" } else { "operations match" };
            let mut case = TestCase::new(format!("{command}: {count} {operations}"), TestCaseStatus::success());
            case.set_time(took);
            case
        });
        let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let more = [
            (self.more_failed, "diverge", failure),
            (self.more_skipped, "were skipped or not compared", TestCaseStatus::skipped()),
        ];
        let more = more.into_iter().filter(|(count, ..)| *count > 0);
        let more =
            more.map(|(count, what, status)| TestCase::new(format!("{count} more {what}: see report.json"), status));
        let cases = self.cases.into_iter().chain(more).chain(passed);
        suite.add_test_cases(cases.map(|mut case| {
            case.set_classname(format!("smbreplay.{name}"));
            case
        }));
        suite
    }
}

fn command(replayed: &ReplayedOperation) -> String {
    let command = replayed.captured.as_ref().and_then(|captured| captured.command);
    command.map_or_else(|| "event".to_owned(), |command| command.to_string())
}

/// The test that is about one operation.
fn case(replayed: &ReplayedOperation, command: &str, mut status: TestCaseStatus, took: Duration) -> TestCase {
    let row = &replayed.live;
    let captured = replayed.captured.as_ref();
    let place = [
        captured
            .and_then(|captured| captured.path.as_deref())
            .filter(|path| !path.is_empty())
            .map(|path| format!(" {path}")),
        row.op.map(|op| format!(", op {op}")),
        captured.and_then(|captured| captured.request_frame).map(|frame| format!(", frame {frame}")),
        (row.clone > 0).then(|| format!(", clone {}", row.clone)),
    ];
    let name = xml(&format!("{command}{}", place.into_iter().flatten().collect::<String>()));
    status.set_message(xml(&message(replayed))).set_type(row.verdict.name());
    let mut lines: Vec<String> = row
        .differences
        .iter()
        .map(|found| format!("{}: captured {}, live {}", found.field, found.captured, found.live))
        .collect();
    lines.extend(row.cause_op.map(|op| format!("because of op {op}")));
    if !lines.is_empty() {
        status.set_description(xml(&lines.join("\n")));
    }
    let mut case = TestCase::new(name, status);
    case.set_time(took);
    case
}

/// The text without the two characters that XML 1.0 (2.2) has no way to write and the writer lets pass.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// What is wrong, in a line.
fn message(replayed: &ReplayedOperation) -> String {
    let row = &replayed.live;
    let captured = replayed.captured.as_ref().and_then(|captured| captured.status).map(status_name);
    let captured = captured.unwrap_or_else(|| "no response".to_owned());
    let live = row.live_status.map_or_else(|| "no response".to_owned(), status_name);
    match row.verdict {
        Verdict::Skipped | Verdict::NotCompared => {
            row.detail.clone().unwrap_or_else(|| row.verdict.name().replace('_', " "))
        }
        Verdict::Body => {
            let fields: Vec<&str> = row.differences.iter().map(|found| found.field.as_str()).collect();
            format!("{captured} in both, but {} differ", fields.join(", "))
        }
        Verdict::Match | Verdict::Status | Verdict::NoResponse => format!("{captured} captured, {live} live"),
    }
}
