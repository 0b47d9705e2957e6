//! The operations of a page, as its script reads them: a column for each property, texts by number.

use super::texts::Texts;
use crate::excerpt::cut;
use crate::recorded::session_name;
use crate::replayed::ReplayedOperation;
use crate::timing::latency_ns;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use store::runs::{Difference, Verdict};

/// Differences that are kept of an operation.
const MOST_DIFFERENCES: usize = 20;
/// Characters that are kept of a value.
const MOST_CHARACTERS: usize = 200;

/// An operation and what became of it. Times are nanoseconds since 1970 UTC, of the capture or of the run.
#[derive(Clone, Debug)]
pub(super) struct Row {
    session: u32,
    op: Option<u32>,
    clone: u32,
    connection: Option<u32>,
    live_connection: Option<u32>,
    verdict: u8,
    command: Option<u32>,
    share: Option<u32>,
    path: Option<u32>,
    captured_status: Option<u32>,
    live_status: Option<u32>,
    frame: Option<u64>,
    requested: Option<i64>,
    captured_latency: Option<u64>,
    sent: Option<i64>,
    live_latency: Option<u64>,
    lag: Option<u64>,
    cause: Option<u32>,
    group: Option<u32>,
    detail: Option<u32>,
    differences: Vec<[u32; 3]>,
}

/// The operations of a page.
#[derive(Debug)]
pub(super) struct Rows {
    rows: Vec<Row>,
    texts: Texts,
}

impl Rows {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), texts: Texts::new() }
    }

    /// Adds an operation, which is in this group of root divergences.
    pub(super) fn push(&mut self, found: &ReplayedOperation, group: Option<usize>) {
        let texts = &mut self.texts;
        let mut status = |status: Option<u32>| status.map(|status| texts.number(&store::schema::status_name(status)));
        let ReplayedOperation { captured, live, .. } = found;
        let captured = captured.as_ref();
        let captured_status = status(captured.and_then(|captured| captured.status));
        let live_status = status(live.live_status);
        let command = captured.map(|captured| match captured.command {
            Some(command) => texts.number(&command.to_string()),
            None => texts.number("unknown"),
        });
        let is_extra = live.marks.iter().any(|mark| mark == "extra");
        let row = Row {
            session: texts.number(&live.session_file.as_deref().map(session_name).unwrap_or_default()),
            op: live.op,
            clone: live.clone,
            connection: live.connection,
            live_connection: live.live_connection,
            verdict: if is_extra { EXTRA } else { number(live.verdict) },
            command: command.or_else(|| is_extra.then(|| texts.number(&extra(&live.marks)))),
            share: captured.and_then(|captured| captured.share.as_deref()).map(|share| texts.number(share)),
            path: captured.and_then(|captured| captured.path.as_deref()).map(|path| texts.number(path)),
            captured_status,
            live_status,
            frame: captured.and_then(|captured| captured.request_frame),
            requested: captured.and_then(|captured| captured.request_time).map(|time| time.0),
            captured_latency: captured.and_then(|captured| captured.latency_ns),
            sent: live.sent_time.map(|time| time.0),
            live_latency: latency_ns(live),
            lag: live.lag_ns,
            cause: live.cause_op,
            group: group.and_then(|group| u32::try_from(group).ok()),
            detail: live.detail.as_deref().map(|detail| texts.number(detail)),
            differences: differences(&live.differences, texts),
        };
        self.rows.push(row);
    }

    /// Puts them into the order of the capture.
    pub(super) fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.frame.unwrap_or(u64::MAX), row.session, row.op, row.clone));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Texts that are not there, because of the bound on their bytes.
    pub(super) fn texts_left_out(&self) -> u64 {
        self.texts.left_out()
    }

    /// When the first request was sent, nanoseconds since 1970 UTC.
    pub(super) fn first_sent(&self) -> Option<i64> {
        self.rows.iter().filter_map(|row| row.sent).min()
    }
}

/// The last of [`WORDS`]: a request that the replay sent of its own accord.
const EXTRA: u8 = 6;
/// Words of the numbers in the column `verdict`.
const WORDS: [&str; 7] = ["match", "status", "body", "no_response", "skipped", "not_compared", "extra"];

fn number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Match => 0,
        Verdict::Status => 1,
        Verdict::Body => 2,
        Verdict::NoResponse => 3,
        Verdict::Skipped => 4,
        Verdict::NotCompared => 5,
    }
}

/// What an extra request is for.
fn extra(marks: &[std::borrow::Cow<'static, str>]) -> String {
    let other = marks.iter().find(|mark| *mark != "extra");
    other.map_or_else(|| "extra".to_owned(), |mark| mark.replace('_', " "))
}

fn differences(found: &[Difference], texts: &mut Texts) -> Vec<[u32; 3]> {
    let number = |difference: &Difference| {
        let Difference { field, captured, live } = difference;
        [field, captured, live].map(|text| texts.number(&cut(text, MOST_CHARACTERS)))
    };
    found.iter().take(MOST_DIFFERENCES).map(number).collect()
}

impl Serialize for Rows {
    /// `{"count": …, "verdicts": […], "texts": […], "columns": {NAME: […], …}, "differences": {ROW: [[FIELD, CAPTURED, LIVE], …]}}`.
    /// Times are nanoseconds since the first one of the capture, and of the run.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.rows.len())?;
        map.serialize_entry("verdicts", &WORDS)?;
        map.serialize_entry("texts", &self.texts)?;
        map.serialize_entry("columns", &Columns(&self.rows))?;
        map.serialize_entry("differences", &Differences(&self.rows))?;
        map.end()
    }
}

