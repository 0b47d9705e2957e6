//! All buckets, filled in one pass over the rows.

use super::bucket::{Bucket, Filling};
use super::outstanding::Outstanding;
use super::window::Window;
use crate::Outcome;
use crate::statistics::ColumnError;
use crate::statistics::columns::{Translated, Words, at, kind_named, numbers, times, unknown};
use arrow::array::RecordBatch;
use arrow::datatypes::{UInt32Type, UInt64Type};
use dissect::Kind;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::NtStatus;
use store::metadata::{HexId, Time};

/// The columns to read a session file's batches with.
pub const COLUMNS: &[&str] = &["kind", "request_time", "response_time", "latency_ns", "status", "transferred"];

/// A timeline with what it is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SessionTimeline")]
pub struct Document {
    /// Id of the session; 0 is what belongs to none.
    pub session_id: HexId,
    /// Time of its first message, from which all places count.
    pub first_time: Time,
    /// Time of its last message.
    pub last_time: Time,
    /// The first nanosecond that is looked at, since `first_time`.
    pub from_ns: u64,
    /// The nanosecond behind what is looked at, since `first_time`.
    pub to_ns: u64,
    /// Nanoseconds of a bucket; the last one may end behind `to_ns`.
    pub width_ns: u64,
    /// Operations in all buckets.
    pub total: u64,
    /// In the order of time, without gaps.
    pub buckets: Vec<Bucket>,
}

/// A timeline that is being made.
#[derive(Debug)]
pub struct Timeline {
    window: Window,
    buckets: Vec<Filling>,
    outstanding: Outstanding,
    kinds: Translated<Kind>,
}

impl Timeline {
    /// Nothing is counted yet.
    pub fn new(window: Window) -> Self {
        let mut buckets = Vec::new();
        buckets.resize_with(window.buckets(), Filling::default);
        Self { window, buckets, outstanding: Outstanding::default(), kinds: Translated::default() }
    }

    /// Counts the rows of a batch of [`COLUMNS`], which is behind those before in the file.
    ///
    /// # Errors
    /// [`ColumnError`]; the rows before the one that is wrong are counted.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ColumnError> {
        let kinds = Words::of(batch, "kind")?;
        let (requests, responses) = (times(batch, "request_time")?, times(batch, "response_time")?);
        let latencies = numbers::<UInt64Type>(batch, "latency_ns")?;
        let transferred = numbers::<UInt64Type>(batch, "transferred")?;
        let statuses = numbers::<UInt32Type>(batch, "status")?;
        self.kinds.begin(&kinds.values);
        for row in 0..batch.num_rows() {
            let (key, word) = kinds.at(row).ok_or(ColumnError::NoValue("kind"))?;
            let kind = self.kinds.get(key, || kind_named(word).ok_or_else(|| unknown("kind", word)))?;
            if !matches!(kind, Kind::Exchange | Kind::Request | Kind::Response) {
                continue;
            }
            let (request, response) = (at(requests, row), at(responses, row));
            if let Some(sent) = request.filter(|sent| !self.window.is_over(*sent)) {
                self.outstanding.send(sent, response, &self.window, &mut self.buckets);
            }
            let bucket = request.or(response).and_then(|time| self.window.bucket(time));
            if let Some(bucket) = bucket.and_then(|bucket| self.buckets.get_mut(bucket)) {
                let is_error = at(statuses, row).is_some_and(|status| Outcome::of(NtStatus(status)) == Outcome::Error);
                bucket.count(is_error, at(transferred, row).unwrap_or(0), at(latencies, row));
            }
        }
        Ok(())
    }

    /// The timeline of a session whose first and last messages have these times.
    pub fn finish(mut self, session_id: HexId, first_time: Time, last_time: Time) -> Document {
        self.outstanding.finish(&self.window, &mut self.buckets);
        let buckets = self.buckets.iter().enumerate();
        Document {
            session_id,
            first_time,
            last_time,
            from_ns: self.window.from_ns(),
            to_ns: self.window.to_ns(),
            width_ns: self.window.width_ns(),
            total: self.buckets.iter().map(Filling::operations).fold(0, u64::saturating_add),
            buckets: buckets.map(|(index, bucket)| bucket.finish(self.window.at_ns(index))).collect(),
        }
    }
}
