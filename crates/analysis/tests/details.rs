//! Messages of real captures, field by field: every byte is accounted for, fields are what tshark says, and no bytes whatever
//! make it fail.
//!
//! The captures that are not part of the project are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "details/captured.rs"]
mod captured;
#[path = "details/coverage.rs"]
mod coverage;
#[path = "details/hostile.rs"]
mod hostile;
#[path = "details/pdml.rs"]
mod pdml;
#[path = "details/tshark.rs"]
mod tshark;
