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

mod before_state;
mod corpus;
mod in_full;
mod kerberos;
mod large_data;
mod many_clones;
mod mapped;
mod middle;
mod multi_protocol;
mod office;
mod pipes;
mod replayed;
mod scene;
mod smbtorture;
mod suites;
mod two_clients;
mod unstored;
mod users;

/// Whether this run leaves out what takes too long for every one.
fn left_out() -> bool {
    let left_out = std::env::var_os("SMBREPLAY_FULL").is_none();
    if left_out {
        eprintln!("SKIPPED: only with SMBREPLAY_FULL, which `cargo xtask test --full` sets");
    }
    left_out
}
