//! All that is counted, in one pass over the rows.

use super::columns::{ColumnError, Reader, Row};
use super::commands::{CommandTotals, Commands, Missing};
use super::files::{FileCounts, FileOrder, Files};
use super::gaps::{Gaps, Quiet};
use super::service_response_times::ServiceResponseTime;
use super::slowest::{SlowOperation, Slowest};
use super::statuses::{StatusCounts, Statuses};
use arrow::array::RecordBatch;
use capture::Timestamp;
use dissect::Kind;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use store::metadata::{HexId, Time};

/// What operations add up to.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Statistics {
    /// Requests, and responses whose request was not captured.
    pub operations: u64,
    /// What is not known of them.
    pub missing: Missing,
    /// Messages that the server sent without being asked.
    pub notifications: u64,
    /// Encrypted PDUs without a key: their operations are not counted.
    pub encrypted: u64,
    /// TCP connections that began.
    pub connects: u64,
    /// TCP connections that were closed.
    pub closes: u64,
    /// Time of the first message or event.
    pub first_time: Option<Time>,
    /// Time of the last one.
    pub last_time: Option<Time>,
    /// By command, in the order of their codes.
    pub commands: Vec<CommandTotals>,
    /// By final status.
    pub statuses: Statuses,
    /// By file.
    pub files: Files,
    /// The slowest operations, the slowest first.
    pub slowest: Vec<SlowOperation>,
    /// The longest times in which the client was idle.
    pub gaps: Gaps,
    /// What tshark's `-z smb2,srt` prints of the same messages.
    pub service_response_times: Vec<ServiceResponseTime>,
}

/// Statistics with what they are about.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SessionStatistics")]
pub struct Document {
    /// Ids of the sessions; 0 is what belongs to none.
    pub sessions: Vec<HexId>,
    /// What their operations add up to.
    #[serde(flatten)]
    pub statistics: Statistics,
}

/// Operations that are being counted.
pub struct Tally<'a> {
    accepts: Option<&'a dyn Fn(&str) -> bool>,
    reader: Reader,
    counts: Counts,
}

struct Counts {
    top: usize,
    operations: u64,
    missing: Missing,
    notifications: u64,
    encrypted: u64,
    connects: u64,
    closes: u64,
    times: Option<(i64, i64)>,
    commands: Commands,
    statuses: StatusCounts,
    files: FileCounts,
    slowest: Slowest,
    quiet: Quiet,
}

impl<'a> Tally<'a> {
    /// Nothing is counted yet. Of files, slow operations and gaps, the first `top` will be named.
    pub fn new(top: usize) -> Self {
        let counts = Counts {
            top,
            operations: 0,
            missing: Missing::default(),
            notifications: 0,
            encrypted: 0,
            connects: 0,
            closes: 0,
            times: None,
            commands: Commands::default(),
            statuses: StatusCounts::default(),
            files: FileCounts::default(),
            slowest: Slowest::new(top),
            quiet: Quiet::default(),
        };
        Self { accepts: None, reader: Reader::default(), counts }
    }

    /// Counts only rows whose path, or new path of a rename, is accepted. It is asked once for a path where possible.
    #[must_use]
    pub fn of_paths(self, accepts: &'a dyn Fn(&str) -> bool) -> Self {
        Self { accepts: Some(accepts), ..self }
    }

    /// Counts the rows of a batch of [`super::COLUMNS`].
    ///
    /// # Errors
    /// [`ColumnError`]; the rows before the one that is wrong are counted.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ColumnError> {
        let counts = &mut self.counts;
        self.reader.rows(batch, self.accepts, |row| counts.count(&row))
    }

    /// What they add up to; files come in this order.
    pub fn finish(self, order: FileOrder) -> Statistics {
        let Self { reader, counts, .. } = self;
        let (first, last) = counts.times.unzip();
        let time = |time: Option<i64>| time.map(|time| Time(Timestamp(time)));
        Statistics {
            operations: counts.operations,
            missing: counts.missing,
            notifications: counts.notifications,
            encrypted: counts.encrypted,
            connects: counts.connects,
            closes: counts.closes,
            first_time: time(first),
            last_time: time(last),
            commands: counts.commands.totals(),
            service_response_times: counts.commands.service_response_times(),
            statuses: counts.statuses.finish(),
            files: counts.files.finish(&reader.names, counts.top, order),
            slowest: counts.slowest.finish(),
            gaps: counts.quiet.finish(counts.top),
        }
    }
}

impl fmt::Debug for Tally<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("operations", &self.counts.operations).finish_non_exhaustive()
    }
}

impl Counts {
    fn count(&mut self, row: &Row<'_>) {
        for time in
            [row.request_start_time, row.request_time, row.interim_time, row.response_time].into_iter().flatten()
        {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        let counter = match row.kind {
            Kind::Exchange | Kind::Request | Kind::Response => &mut self.operations,
            Kind::Notification => &mut self.notifications,
            Kind::Encrypted => &mut self.encrypted,
            Kind::Connect => &mut self.connects,
            Kind::Close => &mut self.closes,
        };
        *counter = counter.saturating_add(1);
        if matches!(row.kind, Kind::Exchange | Kind::Request | Kind::Response | Kind::Notification) {
            self.commands.count(row);
        }
        self.quiet.take_out(row);
        if matches!(row.kind, Kind::Exchange | Kind::Request | Kind::Response) {
            self.missing.count(row);
            self.statuses.count(row);
            self.files.count(row);
            self.slowest.count(row);
        }
    }
}
