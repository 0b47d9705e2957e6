//! Connections of one thread, seen from the server's side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod ends;
mod reading;
mod scene;
mod standing;
mod writing;
