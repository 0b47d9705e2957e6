//! What a replay on a private Samba finds in the answers: nothing on a server like the captured one, exactly what was
//! changed on another.
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

mod documents;
mod other_server;
mod same_server;
mod scene;
