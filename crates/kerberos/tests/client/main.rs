//! The client's side against a KDC and a service made of the same messages: what they answer, and what a stranger would.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod initiator;
mod kdc;
mod tickets;
