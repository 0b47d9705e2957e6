#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use super::*;
use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampNanosecondArray, UInt32Array, UInt64Array};
use capture::Timestamp;
use std::sync::Arc;
use store::metadata::{HexId, Time};

/// A row: its kind, and when it was sent and answered.
type Row = (&'static str, Option<i64>, Option<i64>);

const FAILED: u32 = 0xc000_0022;

fn batch(rows: &[Row]) -> RecordBatch {
    let latency = |row: &Row| row.1.zip(row.2).and_then(|(sent, answered)| u64::try_from(answered - sent).ok());
    let columns: [(&str, ArrayRef); 6] = [
        ("kind", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>())),
        ("request_time", Arc::new(rows.iter().map(|row| row.1).collect::<TimestampNanosecondArray>())),
        ("response_time", Arc::new(rows.iter().map(|row| row.2).collect::<TimestampNanosecondArray>())),
        ("latency_ns", Arc::new(rows.iter().map(latency).collect::<UInt64Array>())),
        ("status", Arc::new(rows.iter().map(|row| row.2.map(|_| FAILED)).collect::<UInt32Array>())),
        ("transferred", Arc::new(rows.iter().map(|_| Some(10)).collect::<UInt64Array>())),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn timeline(window: Window, rows: &[Row]) -> Document {
    let mut timeline = Timeline::new(window);
    // In two batches: what is outstanding goes on.
    let (one, other) = rows.split_at(rows.len() / 2);
    timeline.add(&batch(one)).unwrap();
    timeline.add(&batch(other)).unwrap();
    let time = |time| Time(Timestamp(time));
    timeline.finish(HexId(1), time(1000), time(1099))
}

fn window(from: Option<u64>, to: Option<u64>, buckets: u32) -> Window {
    Window::new(1000, 1099, from, to, buckets).unwrap()
}

fn exchange(sent: i64, answered: i64) -> Row {
    ("exchange", Some(sent), Some(answered))
}

fn concurrency(document: &Document) -> Vec<u64> {
    document.buckets.iter().map(|bucket| bucket.concurrency).collect()
}

#[test]
fn buckets_cover_the_window_and_no_more_than_are_asked_for() {
    for (length, buckets) in [(100, 10), (100, 7), (100, 99), (100, 200), (1, 2000), (101, 100)] {
        let window = Window::new(1000, 999 + length, None, None, buckets).unwrap();
        let document = timeline(window, &[]);
        let (count, width) = (document.buckets.len() as u64, document.width_ns);
        assert!(count <= buckets.into() && count * width >= document.to_ns && (count - 1) * width < document.to_ns);
        assert_eq!(document.to_ns, length.unsigned_abs(), "{length} {buckets}");
        assert_eq!(window.bucket(1000), Some(0));
        assert_eq!(window.bucket(999 + length), Some(document.buckets.len() - 1));
        assert_eq!((window.bucket(999), window.bucket(1000 + length)), (None, None));
    }
}

#[test]
fn windows_that_are_none_are_refused() {
    let window = |from, to, buckets| Window::new(1000, 1099, from, to, buckets);
    assert_eq!(window(None, None, 0), Err(WindowError::Buckets));
    assert_eq!(window(None, None, 2001), Err(WindowError::Buckets));
    assert_eq!(window(Some(5), Some(5), 10), Err(WindowError::Empty));
    assert_eq!(window(Some(6), Some(5), 10), Err(WindowError::Empty));
    assert_eq!(window(Some(u64::MAX), None, 10), Err(WindowError::TooLate));
    assert_eq!(window(None, Some(u64::MAX), 10), Err(WindowError::TooLate));
    let latest = Window::new(1000, 1099, Some(i64::MAX.unsigned_abs()), None, 10).unwrap();
    assert!(timeline(latest, &[exchange(1000, 1050)]).buckets.iter().all(|bucket| bucket.operations == 0));
}

#[test]
fn operations_count_where_their_request_came_and_what_is_none_does_not_count() {
    let rows = [
        ("connect", Some(1001), None),
        exchange(1005, 1055),
        ("response", None, Some(1011)),
        ("request", Some(1012), None),
        ("notification", None, Some(1013)),
        exchange(1099, 1300),
    ];
    let document = timeline(window(None, None, 10), &rows);
    let operations: Vec<u64> = document.buckets.iter().map(|bucket| bucket.operations).collect();
    assert_eq!(operations, [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(document.total, 4);
    let first = document.buckets.first().unwrap();
    assert_eq!((first.errors, first.bytes), (1, 10));
    assert_eq!(first.latency_ns, Some(Latency { p50: 50, p99: 50, max: 50 }));
    let second = document.buckets.get(1).unwrap();
    assert_eq!((second.errors, second.bytes, second.latency_ns), (1, 20, None));
}

#[test]
fn a_request_is_outstanding_until_it_is_answered_also_where_none_is_sent() {
    let rows = [exchange(1005, 1045), exchange(1006, 1030), exchange(1062, 1063), exchange(1063, 1064)];
    let document = timeline(window(None, None, 10), &rows);
    // One that is answered when the next is sent does not wait beside it; nor does one wait in what begins when it is answered.
    assert_eq!(concurrency(&document), [2, 2, 2, 1, 1, 0, 1, 0, 0, 0]);
}

#[test]
fn one_that_is_never_answered_counts_when_it_is_sent() {
    let rows = [exchange(1005, 1009), ("request", Some(1006), None), exchange(1007, 1007), exchange(1015, 1016)];
    assert_eq!(concurrency(&timeline(window(None, None, 10), &rows)), [2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn what_was_sent_before_the_window_may_wait_in_it() {
    let rows = [exchange(1005, 1045), exchange(1006, 1041), exchange(1043, 1044), exchange(1090, 1091)];
    let document = timeline(window(Some(40), Some(50), 5), &rows);
    assert_eq!((document.width_ns, document.total), (2, 1));
    assert_eq!(concurrency(&document), [2, 2, 1, 0, 0]);
    assert_eq!(document.buckets.iter().map(|bucket| bucket.at_ns).collect::<Vec<_>>(), [40, 42, 44, 46, 48]);
}

#[test]
fn a_clock_that_goes_back_neither_loses_nor_invents_requests() {
    let rows = [exchange(1025, 1035), exchange(1015, 1016), exchange(1026, 1028)];
    let document = timeline(window(None, None, 10), &rows);
    assert_eq!(document.total, 3);
    assert_eq!(document.buckets.get(1).unwrap().operations, 1, "it counts where it says it was sent");
    assert_eq!(concurrency(&document), [0, 0, 2, 1, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn percentiles_are_right_to_two_digits_and_the_longest_exactly() {
    let rows: Vec<Row> = (1..=200).map(|step| exchange(1001, 1001 + step * 1_000_003)).collect();
    let latency = timeline(window(None, None, 1), &rows).buckets.first().unwrap().latency_ns.unwrap();
    assert_eq!(latency.max, 200_000_600);
    assert!(latency.p50.abs_diff(100_000_300) <= 1_000_000, "{latency:?}");
    assert!(latency.p99.abs_diff(198_000_594) <= 2_000_000, "{latency:?}");
}
