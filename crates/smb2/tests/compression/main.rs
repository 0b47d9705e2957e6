//! Compressed messages: the examples of MS-XCA, round trips, real messages, and hostile bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

// The name that all other crates use for this one.
extern crate smbreplay_smb2 as smb2;

mod captures;
mod examples;
mod hostile;
mod messages;
mod round_trips;