struct Columns<'a>(&'a [Row]);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0;
        let first = |time: fn(&Row) -> Option<i64>| rows.iter().filter_map(time).min().unwrap_or_default();
        let (requested, sent) = (first(|row| row.requested), first(|row| row.sent));
        let since = |time: Option<i64>, first: i64| time.map(|time| time.saturating_sub(first));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("session", &Column(rows, |row: &Row| row.session))?;
        map.serialize_entry("op", &Column(rows, |row: &Row| row.op))?;
        map.serialize_entry("clone", &Column(rows, |row: &Row| row.clone))?;
        map.serialize_entry("connection", &Column(rows, |row: &Row| row.connection))?;
        map.serialize_entry("live_connection", &Column(rows, |row: &Row| row.live_connection))?;
        map.serialize_entry("verdict", &Column(rows, |row: &Row| row.verdict))?;
        map.serialize_entry("command", &Column(rows, |row: &Row| row.command))?;
        map.serialize_entry("share", &Column(rows, |row: &Row| row.share))?;
        map.serialize_entry("path", &Column(rows, |row: &Row| row.path))?;
        map.serialize_entry("captured_status", &Column(rows, |row: &Row| row.captured_status))?;
        map.serialize_entry("live_status", &Column(rows, |row: &Row| row.live_status))?;
        map.serialize_entry("frame", &Column(rows, |row: &Row| row.frame))?;
        map.serialize_entry("requested", &Column(rows, |row: &Row| since(row.requested, requested)))?;
        map.serialize_entry("captured_latency", &Column(rows, |row: &Row| row.captured_latency))?;
        map.serialize_entry("sent", &Column(rows, |row: &Row| since(row.sent, sent)))?;
        map.serialize_entry("live_latency", &Column(rows, |row: &Row| row.live_latency))?;
        map.serialize_entry("lag", &Column(rows, |row: &Row| row.lag))?;
        map.serialize_entry("cause", &Column(rows, |row: &Row| row.cause))?;
        map.serialize_entry("group", &Column(rows, |row: &Row| row.group))?;
        map.serialize_entry("detail", &Column(rows, |row: &Row| row.detail))?;
        map.end()
    }
}

/// One property of all rows.
struct Column<'a, F>(&'a [Row], F);

impl<T: Serialize, F: Fn(&Row) -> T> Serialize for Column<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

struct Differences<'a>(&'a [Row]);

impl Serialize for Differences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.iter().enumerate().filter(|(_, row)| !row.differences.is_empty());
        serializer.collect_map(rows.map(|(number, row)| (number, &row.differences)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use capture::Timestamp;
    use dissect::{Kind, Operation};
    use serde_json::json;
    use smb2::Command;
    use store::runs::RunRow;

    fn found(op: u32, frame: u64) -> ReplayedOperation {
        let captured = Operation {
            command: Some(Command::READ),
            request_frame: Some(frame),
            request_time: Some(Timestamp(1_000_000_000_000_000_000_i64.saturating_add(i64::from(op)))),
            path: Some("a\\b".into()),
            ..Operation::new(op, Kind::Exchange, 0)
        };
        let difference = Difference { field: "data".into(), captured: "1".into(), live: "2".into() };
        let live = RunRow {
            session_file: Some("smb2_session_0x0000040000000005-2.parquet".into()),
            op: Some(op),
            differences: if op == 0 { vec![difference] } else { Vec::new() },
            ..RunRow::new(Verdict::Body)
        };
        ReplayedOperation { row: 0, captured: Some(captured), live }
    }

    #[test]
    fn rows_are_columns_in_the_order_of_the_capture_with_texts_by_number() {
        let mut rows = Rows::new();
        rows.push(&found(7, 90), None);
        rows.push(&found(0, 12), Some(3));
        rows.sort();
        let json = serde_json::to_value(&rows).unwrap();
        let columns = &json["columns"];
        assert_eq!((&columns["op"], &columns["frame"]), (&json!([0, 7]), &json!([12, 90])));
        assert_eq!((&columns["requested"], &columns["group"]), (&json!([0, 7]), &json!([3, null])));
        let text = |column: &str| json["texts"][usize::try_from(columns[column][1].as_u64().unwrap()).unwrap()].clone();
        assert_eq!([text("session"), text("command"), text("path")], ["0x0000040000000005-2", "READ", "a\\b"]);
        assert_eq!(json["differences"].as_object().unwrap().keys().collect::<Vec<_>>(), ["0"]);
    }

    #[test]
    fn every_verdict_has_its_word() {
        for verdict in Verdict::ALL {
            assert_eq!(WORDS[usize::from(number(verdict))], verdict.name());
        }
        assert_eq!(WORDS[usize::from(EXTRA)], "extra");
    }
}
