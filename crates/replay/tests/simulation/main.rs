//! The engine, driven by a simulated server and a simulated clock: when requests go out, how waiting ends, and what is
//! recorded, without a socket and without a real second passing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod bodies;
mod bodies_union;
mod breaks;
mod cancel;
mod captured;
mod chains;
mod clones;
mod closes;
mod compression;
mod credits;
mod deadlines;
mod disorder;
mod hostile;
mod kerberos;
mod logon;
mod lost_answers;
mod message_ids;
mod names;
mod order;
mod orphans;
mod pace;
mod selection;
mod simulation;
mod users;
mod wire;
