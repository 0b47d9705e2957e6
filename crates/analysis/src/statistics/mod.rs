//! What the operations of a session add up to.
//!
//! A [`Tally`] takes the batches of one session file, or of several of a trace, one after the other and in any order, and
//! ends as [`Statistics`]. It reads [`COLUMNS`] only and never makes whole rows.
//!
//! Counts, sums, means, least and largest times are exact; percentiles are right to three digits. What the capture does
//! not show - an answer, a request, a time - is counted, and not averaged in. Memory is bounded whatever the rows are:
//! what is beyond a bound is counted too. `docs/statistics.md` says how what is counted.

pub(crate) mod columns;
mod commands;
mod files;
mod gaps;
mod names;
mod place;
mod response_times;
mod service_response_times;
mod slowest;
mod statuses;
mod tally;

pub use columns::{COLUMNS, ColumnError};
pub use commands::{CommandTotals, Missing};
pub use files::{FileOrder, FileTotals, Files, Sums};
pub use gaps::{Gap, Gaps};
pub use place::Place;
pub use response_times::ResponseTimes;
pub use service_response_times::ServiceResponseTime;
pub use slowest::SlowOperation;
pub use statuses::{StatusTotals, Statuses};
pub use tally::{Document, Statistics, Tally};

#[cfg(test)]
mod fixture;
