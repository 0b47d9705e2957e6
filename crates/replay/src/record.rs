//! A run as it is stored: rows of `operations.parquet`.

use crate::engine::{Engine, ExtraRecord, Record, RequestRecord};
use crate::tally::{lag, own_lag};
use capture::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use store::runs::{EXPLAINED, Patch, RunRow, Verdict};

/// The row for a record; `start` is the wall-clock time at which the run began.
pub fn row(engine: &Engine, record: Record, start: Timestamp) -> RunRow {
    match record {
        Record::Request(record) => request_row(engine, record, start),
        Record::Extra(record) => extra_row(engine, record, start),
    }
}

fn request_row(engine: &Engine, record: RequestRecord, start: Timestamp) -> RunRow {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).ok();
    let (lag, own_lag) = (lag(&record).and_then(nanoseconds), own_lag(&record).and_then(nanoseconds));
    let captured = |index: usize| engine.plan().planned(index).map(|planned| planned.row).filter(|row| !row.stand_in());
    let row = captured(record.request);
    let cause_op = record.cause.and_then(captured).map(|row| row.op());
    let unstored_cause = (record.cause.is_some() && cause_op.is_none()).then_some(EXPLAINED);
    RunRow {
        session_file: row.map(|row| Arc::clone(row.file())),
        op: row.map(|row| row.op()),
        connection: row.map(|row| row.connection()),
        live_connection: live_connection(record.lane),
        cause_op,
        marks: record.marks.into_iter().chain(unstored_cause).map(Cow::Borrowed).collect(),
        due_time: at(start, record.due),
        sent_time: at(start, record.sent),
        response_time: at(start, record.answered),
        lag_ns: lag,
        own_lag_ns: own_lag,
        live_status: record.live_status.map(|status| status.0),
        live_request: record.live_request,
        live_request_left: record.live_request_left,
        live_response: record.live_response,
        live_response_left: record.live_response_left,
        patches: record
            .patches
            .into_iter()
            .map(|patch| Patch {
                offset: patch.offset,
                length: patch.length,
                captured_length: patch.captured_length,
                what: patch.what.into(),
            })
            .collect(),
        differences: record.differences,
        detail: record.reason,
        ..RunRow::new(record.verdict)
    }
}

fn extra_row(engine: &Engine, record: ExtraRecord, start: Timestamp) -> RunRow {
    let of = record.of.and_then(|index| engine.plan().planned(index)).map(|planned| planned.row);
    RunRow {
        connection: of.map(|row| row.connection()),
        live_connection: live_connection(Some(record.lane)),
        cause_op: of.filter(|row| !row.stand_in()).map(|row| row.op()),
        marks: vec!["extra".into(), record.mark.into()],
        sent_time: at(start, Some(record.sent)),
        response_time: at(start, record.answered),
        live_status: record.live_status.map(|status| status.0),
        live_request: Some(record.live_request),
        live_response: record.live_response,
        detail: Some(record.detail),
        ..RunRow::new(Verdict::NotCompared)
    }
}

fn live_connection(lane: Option<usize>) -> Option<u32> {
    lane.and_then(|lane| u32::try_from(lane).ok())
}

fn at(start: Timestamp, since: Option<Duration>) -> Option<Timestamp> {
    let since = i64::try_from(since?.as_nanos()).ok()?;
    Some(Timestamp(start.0.saturating_add(since)))
}
