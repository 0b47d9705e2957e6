//! Replays recordings onto fresh private Sambas, under the eyes of an independent witness.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]
#![cfg(unix)]

mod corpus;
mod mapped;
mod middle;
mod multi_protocol;
mod office;
mod pipes;
mod scene;
mod smbtorture;
mod suites;
mod two_clients;
mod users;
