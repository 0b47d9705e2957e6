//! What must hold of smbreplay whatever the bytes.
//!
//! A [`Target`] is a part of smbreplay that reads bytes of others. Its body reads an input and asserts more than that nothing
//! panics: what is counted adds up, what is handed out lies inside what came in, what was written is read again. The
//! libFuzzer programs in `fuzz/` look for inputs that break it; the tests of this crate run it over the inputs that are kept
//! ([`kept`]) and those made from the project's own captures ([`seeds`]).
//!
//! # Invariants
//! - A body depends on its input alone, and leaves nothing behind.
//! - An input of a target with structure is a list of [`Record`]s; every sequence of bytes is one.

#![forbid(unsafe_code)]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "an overflow here ends a run like one in the code that is tested: with a report"
)]

pub mod kept;
mod kerberos_logon;
pub mod mutation;
mod random;
mod record;
pub mod seeds;
mod target;

pub use random::Random;
pub use record::{Record, read_records, write_records};
pub use target::{TARGETS, Target};
