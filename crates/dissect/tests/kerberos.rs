//! Kerberos logons, opened with what a user may know of the server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "kerberos/captured.rs"]
mod captured;
#[path = "kerberos/exchange.rs"]
mod exchange;
#[path = "kerberos/keytabs.rs"]
mod keytabs;
#[path = "kerberos/legs.rs"]
mod legs;
#[path = "kerberos/passwords.rs"]
mod passwords;
mod wire;
