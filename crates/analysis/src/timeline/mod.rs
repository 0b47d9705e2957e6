//! How the operations of a session are spread over its time: how many there were, what they moved, how long they took and how many
//! were outstanding at once, in equal spans of time.
//!
//! A [`Timeline`] takes the batches of [`COLUMNS`] of one session file in their order, which is that of the requests. Memory is
//! bounded by the number of spans and by that of the requests outstanding at once.

mod bucket;
mod outstanding;
mod tally;
mod window;

pub use bucket::{Bucket, Latency};
pub use tally::{COLUMNS, Document, Timeline};
pub use window::{MOST_BUCKETS, Window, WindowError};

#[cfg(test)]
mod tests;
